import type { Clock, Net } from 'specproof/sim'

const COORDINATOR = 'coordinator'
const HEARTBEAT_INTERVAL_MS = 10_000

/**
 * Sends heartbeats from `worker` to the coordinator: the first at once, then one every 10 000 ms.
 * Each carries the epoch, which is the worker's time in ms at this call.
 * Answers a function that ends the heartbeats; it may be called more than once. Throws no errors of its own.
 */
export function startHeartbeats(clock: Clock, net: Net, worker: string): () => void {
  const epoch = clock.now()
  let timer: number | undefined

  function beat(): void {
    timer = clock.setTimeout(beat, HEARTBEAT_INTERVAL_MS)
    net.send(worker, COORDINATOR, { type: 'heartbeat', epoch })
  }

  beat()
  return () => clock.clearTimeout(timer)
}
