import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { anthropicWire, type Frames, openAiWire, responsesWire, type Wire } from './model-wire.ts'

export type Api = 'anthropic' | 'openai' | 'responses'

/** What the script sees of one request. `n` counts from 1 over the server's life. */
export interface ScriptRequest {
  api: Api
  system: string
  /** All user messages, joined by an empty line. */
  prompt: string
  n: number
  model: string
  headers: IncomingHttpHeaders
}

export interface ReceivedRequest extends ScriptRequest {
  path: string
  /** The whole request, as sent. */
  body: Record<string, unknown>
}

/** Tokens; `input` counts everything, `cached` and `created` (written to the cache) are parts of it. */
export interface AnswerUsage {
  input: number
  output: number
  cached?: number
  created?: number
}

interface TextAnswer {
  text: string
  /** What it thinks before. */
  thoughts?: string
  /** The answer reached its bound. */
  truncated?: boolean
  /** The model declined; `text` is what it wrote before. */
  refused?: boolean
  /** Without it, four characters are a token; null: none is reported. */
  usage?: AnswerUsage | null
  /** Wait before each piece of text. */
  chunkDelayMs?: number
}

export type Answer =
  | TextAnswer
  /** An error before the stream; `retryAfter` in seconds. `headers` are added as they are. */
  | { status: number; retryAfter?: number; message?: string; headers?: Record<string, string> }
  /** The connection breaks after that many characters. `clean`: the body ends properly, but the answer does not. */
  | (TextAnswer & { cutAfterChars: number; clean?: boolean })
  /** Nothing more is sent after that many characters, and the connection stays open. */
  | (TextAnswer & { hangAfterChars: number })
  /** The service reports an overload in mid-stream. */
  | (TextAnswer & { errorAfterChars: number })
  /** In mid-stream comes what is no JSON. */
  | (TextAnswer & { garbageAfterChars: number })
  /** Something that is not a model's server. */
  | { html: string }

export type Script = (request: ScriptRequest) => Answer | Promise<Answer>

export interface ModelServer {
  /** Without a path. */
  url: string
  /** For ANTHROPIC_BASE_URL. */
  anthropicUrl: string
  /** For OPENAI_BASE_URL. */
  openaiUrl: string
  /** In order of arrival. */
  requests: ReceivedRequest[]
  /** Breaks open connections. */
  close(): Promise<void>
}

/**
 * A model's service on the loopback address, on a free port: Anthropic Messages at `/v1/messages`, OpenAI Responses at
 * `/v1/responses` and Chat Completions at `/v1/chat/completions`, all as streams, and the first two's counting of
 * tokens, where four characters are one. A script that throws answers with status 500.
 */
export async function startModelServer(script: Script): Promise<ModelServer> {
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    // The client may hang up at any moment.
    response.on('error', () => {})
    serve(request, response, script, requests).catch((error) => refuse(response, openAiWire, 500, String(error)))
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    anthropicUrl: url,
    openaiUrl: `${url}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  script: Script,
  requests: ReceivedRequest[],
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://loopback').pathname
  const wires = [anthropicWire, openAiWire, responsesWire]
  const wire = wires.find((candidate) => candidate.path === path)
  const content = await bodyOf(request)
  const counts = wires.find(({ counting }) => counting?.path === path)
  if (counts) return count(counts, parse(content) ?? {}, response)
  if (request.method !== 'POST' || !wire) return refuse(response, openAiWire, 404, `no such address: ${path}`)
  const body = parse(content)
  if (!body) return refuse(response, wire, 400, 'the body is not a JSON object')
  if (body.stream !== true) return refuse(response, wire, 400, 'this server only streams')
  const seen: ScriptRequest = {
    api: wire.api,
    ...wire.read(body),
    n: requests.length + 1,
    model: String(body.model),
    headers: request.headers,
  }
  requests.push({ ...seen, path, body })
  let answer: Answer
  try {
    answer = await script(seen)
  } catch (error) {
    return refuse(response, wire, 500, `the script failed: ${error}`)
  }
  await give(answer, seen, body, response, wire)
}

function count(wire: Wire, body: Record<string, unknown>, response: ServerResponse): void {
  const { system, prompt } = wire.read(body)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(wire.counting!.answer(Math.ceil((system + prompt).length / 4))))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function parse(content: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function refuse(
  response: ServerResponse,
  wire: Wire,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(wire.error(status, message)))
}

async function give(
  answer: Answer,
  request: ScriptRequest,
  body: Record<string, unknown>,
  response: ServerResponse,
  wire: Wire,
): Promise<void> {
  if ('html' in answer) {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(answer.html)
    return
  }
  if ('status' in answer) {
    const wait = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }
    refuse(response, wire, answer.status, answer.message ?? 'scripted', { ...wait, ...answer.headers })
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  await stream(answer, wire.frames(request, body, answer), response, wire)
}

async function stream(
  answer: Exclude<Answer, { status: number } | { html: string }>,
  frames: Frames,
  response: ServerResponse,
  wire: Wire,
): Promise<void> {
  const breakAfter = breakPoint(answer)
  for (const frame of frames.head) await write(response, frame)
  for (const piece of pieces(answer.text.slice(0, breakAfter))) {
    if (answer.chunkDelayMs) await sleep(answer.chunkDelayMs)
    if (response.destroyed) return
    await write(response, frames.text(piece))
  }
  if ('hangAfterChars' in answer) return
  if ('cutAfterChars' in answer) {
    if (answer.clean) response.end()
    else response.destroy()
    return
  }
  if ('errorAfterChars' in answer) await write(response, wire.overloaded)
  else if ('garbageAfterChars' in answer) await write(response, 'event: message_delta\ndata: {"type": "message_de\n\n')
  else for (const frame of frames.tail) await write(response, frame)
  response.end()
}

function breakPoint(answer: Answer): number | undefined {
  if ('cutAfterChars' in answer) return answer.cutAfterChars
  if ('hangAfterChars' in answer) return answer.hangAfterChars
  if ('errorAfterChars' in answer) return answer.errorAfterChars
  if ('garbageAfterChars' in answer) return answer.garbageAfterChars
  return undefined
}

/** Waits until the frame has left, so that a cut afterwards takes nothing back. */
function write(response: ServerResponse, frame: string): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve()
    else response.write(frame, () => resolve())
  })
}

const PIECE = 40

/** Pieces of about 40 characters that never split a surrogate pair. */
function* pieces(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PIECE, text.length)
    if (/[\uD800-\uDBFF]/.test(text[end - 1]!) && end < text.length) end++
    yield text.slice(start, end)
    start = end
  }
}
