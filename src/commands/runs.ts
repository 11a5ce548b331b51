import { EXIT } from '../core/errors.ts'
import type { TaskOutcomeStatus } from '../core/event-parts.ts'
import { beganAt } from '../core/run-id.ts'
import { openRepository } from '../io/git/repository.ts'
import { runAtWork } from '../io/git/run-lock.ts'
import { listRuns, readRun } from '../io/journal/past-runs.ts'
import { readEvents } from '../io/journal/read-events.ts'
import { oneLine, table } from '../ui/format.ts'
import type { GlobalOptions } from './options.ts'

/** A run in the list of all of them. */
interface Listed {
  run: string
  /** ISO 8601, in UTC as its id; null: the folder has another name. */
  began: string | null
  /** How it ended; `killed`: its journal has no end, `at-work`: it has none yet. */
  status: TaskOutcomeStatus | 'killed' | 'at-work'
  exitCode: number | null
  /** `status` is null where the run has told of no end of the task. */
  tasks: { spec: string; task: string; status: TaskOutcomeStatus | null }[]
  /** The run that it is a replay of. */
  replays: string | null
}

/** `agent report --list`: the runs whose journals are there, oldest first. */
export async function runsCommand(options: GlobalOptions): Promise<number> {
  const { root, commonDir } = await openRepository(options.cwd)
  // Who ends between the two looks has written its end before it lets go: so the lock is looked at first.
  const atWork = await runAtWork(commonDir)
  const runs: Listed[] = []
  for (const id of await listRuns(root)) runs.push(await listed(root, id, id === atWork))
  process.stdout.write(options.json ? `${JSON.stringify({ type: 'report.runs', runs })}\n` : describe(runs))
  return EXIT.done
}

async function listed(root: string, id: string, atWork: boolean): Promise<Listed> {
  const { dir, described, result } = await readRun(root, id)
  const replays = described?.['replays']
  return {
    run: id,
    began: beganAt(id),
    status: result?.status ?? (atWork ? 'at-work' : 'killed'),
    exitCode: result?.exitCode ?? null,
    tasks: result === null ? await begun(dir) : told(result.tasks),
    replays: typeof replays === 'string' ? replays : null,
  }
}

function told(tasks: Listed['tasks'] = []): Listed['tasks'] {
  return tasks.map(({ spec, task, status }) => ({ spec, task, status }))
}

/** Tasks of a run without an end. */
async function begun(dir: string): Promise<Listed['tasks']> {
  const { events } = await readEvents(dir)
  const selected = events.filter((event) => event.type === 'task.selected')
  const names = new Map(selected.map(({ spec, task }) => [`${spec}/${task}`, { spec, task, status: null }]))
  return [...names.values()]
}

function describe(runs: readonly Listed[]): string {
  if (runs.length === 0) return 'There is none in this repository: `agent next` writes the first.\n'
  const rows = runs.map(({ run, began, status, tasks, replays }) => [
    oneLine(run),
    began === null ? '' : began.slice(0, 19).replace('T', ' '),
    status.replace('-', ' '),
    [
      ...(replays === null ? [] : [`replay of ${oneLine(replays)}`]),
      tasks.map((one) => taskWords(one, status)).join(', ') || 'no task',
    ].join(': '),
  ])
  return table(rows, { header: ['run', 'began (UTC)', 'ended', 'tasks'] })
    .map((line) => `${line}\n`)
    .join('')
}

/** With its own end where it is not that of the run. */
function taskWords({ spec, task, status }: Listed['tasks'][number], ofRun: Listed['status']): string {
  return oneLine(`${spec}/${task}${status === null || status === ofRun ? '' : ` (${status})`}`)
}
