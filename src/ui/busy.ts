import type { StampedEvent } from '../core/events.ts'
import { initialView, reduceView } from './many.ts'

/** A task that a run has begun and not ended. */
export interface BusyTask {
  /** `spec/task`. */
  task: string
  /** Event time at which it was begun. */
  since: number
  /** Of the implementer; 0 while the tests are written. */
  attempt: number
  /** The role or the stage of the checks that is at work. */
  stage: string
}

/** The tasks that are at work after these events, in the order in which they were begun. */
export function busyTasks(events: readonly StampedEvent[]): BusyTask[] {
  const view = events.reduce(reduceView, initialView())
  const begun = new Map<string | undefined, number>()
  const last = new Map<string | undefined, StampedEvent>()
  for (const event of events) {
    if (event.type === 'task.selected') begun.set(event.of, event.t)
    last.set(event.of, event)
  }
  if (view.whole.finished) return []
  return [[undefined, view.whole] as const, ...view.tasks].flatMap(([of, { task, attempt, running, verdict }]) => {
    const latest = last.get(of)
    if (task === null || latest === undefined || isOver(latest)) return []
    const stage = running.at(-1)?.label ?? (verdict === null ? 'preparing' : `judged ${verdict.status}`)
    return [{ task: `${task.spec}/${task.task}`, since: begun.get(of) ?? 0, attempt, stage }]
  })
}

/** After it nothing more is told of a task. */
function isOver(event: StampedEvent): boolean {
  return event.type === 'landed' || (event.type === 'decision' && event.decision === 'stop')
}
