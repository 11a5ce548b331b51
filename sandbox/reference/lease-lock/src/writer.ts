import type { Clock, Net } from 'specproof/sim'
import { type LockClient, startClient } from './client.ts'

const STORE = 'store'
const LOCK = 'lock'
const WRITE_EVERY_MS = 1_000
const ASK_AGAIN_MS = 2_000

export interface Writer {
  /** The token while the lock is held, else undefined. */
  token(): number | undefined
}

/** `onApplied` is told each write that was answered as applied, once. */
export function startWriter(
  clock: Clock,
  net: Net,
  name: string,
  value: () => string,
  onApplied: (token: number, value: string) => void,
): Writer {
  let toClient: (from: string, message: unknown) => void = () => {}
  let client: LockClient | undefined
  let token: number | undefined
  let sequence = 0
  /** Values by sequence number, of the writes with this token that have no answer yet. */
  const waiting = new Map<number, string>()

  function ask(): void {
    client = startClient(clock, { send: net.send, onMessage: (_name, handler) => (toClient = handler) }, name, () => {})
  }

  function write(): void {
    clock.setTimeout(write, WRITE_EVERY_MS)
    const held = client?.token()
    if (held === undefined) return
    if (held !== token) begin(held)
    sequence += 1
    const own = value()
    waiting.set(sequence, own)
    net.send(name, STORE, { type: 'write', token: held, sequence, value: own })
  }

  function begin(held: number): void {
    token = held
    sequence = 0
    waiting.clear()
  }

  function onAnswer(answer: { token: number; sequence: number; applied: boolean }): void {
    const own = waiting.get(answer.sequence)
    if (answer.token !== token || own === undefined) return
    waiting.delete(answer.sequence)
    if (answer.applied) onApplied(answer.token, own)
    else if (client?.token() === answer.token) giveUp()
  }

  function giveUp(): void {
    client?.stop()
    client = undefined
    toClient = () => {}
    clock.setTimeout(ask, ASK_AGAIN_MS)
  }

  net.onMessage(name, (from, message) => {
    const { type } = (message ?? {}) as { type?: unknown }
    if (from === LOCK) toClient(from, message)
    else if (from === STORE && type === 'written')
      onAnswer(message as { token: number; sequence: number; applied: boolean })
  })
  ask()
  write()
  return { token: () => client?.token() }
}
