/** Why a simulation ended itself. */
export type SimulationErrorCode =
  | 'real-world'
  | 'endless'
  | 'stuck'
  | 'memory'
  | 'threw'
  | 'rejected'
  | 'not-deterministic'
  | 'mark-not-reached'

/** The code under test, or the test, did what a simulation cannot carry. `event` says during what; null: outside a run. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError'
  readonly code: SimulationErrorCode
  readonly event: string | null

  constructor(code: SimulationErrorCode, message: string, event: string | null = null, options?: ErrorOptions) {
    super(event === null ? message : `${message}\n(${event})`, options)
    this.code = code
    this.event = event
  }
}

/** Something that the test has stated does not hold. Runners and verdicts know an assertion by name and code. */
export class Violation extends Error {
  override readonly name = 'AssertionError'
  readonly code = 'ERR_ASSERTION'
}

/** What node code has thrown, with the event in its message; the same object when it is an Error. */
export function thrownIn(event: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return new SimulationError('threw', `threw ${String(thrown)}`, event)
  if (thrown instanceof SimulationError || thrown.message.endsWith(`(${event})`)) return thrown
  try {
    thrown.message = `${thrown.message}\n(${event})`
  } catch {
    // Frozen, or without a message of its own: what was thrown counts more than where.
  }
  return thrown
}
