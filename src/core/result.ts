import { exitCodeOf } from './errors.ts'
import type { EventOf, TaskOutcomeStatus } from './events.ts'

/** The result of a run that ended before any task was begun. */
export function resultWithoutRun(status: TaskOutcomeStatus, message: string): EventOf<'run.result'> {
  return {
    type: 'run.result',
    status,
    exitCode: exitCodeOf(status),
    message,
    tokens: { input: 0, output: 0, cached: 0 },
    usd: 0,
    journal: null,
    tasks: [],
  }
}
