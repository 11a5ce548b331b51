import type { AnswerUsage, ScriptRequest } from './model-server.ts'

/** Server-sent events, ready to be written. */
export interface Frames {
  head: string[]
  text(piece: string): string
  tail: string[]
}

interface Ending {
  text: string
  truncated?: boolean
  refused?: boolean
  usage?: AnswerUsage | null
}

/** How one API reads and writes. */
export interface Wire {
  api: 'anthropic' | 'openai'
  path: string
  read(body: Record<string, unknown>): { system: string; prompt: string }
  error(status: number, message: string): unknown
  /** An error event in mid-stream. */
  overloaded: string
  frames(request: ScriptRequest, body: Record<string, unknown>, answer: Ending): Frames
}

type Message = { role: string; content: unknown }

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

export const anthropicWire: Wire = {
  api: 'anthropic',
  path: '/v1/messages',
  read: (body) => ({ system: textOf(body.system), prompt: textOfRole(body, ['user']) }),
  error: (status, message) => ({ type: 'error', error: { type: ERROR_TYPES[status] ?? 'api_error', message } }),
  overloaded: event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
  frames(request, _body, answer) {
    const usage = usageOf(request, answer)
    const index = 0
    const start = { ...anthropicInput(usage), output_tokens: usage ? 1 : undefined }
    const message = {
      id: `msg_${request.n}`,
      type: 'message',
      role: 'assistant',
      model: request.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: start,
    }
    const delta = { stop_reason: anthropicStop(answer), stop_sequence: null }
    return {
      head: [
        event({ type: 'message_start', message }),
        event({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } }),
        event({ type: 'ping' }),
      ],
      text: (text) => event({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }),
      tail: [
        event({ type: 'content_block_stop', index }),
        event({ type: 'message_delta', delta, usage: { output_tokens: usage?.output } }),
        event({ type: 'message_stop' }),
      ],
    }
  },
}

export const openAiWire: Wire = {
  api: 'openai',
  path: '/v1/chat/completions',
  read: (body) => ({ system: textOfRole(body, ['system', 'developer']), prompt: textOfRole(body, ['user']) }),
  error: (status, message) => ({
    error: { message, type: ERROR_TYPES[status] ?? 'server_error', param: null, code: null },
  }),
  overloaded: data({ error: { message: 'Overloaded', type: 'server_error', param: null, code: null } }),
  frames(request, body, answer) {
    const usage = usageOf(request, answer)
    const chunk = (choices: unknown[], more: object = {}) =>
      data({
        id: `chatcmpl-${request.n}`,
        object: 'chat.completion.chunk',
        created: 0,
        model: request.model,
        choices,
        ...more,
      })
    const choice = (delta: object, finish_reason: string | null = null) =>
      chunk([{ index: 0, delta, logprobs: null, finish_reason }])
    const wanted = (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true
    const report = usage && wanted ? [chunk([], { usage: openAiUsage(usage) })] : []
    return {
      head: [choice({ role: 'assistant', content: '' })],
      text: (content) => choice({ content }),
      tail: [choice({}, openAiStop(answer)), ...report, 'data: [DONE]\n\n'],
    }
  },
}

function usageOf(request: ScriptRequest, answer: Ending): AnswerUsage | null {
  if (answer.usage !== undefined) return answer.usage
  const tokens = (text: string) => Math.ceil(text.length / 4)
  return { input: tokens(request.system + request.prompt), output: tokens(answer.text) }
}

/** This API counts what comes from or goes to the cache apart from the rest of the input. */
function anthropicInput(usage: AnswerUsage | null): object {
  if (!usage) return {}
  const { input, cached = 0, created = 0 } = usage
  return {
    input_tokens: input - cached - created,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: created,
  }
}

function openAiUsage(usage: AnswerUsage): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
  }
}

function anthropicStop(answer: Ending): string {
  if (answer.refused) return 'refusal'
  return answer.truncated ? 'max_tokens' : 'end_turn'
}

function openAiStop(answer: Ending): string {
  if (answer.refused) return 'content_filter'
  return answer.truncated ? 'length' : 'stop'
}

function textOfRole(body: Record<string, unknown>, roles: string[]): string {
  const messages = Array.isArray(body.messages) ? (body.messages as Message[]) : []
  const texts = messages.filter((message) => roles.includes(message.role)).map((message) => textOf(message.content))
  return texts.join('\n\n')
}

/** A text, or a list of parts with texts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown }) => (typeof part.text === 'string' ? part.text : '')).join('')
}

function event(value: { type: string } & Record<string, unknown>): string {
  return `event: ${value.type}\n${data(value)}`
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}
