import type { Anthropic } from '@anthropic-ai/sdk'
import type { ModelRequest, Usage } from '../../world.ts'
import { requireKey, requireUrl } from './secrets.ts'
import type { Provider, StreamEvent } from './streaming.ts'

const loadSdk = () => import('@anthropic-ai/sdk')

const OFFICIAL_URL = 'https://api.anthropic.com'

/**
 * The Anthropic Messages API. Reads ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL (without `/v1`).
 * @throws ModelNameError for a missing key or an unusable address.
 */
export function anthropicProvider(model: string, env: Record<string, string | undefined>): Provider {
  const key = requireKey(env, 'ANTHROPIC_API_KEY', `anthropic/${model}`)
  const baseUrl = requireUrl(env.ANTHROPIC_BASE_URL || OFFICIAL_URL, 'ANTHROPIC_BASE_URL')
  const connect = async (fetch?: typeof globalThis.fetch) => {
    const { default: Client } = await loadSdk()
    return new Client({
      apiKey: key,
      baseURL: baseUrl,
      ...(fetch ? { fetch } : {}),
      // What is asked again, and when, is decided in one place for all services.
      maxRetries: 0,
      // Whatever a variable asks for: stdout may be JSON, and prompts leave the machine for the model only.
      logLevel: 'off',
      openTelemetry: false,
    })
  }
  return {
    key,
    address: baseUrl,
    load: loadSdk,
    async open(request, { signal, fetch, maxOutputTokens }) {
      const client = await connect(fetch)
      const stream = await client.messages.create(
        { model, max_tokens: maxOutputTokens, ...promptOf(request), ...choicesOf(request), stream: true },
        { signal },
      )
      return events(stream)
    },
    async count(request, signal) {
      const client = await connect()
      return (await client.messages.countTokens({ model, ...promptOf(request) }, { signal })).input_tokens
    },
  }
}

const MARK = { cache_control: { type: 'ephemeral' } } as const

/** The service takes so many marks in all. */
const MOST_MARKS = 4

/** An empty text block is an error at the service. The system text is the first thing to go without a mark: it is short. */
function promptOf(request: ModelRequest): Pick<Anthropic.MessageCreateParams, 'messages' | 'system'> {
  const blocks = blocksOf(request.prompt, request.stable ?? [])
  const marks = marksOf(blocks.stable.length)
  const mark = (marked: boolean) => (marked ? MARK : {})
  const system = [{ type: 'text' as const, text: request.system, ...mark(marks.size < MOST_MARKS) }]
  const content = [
    ...blocks.stable.map((text, at) => ({ type: 'text' as const, text, ...mark(marks.has(at)) })),
    ...(blocks.last === '' ? [] : [{ type: 'text' as const, text: blocks.last }]),
  ]
  const messages = [{ role: 'user' as const, content: blocks.stable.length === 0 ? request.prompt : content }]
  return { ...(request.system === '' ? {} : { system }), messages }
}

/**
 * The prompt in blocks, one for each stable beginning. A later question has the same ones first, and the service looks for
 * what it knows at the ends of blocks. What would be white space alone goes with the block after it: it is an error there.
 */
function blocksOf(prompt: string, stable: readonly number[]): { stable: string[]; last: string } {
  const blocks: string[] = []
  let from = 0
  for (const end of stable) {
    if (prompt.slice(from, end).trim() === '') continue
    blocks.push(prompt.slice(from, end))
    from = end
  }
  const last = prompt.slice(from)
  return { stable: blocks, last: last.trim() === '' ? '' : last }
}

/** Which blocks are marked: the first three, which most questions have, and the last, with which the next one begins. */
function marksOf(blocks: number): Set<number> {
  const all = Array.from({ length: blocks }, (_, at) => at)
  return new Set(blocks <= MOST_MARKS ? all : [...all.slice(0, MOST_MARKS - 1), blocks - 1])
}

/** The SDK's types no longer know a temperature, and models of before take it. */
function choicesOf({ temperature, effort }: ModelRequest): object {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { output_config: { effort } }),
  }
}

async function* events(stream: AsyncIterable<Anthropic.RawMessageStreamEvent>): AsyncGenerator<StreamEvent> {
  for await (const event of stream) {
    if (event.type === 'message_start') yield { type: 'usage', usage: usageOf(event.message.usage) }
    if (event.type === 'content_block_delta') yield* contentOf(event.delta)
    if (event.type === 'message_delta') {
      yield { type: 'usage', usage: usageOf(event.usage) }
      if (event.delta.stop_reason) yield stopOf(event.delta)
    }
  }
}

function* contentOf(delta: Anthropic.RawContentBlockDelta): Generator<StreamEvent> {
  if (delta.type === 'text_delta') yield { type: 'text', text: delta.text }
  if (delta.type === 'thinking_delta') yield { type: 'hidden', characters: delta.thinking.length }
}

/** The service counts cached input apart; the closing event often leaves the input out. */
function usageOf(usage: Anthropic.Usage | Anthropic.MessageDeltaUsage | undefined): Partial<Usage> {
  if (!usage) return {}
  const output = usage.output_tokens
  if (typeof usage.input_tokens !== 'number') return { output }
  const cached = usage.cache_read_input_tokens ?? 0
  const written = usage.cache_creation_input_tokens ?? 0
  return { input: usage.input_tokens + cached + written, output, cached, written }
}

function stopOf(delta: Anthropic.RawMessageDeltaEvent['delta']): StreamEvent {
  const reason = delta.stop_reason
  if (reason === 'refusal') {
    const why = delta.stop_details?.explanation ?? 'no reason was given'
    return { type: 'stop', reason: 'refused', message: `the model refused to answer: ${why}` }
  }
  const full = reason === 'max_tokens' || reason === 'model_context_window_exceeded'
  return { type: 'stop', reason: full ? 'length' : 'end' }
}
