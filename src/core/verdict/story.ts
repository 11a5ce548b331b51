import type { Event } from '../events.ts'

/** What a run decided, one line each, in order: what a replay has to tell in the same words. */
export function storyOf(events: readonly Event[]): string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'task.selected':
        return [`task ${event.spec}/${event.task}`]
      case 'tests.frozen':
        return [`frozen ${event.tests} tests in ${event.files.join(', ')}`]
      case 'patch.applied':
        return [`${event.role}: ${event.files.map(({ path, action }) => `${action} ${path}`).join(', ')}`]
      case 'patch.refused':
        return [`${event.role}: refused ${event.reasons.map(({ path, code }) => `${path} ${code}`).join(', ')}`]
      case 'verdict':
        return [`attempt ${event.attempt} ${event.status}`]
      case 'decision':
        return [`decision ${event.decision}`]
      case 'commit':
        return [`tree ${event.tree}`]
      case 'run.result':
        return [`result ${event.status}`]
      default:
        return []
    }
  })
}

/** The first line in which two stories differ; null where they are the same. */
export function firstDifference(
  was: readonly string[],
  is: readonly string[],
): { was: string | null; is: string | null } | null {
  for (let at = 0; at < Math.max(was.length, is.length); at++) {
    if (was[at] !== is[at]) return { was: was[at] ?? null, is: is[at] ?? null }
  }
  return null
}
