import { isIP } from 'node:net'
import type { ModelRequest, ModelResult, Usage } from '../../world.ts'
import { type Clock, REAL_CLOCK } from './clock.ts'
import { isSilence, type Trouble, troubleOf } from './failure.ts'
import type { Gate } from './gate.ts'
import { guardedFetch, LONGEST_SILENCE } from './guarded-fetch.ts'
import type { Limits } from './limits.ts'
import type { AskOptions, Model } from './model.ts'
import { costOf, type Price } from './prices.ts'
import { PATIENCE, type Patience, waitBefore } from './retry.ts'
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
  /** Loads the SDK. */
  load(): Promise<unknown>
  /** Rejects with the SDK's own error when the service refuses before its stream starts; never asks twice itself. */
  open(
    request: ModelRequest,
    context: { signal: AbortSignal; fetch: typeof fetch; maxOutputTokens: number },
  ): Promise<AsyncIterable<StreamEvent>>
  /** Tokens of the prompt by the service's own count; rejects with the SDK's own error. */
  count?(request: ModelRequest, signal: AbortSignal): Promise<number>
}

/** Milliseconds, except for `tries`. */
export interface Timing extends Patience {
  /** A stream silent for this long counts as cut. */
  idleMs: number
}

export const TIMING: Timing = { ...PATIENCE, idleMs: 300_000 }
/** A stream that was cut is paid each time. */
const MOST_CUTS = 3

/** `cut`: the stream had started and broke; what was sent is paid. */
type Answer =
  | { ok: true; text: string; truncated: boolean; usage: Usage; estimated: boolean }
  | { ok: false; trouble: Trouble; usage: Usage; cut: boolean }

export interface StreamingSettings {
  name: string
  limits: Limits
  price: Price | null
  timing: Partial<Timing>
  /** Shared by all questions to the same service. */
  gate: Gate
  clock?: Clock
}

/** A model that streams its answers; retries and accounting are the same for every service. */
export function streamingModel(provider: Provider, settings: StreamingSettings): Model {
  const { count } = provider
  const { idleMs, tries } = { ...TIMING, ...settings.timing }
  return {
    name: settings.name,
    ...settings.limits,
    silence: { ms: Math.min(idleMs, LONGEST_SILENCE), tries: Math.min(tries, MOST_CUTS) },
    warmUp() {
      // What is wrong with it shows when it is asked.
      provider.load().then(loadFetch, () => {})
    },
    async ask(request, options) {
      return resultOf(await askUntilWhole(provider, request, options, settings), provider, settings)
    },
    ...(count ? { count: (request, signal) => counted(count(request, signal), provider, settings) } : {}),
  }
}

/** Node reads its client for the web when something of it is first touched, and makes what it knows addresses by when one is looked at. */
function loadFetch(): Headers {
  isIP('::1')
  return new Headers()
}

async function counted(count: Promise<number>, provider: Provider, { name }: StreamingSettings) {
  try {
    return { ok: true as const, tokens: await count }
  } catch (error) {
    return { ok: false as const, message: mask(`${name}: ${troubleOf(error).message}`, provider.key) }
  }
}

interface Ending {
  answer: Answer
  spent: Usage
  asks: number
  cuts: number
  /** The caller did not allow another paid try. */
  stopped: boolean
}

async function askUntilWhole(
  provider: Provider,
  request: ModelRequest,
  options: AskOptions,
  settings: StreamingSettings,
): Promise<Ending> {
  const timing = { ...TIMING, ...settings.timing }
  const { gate, clock = REAL_CLOCK } = settings
  const { signal } = options
  const tell = (tries: number, reason: string, waitMs: number) =>
    options.onRetry?.({ model: settings.name, tries, reason: mask(reason, provider.key), waitMs })
  let spent: Usage = NO_USAGE
  let waited = 0
  let cuts = 0
  for (let asks = 1; ; asks++) {
    waited += await gate.pass(signal, (ms) => tell(asks - 1, 'the service told another question to wait', ms))
    const answer = await askOnce(provider, request, options, settings.limits.outputTokens, timing)
    spent = addUsage(spent, answer.usage)
    const ending = { answer, spent, asks, cuts, stopped: false }
    if (answer.ok) return ending
    if (answer.cut) cuts++
    const { trouble } = answer
    const wait = waitBefore(trouble, asks, waited, timing, clock.random())
    if (wait === null || cuts === MOST_CUTS) return { ...ending, cuts }
    if (answer.cut && options.mayRetry && !options.mayRetry(spent)) return { ...ending, cuts, stopped: true }
    tell(asks, trouble.message, wait)
    if (isHeld(trouble)) gate.hold(wait)
    // An abort ends the wait early; the next try then sees the signal and reports it.
    await clock.wait(wait, signal)
    waited += wait
  }
}

