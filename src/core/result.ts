import { exitCodeOf } from './errors.ts'
import type { TaskOutcomeStatus, TaskResult } from './event-parts.ts'
import type { Event, EventOf } from './events.ts'
import { NO_EVIDENCE } from './verdict/judge.ts'

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

/**
 * What became of tasks, by what was told, where nobody is left who counts: those whose commit has landed or waits, without their
 * evidence, which stands in the commit. `now`: commits were to land.
 */
export function tasksTold(events: readonly Event[], now: boolean): TaskResult[] {
  const verdicts = new Map<string, EventOf<'verdict'>>()
  const tasks = new Map<string, TaskResult>()
  for (const event of events) {
    if (event.type !== 'verdict' && event.type !== 'landed') continue
    const { spec, task } = event
    const key = `${spec}/${task}`
    if (event.type === 'verdict') verdicts.set(key, event)
    else {
      const told = verdicts.get(key)
      const held = told?.status === 'verified' ? 'verified' : 'checked'
      const status = event.ref === null && now ? 'git' : held
      tasks.set(key, { spec, task, status, commit: event.commit, attempts: told?.attempt ?? 0, evidence: NO_EVIDENCE })
    }
  }
  return [...tasks.values()]
}
