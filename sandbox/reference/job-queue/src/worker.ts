import type { Clock, Net } from 'specproof/sim'
import { startHeartbeats } from './heartbeat.ts'

const COORDINATOR = 'coordinator'

interface Assign {
  readonly type: 'assign'
  readonly key: string
  readonly job: string
  readonly payload: unknown
  /** In ms of the worker's clock. */
  readonly epoch: number
}

/**
 * Runs a worker on its node, heartbeats included. Called again, with nothing remembered, after each crash of the node.
 *
 * The worker's epoch is its time in ms at this call. `execute` is called once for each assignment of this epoch, and
 * must not throw. Throws what `net` throws when the node `name` has a receiver already.
 */
export function startWorker(
  clock: Clock,
  net: Net,
  name: string,
  execute: (job: string, payload: unknown) => unknown,
): void {
  const epoch = clock.now()
  // Never forgotten: an assignment may be repeated at any later time and must still not be executed again.
  const results = new Map<string, unknown>()

  function onAssign({ key, job, payload }: Assign): void {
    if (!results.has(key)) results.set(key, execute(job, payload))
    net.send(name, COORDINATOR, { type: 'done', key, result: results.get(key) })
  }

  net.onMessage(name, (_from, message) => {
    if (isAssign(message) && message.epoch === epoch) onAssign(message)
  })
  startHeartbeats(clock, net, name)
}

function isAssign(message: unknown): message is Assign {
  return (message as Partial<Assign> | null | undefined)?.type === 'assign'
}
