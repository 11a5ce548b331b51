import type { Anthropic } from '@anthropic-ai/sdk'
import type { Usage } from '../../world.ts'
import { requireKey, requireUrl } from './secrets.ts'
import type { Provider, StreamEvent } from './streaming.ts'

const OFFICIAL_URL = 'https://api.anthropic.com'

/**
 * The Anthropic Messages API. Reads ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL (without `/v1`).
 * @throws ModelNameError for a missing key or an unusable address.
 */
export function anthropicProvider(model: string, env: Record<string, string | undefined>): Provider {
  const key = requireKey(env, 'ANTHROPIC_API_KEY', `anthropic/${model}`)
  const baseUrl = requireUrl(env.ANTHROPIC_BASE_URL || OFFICIAL_URL, 'ANTHROPIC_BASE_URL')
  return {
    key,
    address: baseUrl,
    async open(request, { signal, fetch, maxOutputTokens }) {
      const { default: Client } = await import('@anthropic-ai/sdk')
      const client = new Client({
        apiKey: key,
        baseURL: baseUrl,
        fetch,
        maxRetries: 4,
        // Whatever a variable asks for: stdout may be JSON, and prompts leave the machine for the model only.
        logLevel: 'off',
        openTelemetry: false,
      })
      const stream = await client.messages.create(
        {
          model,
          max_tokens: maxOutputTokens,
          // An empty text block is an error at the service.
          ...(request.system === '' ? {} : { system: cachedBlock(request.system) }),
          messages: [{ role: 'user', content: request.prompt }],
          stream: true,
        },
        { signal },
      )
      return events(stream)
    },
  }
}

function cachedBlock(text: string): Anthropic.TextBlockParam[] {
  return [{ type: 'text', text, cache_control: { type: 'ephemeral' } }]
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
  return { input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0), output, cached }
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
