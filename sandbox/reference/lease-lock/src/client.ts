import type { Clock, Net } from 'specproof/sim'

const SERVER = 'lock'
const ASK_EVERY_MS = 2_000
const EXTEND_EVERY_MS = 3_000
const VALID_MS = 8_000

export interface LockClient {
  /** The token while the lock is held, else undefined. */
  token(): number | undefined
  /** Stops asking, and releases the lock when it is held. */
  stop(): void
}

type Message = { readonly type: 'acquire' } | { readonly type: 'extend' | 'release'; readonly token: number }

interface Granted {
  readonly request: number
  readonly token: number
}

interface Held {
  readonly token: number
  /** The first moment, in ms, in which the lock is lost. */
  readonly until: number
}

/** Runs on the node `name` and is its only receiver. `onLost` is called once each time that the lock is lost, not after `stop`. */
export function startClient(clock: Clock, net: Net, name: string, onLost: () => void): LockClient {
  /** Until when a grant for each request sent is worth something. */
  const validUntil = new Map<number, number>()
  let lastRequest = -Infinity
  let held: Held | undefined
  let nextAskAt = clock.now()
  let timer: number | undefined
  let stopped = false

  function send(message: Message): void {
    const now = clock.now()
    forgetOldRequests(now)
    // Numbered by time, so that answers to an earlier start of this node fit no newer request.
    lastRequest = Math.max(now, lastRequest + 1)
    validUntil.set(lastRequest, now + VALID_MS)
    net.send(name, SERVER, { ...message, request: lastRequest })
  }

  function forgetOldRequests(now: number): void {
    for (const [request, until] of validUntil) {
      if (now >= until) validUntil.delete(request)
    }
  }

  function ask(): void {
    send(held === undefined ? { type: 'acquire' } : { type: 'extend', token: held.token })
    nextAskAt = clock.now() + (held === undefined ? ASK_EVERY_MS : EXTEND_EVERY_MS)
  }

  function loseIfOver(): void {
    const now = clock.now()
    if (held === undefined || now < held.until) return
    held = undefined
    nextAskAt = now
    onLost()
  }

  function wake(): void {
    loseIfOver()
    // The listener may have stopped the client.
    if (stopped) return
    if (clock.now() >= nextAskAt) ask()
    schedule()
  }

  function schedule(): void {
    clock.clearTimeout(timer)
    const wakeAt = Math.min(nextAskAt, held?.until ?? Infinity)
    timer = clock.setTimeout(wake, Math.max(0, wakeAt - clock.now()))
  }

  function hold({ request, token }: Granted): void {
    const now = clock.now()
    const until = validUntil.get(request)
    if (until === undefined || now >= until) return
    if (held === undefined) nextAskAt = now + EXTEND_EVERY_MS
    // A grant for an older request than the last granted one tells nothing new.
    if (held === undefined || until > held.until) held = { token, until }
    schedule()
  }

  net.onMessage(name, (from, message) => {
    const granted = readGranted(message)
    if (from !== SERVER || granted === undefined) return
    loseIfOver()
    if (!stopped) hold(granted)
  })
  wake()

  return {
    token: () => (held !== undefined && clock.now() < held.until ? held.token : undefined),

    stop() {
      stopped = true
      clock.clearTimeout(timer)
      if (held !== undefined) send({ type: 'release', token: held.token })
      held = undefined
      validUntil.clear()
    },
  }
}

function readGranted(message: unknown): Granted | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type, request, token } = message as Record<string, unknown>
  if (type !== 'granted' || typeof request !== 'number' || typeof token !== 'number') return undefined
  return { request, token }
}
