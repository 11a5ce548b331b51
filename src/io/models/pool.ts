import type { ModelFailure, ModelResult } from '../../world.ts'
import { type Clock, REAL_CLOCK } from './clock.ts'
import type { AskOptions, Model } from './model.ts'
import { addUsage, NO_USAGE } from './usage.ts'

/** Failures of a service, not of the question: another service may answer it. */
const OUT_OF_REACH: readonly ModelFailure[] = ['rate-limit', 'outage', 'network']
/** A model that was out of reach is not tried again for so long while another one answers. Milliseconds. */
const REST = 300_000

/**
 * All models of a run as one: a request goes to the model that it names, and when that one is out of reach after all
 * its retries, to those of `fallback` in their order. What the tries cost is added up.
 */
export function createPool(
  models: ReadonlyMap<string, Model>,
  fallback: readonly string[],
  clock: Clock = REAL_CLOCK,
): Model {
  const all = [...models.values()]
  const resting = new Map<string, number>()
  const rests = (name: string) => (resting.get(name) ?? Number.NEGATIVE_INFINITY) > clock.now()
  return {
    name: all.map(({ name }) => name).join(', '),
    contextTokens: Math.min(...all.map(({ contextTokens }) => contextTokens)),
    outputTokens: Math.min(...all.map(({ outputTokens }) => outputTokens)),
    async ask(request, options) {
      const chain = [request.model, ...fallback.filter((name) => name !== request.model)]
      const awake = chain.filter((name) => !rests(name))
      const order = awake.length > 0 ? awake : chain
      const fallBack = (from: string, to: string, reason: string) => {
        const { silence } = models.get(to) ?? {}
        options.onFallback?.({ from, to, reason, ...(silence ? { silence } : {}) })
      }
      if (order[0] !== request.model) fallBack(request.model, order[0]!, 'it was out of reach a moment ago')
      let billed: Billed = { usage: NO_USAGE, usd: 0 }
      for (let at = 0; ; at++) {
        const name = order[at]!
        const model = models.get(name)
        if (!model) throw new Error(`the model ${name} was not opened`)
        const result = added(await model.ask({ ...request, model: name }, options), billed)
        if (result.ok) return name === request.model ? result : noted(result, `in place of ${request.model}`)
        if (!OUT_OF_REACH.includes(result.failure)) return result
        resting.set(name, clock.now() + REST)
        const next = order[at + 1]
        if (next === undefined || !affordable(result, options)) return result
        fallBack(name, next, result.message)
        billed = result
      }
    },
    warmUp() {
      for (const model of all) model.warmUp?.()
    },
    async close() {
      for (const model of all) await model.close?.()
    },
  }
}

type Billed = Pick<ModelResult, 'usage' | 'usd'>

function added(result: ModelResult, before: Billed): ModelResult {
  const usd = result.usd === null || before.usd === null ? null : result.usd + before.usd
  return { ...result, usage: addUsage(before.usage, result.usage), usd }
}

function noted(result: Extract<ModelResult, { ok: true }>, note: string): ModelResult {
  return { ...result, note: [result.note, note].filter(Boolean).join('; ') }
}

function affordable({ usage }: Billed, { signal, mayRetry }: AskOptions): boolean {
  if (signal.aborted) return false
  return usage.input + usage.output === 0 || !mayRetry || mayRetry(usage)
}
