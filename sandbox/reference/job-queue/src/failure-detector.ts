import type { Clock } from 'specproof/sim'

export type WorkerStatus = 'alive' | 'failed'

export interface FailureDetector {
  /** A heartbeat of the worker was received now. Unknown workers are ignored. */
  heard(worker: string): void
  /** Throws an Error for an unknown worker. */
  status(worker: string): WorkerStatus
}

const SILENCE_LIMIT_MS = 30_000

interface Watch {
  status: WorkerStatus
  timer: number | undefined
}

/**
 * Watches `workers`, all alive and counted as heard now. A worker is marked as failed 30 000 ms after its last
 * heartbeat, by `clock`, and as alive again when it is heard.
 * `onChange` is called once for each change of status, when `status` already answers the new one.
 * Throws no errors of its own.
 */
export function createFailureDetector(
  clock: Clock,
  workers: readonly string[],
  onChange: (worker: string, status: WorkerStatus) => void,
): FailureDetector {
  const watches = new Map<string, Watch>()

  function changeStatus(worker: string, watch: Watch, status: WorkerStatus): void {
    watch.status = status
    onChange(worker, status)
  }

  function restartTimer(worker: string, watch: Watch): void {
    clock.clearTimeout(watch.timer)
    watch.timer = clock.setTimeout(() => changeStatus(worker, watch, 'failed'), SILENCE_LIMIT_MS)
  }

  function heard(worker: string): void {
    const watch = watches.get(worker)
    if (watch === undefined) return
    // Before the listener is told, so that the worker is watched even if the listener throws.
    restartTimer(worker, watch)
    if (watch.status === 'failed') changeStatus(worker, watch, 'alive')
  }

  function status(worker: string): WorkerStatus {
    const watch = watches.get(worker)
    if (watch === undefined) throw new Error(`unknown worker: ${worker}`)
    return watch.status
  }

  // A name given twice is still one worker with one timer.
  for (const worker of new Set(workers)) {
    const watch: Watch = { status: 'alive', timer: undefined }
    watches.set(worker, watch)
    restartTimer(worker, watch)
  }

  return { heard, status }
}
