import { join } from 'node:path'
import { listRuns, runsFolder } from '../io/journal/past-runs.ts'
import { readEvents } from '../io/journal/read-events.ts'
import { type Times, timesOf } from '../ui/expected.ts'

const RUNS = 3

/** How long stages took in the last runs before this one. Nothing where no journal can be read. */
export async function pastTimes(root: string, run: string): Promise<Times> {
  const before = (await listRuns(root)).filter((id) => id < run).slice(-RUNS)
  const read = await Promise.all(before.map((id) => readEvents(join(runsFolder(root), id))))
  return timesOf(read.flatMap(({ events }) => events))
}
