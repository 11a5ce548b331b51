import { createHash } from 'node:crypto'
import type { OpenAI } from 'openai'
import type { ModelRequest, Usage } from '../../world.ts'
import { loadOpenAi, openAiClient } from './openai-client.ts'
import { requireKey, requireUrl } from './secrets.ts'
import type { Provider, StreamEvent } from './streaming.ts'

const OFFICIAL_URL = 'https://api.openai.com/v1'

type Event = OpenAI.Responses.ResponseStreamEvent
type Response = OpenAI.Responses.Response

/**
 * OpenAI's Responses API. Reads OPENAI_API_KEY and OPENAI_BASE_URL (with `/v1`). Nothing is kept at the service.
 * @throws ModelNameError for a missing key or an unusable address.
 */
export function responsesProvider(model: string, env: Record<string, string | undefined>): Provider {
  const key = requireKey(env, 'OPENAI_API_KEY', `openai/${model}`)
  const baseUrl = requireUrl(env.OPENAI_BASE_URL || OFFICIAL_URL, 'OPENAI_BASE_URL')
  const account = { organization: env.OPENAI_ORG_ID || null, project: env.OPENAI_PROJECT_ID || null }
  const connect = (more: { fetch?: typeof fetch }) =>
    openAiClient({ apiKey: key, baseURL: baseUrl, ...account, ...more })
  return {
    key,
    address: baseUrl,
    load: loadOpenAi,
    async open(request, { signal, fetch, maxOutputTokens }) {
      const client = await connect({ fetch })
      const stream = await client.responses.create(
        {
          model,
          ...promptOf(request),
          max_output_tokens: maxOutputTokens,
          ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
          ...(request.effort === undefined ? {} : { reasoning: { effort: request.effort } }),
          prompt_cache_key: cacheKeyOf(request),
          store: false,
          stream: true,
        },
        { signal },
      )
      return events(stream)
    },
    async count(request, signal) {
      const client = await connect({})
      return (await client.responses.inputTokens.count({ model, ...promptOf(request) }, { signal })).input_tokens
    },
  }
}

function promptOf({ system, prompt }: ModelRequest): { instructions?: string; input: string } {
  return { ...(system === '' ? {} : { instructions: system }), input: prompt }
}

/** All questions of one spec begin alike, so they belong to the same cache; its name leaves no word of the spec. */
function cacheKeyOf({ spec, promptVersion }: ModelRequest): string {
  return createHash('sha256').update(`${spec}\n${promptVersion}`).digest('hex').slice(0, 32)
}

async function* events(stream: AsyncIterable<Event>): AsyncGenerator<StreamEvent> {
  let refusal = ''
  for await (const event of stream) {
    switch (event.type) {
      case 'response.output_text.delta':
        yield { type: 'text', text: event.delta }
        break
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
        yield { type: 'hidden', characters: event.delta.length }
        break
      case 'response.refusal.delta':
        refusal += event.delta
        break
      case 'response.completed':
      case 'response.incomplete':
        yield* usageOf(event.response)
        yield stopOf(event.response, refusal)
        break
      case 'response.failed':
        yield* usageOf(event.response)
        throw failureOf(event.response.error)
      case 'error':
        throw failureOf(event)
    }
  }
}

function* usageOf({ usage }: Response): Generator<StreamEvent> {
  if (!usage) return
  const { input_tokens: input, output_tokens: output, input_tokens_details: details } = usage
  const counted: Usage = { input, output, cached: details?.cached_tokens ?? 0 }
  yield { type: 'usage', usage: { ...counted, written: details?.cache_write_tokens ?? 0 } }
}

function stopOf({ incomplete_details: incomplete }: Response, refusal: string): StreamEvent {
  if (refusal !== '') return { type: 'stop', reason: 'refused', message: `the model refused to answer: ${refusal}` }
  if (incomplete?.reason === 'content_filter')
    return { type: 'stop', reason: 'refused', message: "the answer was stopped by the service's content filter" }
  return { type: 'stop', reason: incomplete ? 'length' : 'end' }
}

/** An error event of a stream, in the shape in which failures are told apart. */
function failureOf(error: { code: string | null; message: string } | null): Error {
  return Object.assign(new Error(error?.message ?? 'the service gave no reason'), {
    type: error?.code ?? 'server_error',
  })
}
