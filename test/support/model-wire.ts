import type { AnswerUsage, Api, ScriptRequest } from './model-server.ts'

/** Server-sent events, ready to be written. */
export interface Frames {
  head: string[]
  text(piece: string): string
  tail: string[]
}

interface Ending {
  text: string
  thoughts?: string
  truncated?: boolean
  refused?: boolean
  usage?: AnswerUsage | null
}

/** How one API reads and writes. */
export interface Wire {
  api: Api
  path: string
  /** Where the tokens of a prompt are counted; null: nowhere. */
  counting: { path: string; answer(tokens: number): object } | null
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
  counting: { path: '/v1/messages/count_tokens', answer: (input_tokens) => ({ input_tokens }) },
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
        ...thinking(answer, (thought) =>
          event({ type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking: thought } }),
        ),
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
  counting: null,
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
      head: [
        choice({ role: 'assistant', content: '' }),
        ...thinking(answer, (thought) => choice({ reasoning_content: thought })),
      ],
      text: (content) => choice({ content }),
      tail: [choice({}, openAiStop(answer)), ...report, 'data: [DONE]\n\n'],
    }
  },
}

export const responsesWire: Wire = {
  api: 'responses',
  path: '/v1/responses',
  counting: {
    path: '/v1/responses/input_tokens',
    answer: (input_tokens) => ({ object: 'response.input_tokens', input_tokens }),
  },
  read: (body) => ({ system: textOf(body.instructions), prompt: textOf(body.input) }),
  error: (status, message) => openAiWire.error(status, message),
  overloaded: event({ type: 'error', code: 'server_error', message: 'Overloaded', param: null, sequence_number: 9 }),
  frames(request, _body, answer) {
    const usage = usageOf(request, answer)
    const response = (status: string, more: object = {}) => ({
      id: `resp_${request.n}`,
      object: 'response',
      created_at: 0,
      model: request.model,
      status,
      error: null,
      incomplete_details: null,
      output: [],
      usage: null,
      ...more,
    })
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0, logprobs: [] }
    const ended = answer.truncated ? 'incomplete' : 'completed'
    const refusal = answer.refused
      ? [event({ type: 'response.refusal.delta', ...place, delta: 'I would rather not.', sequence_number: 3 })]
      : []
    const done = response(ended, {
      incomplete_details: answer.truncated ? { reason: 'max_output_tokens' } : null,
      usage: usage && responsesUsage(usage),
    })
    return {
      head: [
        event({ type: 'response.created', response: response('in_progress'), sequence_number: 0 }),
        ...thinking(answer, (delta) =>
          event({ type: 'response.reasoning_summary_text.delta', ...place, delta, sequence_number: 1 }),
        ),
      ],
      text: (delta) => event({ type: 'response.output_text.delta', ...place, delta, sequence_number: 1 }),
      tail: [...refusal, event({ type: `response.${ended}`, response: done, sequence_number: 4 })],
    }
  },
}

function thinking({ thoughts = '' }: Ending, frame: (thought: string) => string): string[] {
  return thoughts === '' ? [] : [frame(thoughts)]
}

function responsesUsage(usage: AnswerUsage): object {
  const { input, output, cached = 0, created = 0 } = usage
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: created },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  }
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
