import type { Transformer } from 'node:stream/web'
import { SilentStreamError } from './failure.ts'

/** Node's own client gives up on a silent connection after this, whatever else is wanted. Milliseconds. */
export const LONGEST_SILENCE = 300_000

/**
 * A `fetch` for both SDKs with two rules that they lack: an answer that cannot be a stream of events is an error, and a
 * stream that is silent for `idleMs` is cut.
 */
export function guardedFetch(idleMs: number): typeof fetch {
  return async (input, init) => {
    const response = await answerWithin(idleMs, input, init)
    if (!response.ok) return response
    if (/^(text\/html|application\/json)/i.test(response.headers.get('content-type') ?? '')) return notAStream(response)
    // Measured on bytes, because the SDKs swallow the pings that keep a thinking model's stream alive.
    return response.body ? new Response(cutWhenSilent(response.body, idleMs), response) : response
  }
}

/** A service may be silent before it answers at all, and then there is no stream yet. */
async function answerWithin(idleMs: number, ...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(silent(idleMs)), idleMs)
  const signal = init?.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal
  try {
    return await fetch(input, { ...init, signal })
  } finally {
    clearTimeout(timer)
  }
}

const silent = (idleMs: number) => new SilentStreamError(`the stream was silent for ${idleMs / 1000} s`)

async function notAStream(response: Response): Promise<Response> {
  const start = (await response.text()).slice(0, 200)
  const message = `the server answered no stream of events; is the base URL right? It sent: ${start}`
  return Response.json({ error: { message } }, { status: 400 })
}

function cutWhenSilent(body: ReadableStream<Uint8Array>, idleMs: number): ReadableStream<Uint8Array> {
  let timer: NodeJS.Timeout | undefined
  const restart = (controller: TransformStreamDefaultController<Uint8Array>) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      controller.error(silent(idleMs))
    }, idleMs)
    // A stream that nobody reads any more must not keep the process alive.
    timer.unref()
  }
  const watch: Transformer<Uint8Array, Uint8Array> = {
    start: restart,
    transform(chunk, controller) {
      restart(controller)
      controller.enqueue(chunk)
    },
    flush: () => clearTimeout(timer),
    cancel: () => clearTimeout(timer),
  }
  return body.pipeThrough(new TransformStream(watch))
}
