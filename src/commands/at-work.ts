import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Repository } from '../io/git/repository.ts'
import { lockHolder } from '../io/git/run-lock.ts'
import { runsFolder } from '../io/journal/past-runs.ts'
import type { BusyTask } from '../ui/busy.ts'

/** A run that is at work in this repository. Times are ISO 8601. */
export interface AtWork {
  run: string
  /** The machine that it runs on, where nobody here can look whether it lives; null: this one, and it lives. */
  host: string | null
  since: string
  tasks: (Omit<BusyTask, 'since'> & { since: string })[]
}

/** The run whose process holds the repository, and its tasks, by its journal. Null: there is none, or it has no journal yet. */
export async function readAtWork({ root, commonDir }: Pick<Repository, 'root' | 'commonDir'>): Promise<AtWork | null> {
  const holder = await lockHolder(commonDir)
  if (holder === null) return null
  const dir = join(runsFolder(root), holder.run)
  const written = await stat(join(dir, 'events.jsonl')).catch(() => null)
  if (written === null) return null
  // Mostly no run is at work, and these take longer to load than a status to show.
  const [{ readEvents }, { busyTasks }] = await Promise.all([
    import('../io/journal/read-events.ts'),
    import('../ui/busy.ts'),
  ])
  const { events } = await readEvents(dir)
  // Events know the time since the start of the run, and the file when the last one came.
  const began = written.mtimeMs - (events.at(-1)?.t ?? 0)
  const iso = (t: number) => new Date(began + t).toISOString()
  const tasks = busyTasks(events).map((task) => ({ ...task, since: iso(task.since) }))
  return { run: holder.run, host: holder.host, since: iso(0), tasks }
}
