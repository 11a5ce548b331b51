import type { OpenAI } from 'openai'
import type { Usage } from '../../world.ts'
import { NotGivenError } from './model-name.ts'
import { loadOpenAi, openAiClient } from './openai-client.ts'
import { readKey, requireUrl } from './secrets.ts'
import type { Provider, StreamEvent } from './streaming.ts'

/** The SDK insists on a key; servers on the user's own machine want none. */
const NO_KEY = 'none'

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk
type Choice = OpenAI.Chat.Completions.ChatCompletionChunk.Choice

/**
 * OpenAI Chat Completions as any server speaks them. Reads OPENAI_API_KEY and OPENAI_BASE_URL (with `/v1`).
 * @throws ModelNameError for a missing or unusable address.
 */
export function compatibleProvider(
  model: string,
  env: Record<string, string | undefined>,
  configuredUrl: string | undefined,
): Provider {
  const key = readKey(env, 'OPENAI_API_KEY')
  const baseUrl = compatibleUrl(`openai-compatible/${model}`, configuredUrl, env.OPENAI_BASE_URL)
  return {
    key,
    address: baseUrl,
    load: loadOpenAi,
    async open(request, { signal, fetch, maxOutputTokens }) {
      const client = await openAiClient({ apiKey: key ?? NO_KEY, baseURL: baseUrl, fetch })
      const stream = await client.chat.completions.create(
        {
          model,
          // Newer official models refuse this name; most other servers know only that.
          max_tokens: maxOutputTokens,
          ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
          ...(request.effort === undefined ? {} : { reasoning_effort: request.effort }),
          messages: [
            ...(request.system === '' ? [] : [{ role: 'system' as const, content: request.system }]),
            { role: 'user', content: request.prompt },
          ],
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal },
      )
      return events(stream)
    },
  }
}

function compatibleUrl(name: string, configured: string | undefined, fromEnv: string | undefined): string {
  if (configured) return requireUrl(configured, 'the configured base URL')
  if (fromEnv) return requireUrl(fromEnv, 'OPENAI_BASE_URL')
  throw new NotGivenError(
    `model "${name}" needs the address of its server: set it, for example with "export OPENAI_BASE_URL=http://localhost:11434/v1"`,
  )
}

async function* events(stream: AsyncIterable<Chunk>): AsyncGenerator<StreamEvent> {
  let refusal = ''
  for await (const chunk of stream) {
    if (chunk.usage) yield { type: 'usage', usage: usageOf(chunk.usage) }
    const choice = chunk.choices?.[0]
    if (!choice) continue
    refusal += choice.delta?.refusal ?? ''
    yield* contentOf(choice.delta)
    if (choice.finish_reason) yield stopOf(choice.finish_reason, refusal)
  }
}

/** Servers of reasoning models add their thoughts under one of two names that the SDK does not know. */
function* contentOf(delta: Choice['delta'] | undefined): Generator<StreamEvent> {
  if (!delta) return
  const extra = delta as { reasoning_content?: unknown; reasoning?: unknown }
  const thought = extra.reasoning_content ?? extra.reasoning
  if (typeof thought === 'string' && thought !== '') yield { type: 'hidden', characters: thought.length }
  if (delta.content) yield { type: 'text', text: delta.content }
}

function usageOf(usage: OpenAI.CompletionUsage): Usage {
  return {
    input: usage.prompt_tokens,
    output: usage.completion_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
  }
}

function stopOf(reason: Choice['finish_reason'], refusal: string): StreamEvent {
  if (refusal !== '') return { type: 'stop', reason: 'refused', message: `the model refused to answer: ${refusal}` }
  if (reason === 'content_filter') {
    return { type: 'stop', reason: 'refused', message: "the answer was stopped by the service's content filter" }
  }
  return { type: 'stop', reason: reason === 'length' ? 'length' : 'end' }
}
