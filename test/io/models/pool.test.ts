import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/io/models/clock.ts'
import type { AskOptions, Fallback, Model } from '../../../src/io/models/model.ts'
import { createPool } from '../../../src/io/models/pool.ts'
import type { ModelFailure, ModelRequest, ModelResult } from '../../../src/world.ts'

const REQUEST: ModelRequest = {
  model: 'p/main',
  spec: 's',
  task: '1',
  role: 'author',
  attempt: 1,
  round: 1,
  promptVersion: '1',
  system: '',
  prompt: 'x',
  maxOutputTokens: 10,
}
const usage = { input: 10, output: 5, cached: 0 }
const nothing = { input: 0, output: 0, cached: 0 }
const answer = (model: string): ModelResult => ({
  ok: true,
  text: model,
  truncated: false,
  usage,
  usd: 1,
  model,
  note: null,
})
const failure = (model: string, kind: ModelFailure, paid = false): ModelResult => ({
  ok: false,
  failure: kind,
  message: kind,
  usage: paid ? usage : nothing,
  usd: paid ? 2 : 0,
  model,
})

/** A pool of models that answer as they are told; who was asked is in `asked`. */
function pool(answers: Record<string, ModelResult[]>) {
  const asked: string[] = []
  const told: Fallback[] = []
  let now = 0
  const clock: Clock = { now: () => now, random: () => 0, wait: async () => {} }
  const one = (name: string): [string, Model] => [
    name,
    {
      name,
      contextTokens: 1,
      outputTokens: 1,
      ask: async (request) => {
        expect(request.model).toBe(name)
        asked.push(name)
        return answers[name]!.shift()!
      },
    },
  ]
  const models = new Map(Object.keys(answers).map(one))
  const all = createPool(models, ['p/spare', 'p/last'], clock)
  const options: AskOptions = {
    signal: new AbortController().signal,
    onDelta: () => {},
    onFallback: (fallback) => void told.push(fallback),
  }
  const later = (ms: number) => {
    now += ms
  }
  return { asked, told, later, ask: (more: Partial<AskOptions> = {}) => all.ask(REQUEST, { ...options, ...more }) }
}

describe('a fallback', () => {
  it('answers in place of a model that is out of reach, and what both cost is added up', async () => {
    const { ask, told } = pool({
      'p/main': [failure('p/main', 'network', true)],
      'p/spare': [answer('p/spare')],
      'p/last': [],
    })
    const result = await ask()
    expect(result).toMatchObject({ ok: true, model: 'p/spare', usd: 3, note: 'in place of p/main' })
    expect(result.usage).toEqual({ input: 20, output: 10, cached: 0 })
    expect(told).toEqual([{ from: 'p/main', to: 'p/spare', reason: 'network' }])
  })

  it('leaves what was out of reach alone for a while, and then asks it again', async () => {
    const { ask, asked, told, later } = pool({
      'p/main': [failure('p/main', 'outage'), answer('p/main')],
      'p/spare': [answer('p/spare'), answer('p/spare')],
      'p/last': [],
    })
    await ask()
    later(299_000)
    await ask()
    later(2_000)
    await ask()
    expect(asked).toEqual(['p/main', 'p/spare', 'p/spare', 'p/main'])
    expect(told.map(({ reason }) => reason)).toEqual(['outage', 'it was out of reach a moment ago'])
  })

  it.each(['key', 'bad-request', 'refused', 'cancelled', 'exhausted'] as const)(
    'is not asked after %s',
    async (kind) => {
      const { ask, asked } = pool({ 'p/main': [failure('p/main', kind)], 'p/spare': [], 'p/last': [] })
      expect(await ask()).toMatchObject({ ok: false, failure: kind })
      expect(asked).toEqual(['p/main'])
    },
  )

  it('is not asked when the budget does not allow it, nor after an interruption', async () => {
    const lost = () => pool({ 'p/main': [failure('p/main', 'network', true)], 'p/spare': [], 'p/last': [] })
    const poor = lost()
    expect(await poor.ask({ mayRetry: () => false })).toMatchObject({ ok: false, usd: 2 })
    expect(poor.asked).toEqual(['p/main'])
    const stopped = lost()
    await stopped.ask({ signal: AbortSignal.abort() })
    expect(stopped.asked).toEqual(['p/main'])
  })

  it('fails with the last one, and all are asked again when none is left', async () => {
    const down = (name: string) => [failure(name, 'rate-limit'), failure(name, 'rate-limit')]
    const { ask, asked } = pool({ 'p/main': down('p/main'), 'p/spare': down('p/spare'), 'p/last': down('p/last') })
    expect(await ask()).toMatchObject({ ok: false, model: 'p/last' })
    await ask()
    expect(asked).toEqual(['p/main', 'p/spare', 'p/last', 'p/main', 'p/spare', 'p/last'])
  })
})
