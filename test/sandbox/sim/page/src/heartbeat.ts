import type { Clock, Net } from '../../../../../sandbox/sim/index.ts'

/** Sends a heartbeat from `worker` to `coordinator` now and every 10 s. */
export function startHeartbeats(clock: Clock, net: Net, worker: string): void {
  const beat = () => {
    net.send(worker, 'coordinator', { type: 'heartbeat' })
    clock.setTimeout(beat, 10_000)
  }
  beat()
}

export interface Detector {
  status(worker: string): 'alive' | 'failed'
}

/** A worker fails when the coordinator has heard no heartbeat of it for 30 s. */
export function startDetector(clock: Clock, net: Net, workers: readonly string[]): Detector {
  const last = new Map(workers.map((worker) => [worker, clock.now()]))
  net.onMessage('coordinator', (from) => void last.set(from, clock.now()))
  return { status: (worker) => (clock.now() - (last.get(worker) ?? 0) >= 30_000 ? 'failed' : 'alive') }
}
