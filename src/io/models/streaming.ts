import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelRequest, ModelResult, Usage } from '../../world.ts'
import { type Trouble, troubleOf } from './failure.ts'
import { guardedFetch } from './guarded-fetch.ts'
import type { Limits } from './limits.ts'
import type { Model } from './model.ts'
import { costOf, type Price } from './prices.ts'
import { mask } from './secrets.ts'
import { addUsage, estimateTokens, NO_USAGE } from './usage.ts'

/** What an adapter makes of a service's stream. `usage` is cumulative: later numbers replace earlier ones. */
export type StreamEvent =
  | { type: 'text'; text: string }
  /** Billed output that is not part of the answer (thinking). */
  | { type: 'hidden'; characters: number }
  | { type: 'usage'; usage: Partial<Usage> }
  | { type: 'stop'; reason: 'end' | 'length' }
  | { type: 'stop'; reason: 'refused'; message: string }

/** One service behind its SDK. */
export interface Provider {
  key: string | null
  /** Where requests go, as shown in messages about the network. */
  address: string
  /** Rejects with the SDK's own error when the service refuses before its stream starts. */
  open(
    request: ModelRequest,
    context: { signal: AbortSignal; fetch: typeof fetch; maxOutputTokens: number },
  ): Promise<AsyncIterable<StreamEvent>>
}

/** Milliseconds. */
export interface Timing {
  /** A stream silent for this long counts as cut. */
  idleMs: number
  /** Wait before a cut stream is asked again; doubles the second time. */
  pauseMs: number
}

const TIMING: Timing = { idleMs: 300_000, pauseMs: 1_000 }
const MAX_ASKS = 3

type AskOptions = Parameters<Model['ask']>[1]

/** `cut`: the stream had started and broke; the same question may succeed. */
type Answer =
  | { ok: true; text: string; truncated: boolean; usage: Usage; estimated: boolean }
  | { ok: false; trouble: Trouble; usage: Usage; cut: boolean }

interface Settings {
  name: string
  limits: Limits
  price: Price | null
  timing: Partial<Timing>
}

/** A model that streams its answers; retries and accounting are the same for every service. */
export function streamingModel(provider: Provider, settings: Settings): Model {
  const timing = { ...TIMING, ...settings.timing }
  return {
    name: settings.name,
    ...settings.limits,
    async ask(request, options) {
      const ending = await askUntilWhole(provider, request, options, settings.limits.outputTokens, timing)
      return resultOf(ending, provider, settings)
    },
  }
}

interface Ending {
  answer: Answer
  spent: Usage
  asks: number
  /** The caller did not allow another paid try. */
  stopped: boolean
}

async function askUntilWhole(
  provider: Provider,
  request: ModelRequest,
  options: AskOptions,
  outputTokens: number,
  timing: Timing,
): Promise<Ending> {
  let spent: Usage = NO_USAGE
  for (let asks = 1; ; asks++) {
    const answer = await askOnce(provider, request, options, outputTokens, timing)
    spent = addUsage(spent, answer.usage)
    if (answer.ok || !answer.cut || asks === MAX_ASKS) return { answer, spent, asks, stopped: false }
    if (options.mayRetry && !options.mayRetry(spent)) return { answer, spent, asks, stopped: true }
    // An abort ends the pause early; the next try then sees the signal and reports it.
    await sleep(timing.pauseMs * asks, null, { signal: options.signal }).catch(() => {})
  }
}

async function askOnce(
  provider: Provider,
  request: ModelRequest,
  options: AskOptions,
  outputTokens: number,
  timing: Timing,
): Promise<Answer> {
  const failed = (error: unknown, usage: Usage, cut: boolean): Answer => {
    if (options.signal.aborted) return { ok: false, trouble: CANCELLED, usage, cut: false }
    return { ok: false, trouble: troubleOf(error), usage, cut }
  }
  let stream: AsyncIterable<StreamEvent>
  try {
    const maxOutputTokens = Math.min(request.maxOutputTokens, outputTokens)
    stream = await provider.open(request, {
      signal: options.signal,
      fetch: guardedFetch(timing.idleMs),
      maxOutputTokens,
    })
  } catch (error) {
    return failed(error, NO_USAGE, false)
  }
  const reading = new Reading(request, options.onDelta)
  try {
    for await (const event of stream) reading.take(event)
  } catch (error) {
    if (!reading.stop) {
      const cut = ['network', 'outage'].includes(troubleOf(error).failure)
      return failed(error, reading.usage(), cut)
    }
  }
  return reading.stop ? endOf(reading) : failed(new Error('the stream ended early'), reading.usage(), true)
}

const CANCELLED: Trouble = { failure: 'cancelled', message: 'cancelled' }

function endOf(reading: Reading): Answer {
  const usage = reading.usage()
  const stop = reading.stop!
  if (stop.reason === 'refused') {
    return { ok: false, trouble: { failure: 'refused', message: stop.message }, usage, cut: false }
  }
  return { ok: true, text: reading.text, truncated: stop.reason === 'length', usage, estimated: !reading.reported() }
}

/** Collects one stream. */
class Reading {
  text = ''
  stop: Extract<StreamEvent, { type: 'stop' }> | null = null
  readonly #promptCharacters: number
  readonly #onDelta: (text: string) => void
  #hidden = 0
  #usage: Partial<Usage> = {}

  constructor(request: ModelRequest, onDelta: (text: string) => void) {
    this.#promptCharacters = request.system.length + request.prompt.length
    this.#onDelta = onDelta
  }

  take(event: StreamEvent): void {
    if (event.type === 'usage') this.#usage = { ...this.#usage, ...event.usage }
    else if (event.type === 'hidden') this.#hidden += event.characters
    else if (event.type === 'stop') this.stop = event
    else this.#takeText(event.text)
  }

  #takeText(text: string): void {
    this.text += text
    try {
      this.#onDelta(text)
    } catch {
      // A fault in a listener must not lose an answer that is paid for.
    }
  }

  reported(): boolean {
    return this.#usage.input !== undefined && this.#usage.output !== undefined
  }

  /** Of a cut stream the output reported so far is that of its first token, so the larger number counts. */
  usage(): Usage {
    const seen = estimateTokens(this.text.length + this.#hidden)
    const reported = this.#usage.output
    return {
      input: this.#usage.input ?? estimateTokens(this.#promptCharacters),
      output: reported === undefined ? seen : this.stop ? reported : Math.max(reported, seen),
      cached: this.#usage.cached ?? 0,
    }
  }
}

function resultOf(ending: Ending, provider: Provider, settings: Settings): ModelResult {
  const { answer, spent, asks } = ending
  const billed = { usage: spent, usd: costOf(spent, settings.price), model: settings.name }
  if (answer.ok) {
    const notes: string[] = []
    if (asks > 1) notes.push(`asked ${asks} times, because the stream was cut`)
    if (answer.estimated) notes.push('tokens are estimated, because the service reported none')
    return { ok: true, text: answer.text, truncated: answer.truncated, ...billed, note: notes.join('; ') || null }
  }
  const { failure, message } = answer.trouble
  const where = failure === 'network' ? `${settings.name} at ${provider.address}` : settings.name
  const tried = asks > 1 ? ` (asked ${asks} times)` : ''
  const stopped = ending.stopped ? ' (not asked again, to stay within the limits)' : ''
  return { ok: false, failure, message: mask(`${where}: ${message}${tried}${stopped}`, provider.key), ...billed }
}