/** What one question is told about the load of a service holds for all. */
function isHeld({ failure, waitMs }: Trouble): boolean {
  return failure === 'rate-limit' || (failure === 'outage' && waitMs !== null)
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
    // A service that took a question and is silent may work on it, and is not asked more often than one that began to answer.
    return failed(error, NO_USAGE, isSilence(error))
  }
  const reading = new Reading(request, options)
  try {
    for await (const event of stream) reading.take(event)
  } catch (error) {
    if (!reading.stop) {
      return failed(error, reading.usage(), troubleOf(error).again)
    }
  }
  return reading.stop ? endOf(reading) : failed(new Error('the stream ended early'), reading.usage(), true)
}

const CANCELLED: Trouble = { failure: 'cancelled', message: 'cancelled', again: false, waitMs: null }

function endOf(reading: Reading): Answer {
  const usage = reading.usage()
  const stop = reading.stop!
  if (stop.reason === 'refused') {
    const trouble: Trouble = { failure: 'refused', message: stop.message, again: false, waitMs: null }
    return { ok: false, trouble, usage, cut: false }
  }
  return { ok: true, text: reading.text, truncated: stop.reason === 'length', usage, estimated: !reading.reported() }
}

/** Collects one stream. */
class Reading {
  text = ''
  stop: Extract<StreamEvent, { type: 'stop' }> | null = null
  readonly #promptCharacters: number
  readonly #heard: Pick<AskOptions, 'onDelta' | 'onHidden'>
  #hidden = 0
  #usage: Partial<Usage> = {}

  constructor(request: ModelRequest, heard: Pick<AskOptions, 'onDelta' | 'onHidden'>) {
    this.#promptCharacters = request.system.length + request.prompt.length
    this.#heard = heard
  }

  take(event: StreamEvent): void {
    if (event.type === 'usage') this.#usage = { ...this.#usage, ...event.usage }
    else if (event.type === 'hidden') this.#takeHidden(event.characters)
    else if (event.type === 'stop') this.stop = event
    else this.#takeText(event.text)
  }

  #takeText(text: string): void {
    this.text += text
    this.#tell(() => this.#heard.onDelta(text))
  }

  #takeHidden(characters: number): void {
    this.#hidden += characters
    this.#tell(() => this.#heard.onHidden?.(characters))
  }

  #tell(tell: () => void): void {
    try {
      tell()
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
    const { input = estimateTokens(this.#promptCharacters), cached = 0, written = 0 } = this.#usage
    const output = reported === undefined ? seen : this.stop ? reported : Math.max(reported, seen)
    return written > 0 ? { input, output, cached, written } : { input, output, cached }
  }
}

function resultOf(ending: Ending, provider: Provider, settings: StreamingSettings): ModelResult {
  const { answer, spent, asks, cuts } = ending
  const billed = { usage: spent, usd: costOf(spent, settings.price), model: settings.name }
  if (answer.ok) {
    const notes: string[] = []
    if (asks > 1) notes.push(`asked ${asks} times${cuts > 0 ? ', because the stream was cut' : ''}`)
    if (answer.estimated) notes.push('tokens are estimated, because the service reported none')
    const { text, truncated } = answer
    const counted = answer.estimated ? {} : { promptTokens: answer.usage.input }
    return { ok: true, text, truncated, ...billed, note: notes.join('; ') || null, ...counted }
  }
  const { failure, message } = answer.trouble
  const where = failure === 'network' ? `${settings.name} at ${provider.address}` : settings.name
  const tried = asks > 1 ? ` (asked ${asks} times)` : ''
  const stopped = ending.stopped ? ' (not asked again, to stay within the limits)' : ''
  return { ok: false, failure, message: mask(`${where}: ${message}${tried}${stopped}`, provider.key), ...billed }
}
