import { join } from 'node:path'
import { EXIT, UserError } from '../core/errors.ts'
import { specRootsOf } from '../core/projects.ts'
import { nextTask, type Waiting } from '../core/spec/next.ts'
import type { Dialect, Spec } from '../core/spec/spec.ts'
import type { LoggedCommit } from '../core/trace/evidence.ts'
import { readTrailers } from '../core/verdict/message.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { readHistory } from '../io/git/history.ts'
import { waitingCommits } from '../io/git/land.ts'
import { openAtHead, type Repository, readHead, uncommitted } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { type Cut, cutRun } from '../io/journal/past-runs.ts'
import { BUILD } from '../io/package-root.ts'
import { keepAtCommit } from '../io/parsed-specs.ts'
import { specFilesOnDisk } from '../io/spec-files.ts'
import { nextChange, placesOf } from '../io/watch.ts'
import { type LoadedSpecs, loadSpecs } from '../task/load-specs.ts'
import { chooseColor, chooseUnicode } from '../ui/choose.ts'
import { type Line, spanOf } from '../ui/line.ts'
import { printed } from '../ui/printed.ts'
import { type StatusLook, statusLines } from '../ui/status.ts'
import type { Head } from '../world.ts'
import { type AtWork, readAtWork } from './at-work.ts'
import { interruption } from './interruption.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { nameOfSpec, specsNamed } from './spec-named.ts'

interface SpecStatus {
  id: string
  dir: string
  dialect: Dialect
  tasks: { total: number; done: number; open: number; blocked: number }
  next: string | null
  waiting: Waiting[]
  lint: { error: number; warning: number }
  /** Verified commits of its tasks that have not landed. */
  branches: { branch: string; task: string; commit: string }[]
  /** Ticked tasks whose evidence was made for other words than the spec has now. */
  stale: string[]
}

interface LastCommit {
  spec: string
  task: string
  verdict: 'verified' | 'checked'
  commit: string
}

interface Status {
  /** Null: no run is at work here. */
  atWork: AtWork | null
  /** The run that the next one goes on with; null: there is none. */
  unfinished: Cut | null
  specs: SpecStatus[]
  /** The newest commit of a task that nothing has taken back; null: there is none. */
  last: LastCommit | null
  uncommitted: string[]
  withoutTasks: string[]
}

export interface StatusFlags {
  spec?: string
  watch?: boolean
}

/** `agent status`: specs, progress, the next task and why each other open task is not it. */
export async function statusCommand(
  options: GlobalOptions,
  argument: string | undefined,
  flags: StatusFlags = {},
): Promise<number> {
  const name = nameOfSpec(argument, flags.spec)
  const { repository, head } = await openAtHead(options.cwd)
  if (flags.watch) return watchStatus(options, repository, name)
  const { status, specs } = await readStatus(options, repository, name, head)
  process.stdout.write(options.json ? `${JSON.stringify(status)}\n` : screenText(options, specs, status))
  return EXIT.done
}

async function readStatus(
  options: GlobalOptions,
  repository: Repository,
  name: string | undefined,
  found: Head | null = null,
): Promise<{ status: Status; specs: Spec[] }> {
  const { root } = repository
  const history = readHistory(root)
  history.catch(() => {})
  const [head, config] = await Promise.all([found ?? readHead(root), loadConfig(options, root)])
  const roots = specRootsOf(config)
  const all = await specsAt(repository, head.commit, roots)
  const specs = specsNamed(all.specs, name, ' at HEAD')
  const withoutTasks = name === undefined ? all.withoutTasks : []
  const dirs = specs.map(({ dir }) => dir)
  const [branches, stale, last, changed, cut, atWork] = await Promise.all([
    waitingFor(root, specs),
    history.then((log) => staleIn(root, specs, log)),
    history.then((log) => lastIn(log, name === undefined ? null : specs)),
    dirs.length > 0 ? uncommitted(root, dirs) : specsOnDisk(root, roots),
    cutRun(root),
    readAtWork(repository),
  ])
  const statuses = specs.map((spec) => ({
    ...statusOf(spec),
    branches: branches.get(spec.dir) ?? [],
    stale: stale.get(spec.dir) ?? [],
  }))
  // A run that is at work is not unfinished, and goes on with what was.
  const unfinished = atWork?.host === null ? null : cut
  return { status: { atWork, unfinished, specs: statuses, last, uncommitted: changed, withoutTasks }, specs }
}

async function specsAt(repository: Repository, commit: string, roots: string[]): Promise<LoadedSpecs> {
  const read = async () => loadSpecs(await openTree(repository.root, commit), roots)
  return BUILD === null ? read() : keepAtCommit(join(cacheFolder(repository), 'specs'), BUILD, commit, roots, read)
}

/** Folders of specs that lie in the checkout. */
async function specsOnDisk(root: string, roots: string[]): Promise<string[]> {
  const { specs } = await loadSpecs(await specFilesOnDisk(root, roots), roots)
  return specs.map(({ dir }) => dir)
}

function statusOf(spec: Spec): Omit<SpecStatus, 'branches' | 'stale'> {
  const next = nextTask(spec)
  const count = (status: string) => spec.tasks.filter((task) => task.status === status).length
  const severe = (severity: string) => spec.diagnostics.filter((one) => one.severity === severity).length
  const done = count('done')
  const blocked = count('blocked')
  return {
    id: spec.id,
    dir: spec.dir,
    dialect: spec.dialect,
    tasks: { total: spec.tasks.length, done, open: spec.tasks.length - done - blocked, blocked },
    next: next.task?.id ?? null,
    waiting: next.waiting,
    lint: { error: severe('error'), warning: severe('warning') },
  }
}

/** Waiting branches by the folder of their spec: by its id, else by the one folder that ends with the name. */
async function waitingFor(root: string, specs: readonly Spec[]): Promise<Map<string, SpecStatus['branches']>> {
  const found = new Map<string, SpecStatus['branches']>()
  for (const { branch, commit, message } of await waitingCommits(root)) {
    const { Spec: name, Task: task } = readTrailers(message)
    if (!name || !task) continue
    const near = specs.filter(({ dir }) => dir === name || dir.endsWith(`/${name}`))
    const spec = specs.find(({ id }) => id === name) ?? (near.length === 1 ? near[0] : undefined)
    if (spec !== undefined) found.set(spec.dir, [...(found.get(spec.dir) ?? []), { branch, task, commit }])
  }
  return found
}

/** Most repositories have no evidence at first, and what compares it takes as long to load as Node itself. */
async function staleIn(
  root: string,
  specs: readonly Spec[],
  log: readonly LoggedCommit[],
): Promise<Map<string, string[]>> {
  return log.length === 0 ? new Map() : (await import('./stale.ts')).staleTasks(root, specs, log)
}

/** `wanted`: whose commits are looked at; null: all. */
async function lastIn(log: readonly LoggedCommit[], wanted: readonly Spec[] | null): Promise<LastCommit | null> {
  if (log.length === 0) return null
  const { taskCommits } = await import('../core/trace/evidence.ts')
  const isWanted = (name: string) =>
    wanted === null || wanted.some(({ id, dir }) => id === name || dir === name || dir.endsWith(`/${name}`))
  const found = taskCommits(log).find(({ revertedBy, spec }) => revertedBy === null && isWanted(spec))
  return found ? { spec: found.spec, task: found.task, verdict: found.verdict, commit: found.hash } : null
}

function screenText(options: GlobalOptions, specs: readonly Spec[], status: Status): string {
  const { stdout, env } = process
  const isTTY = stdout.isTTY === true
  const color = chooseColor({ noColor: !options.color, isTTY, env })
  const look = { width: isTTY ? (stdout.columns ?? 100) : null, unicode: chooseUnicode(env) }
  return screen(specs, status, look)
    .map((line) => `${printed(line, color)}\n`)
    .join('')
}

/** Fits the screen in a terminal; elsewhere nothing is cut. */
function screen(specs: readonly Spec[], status: Status, look: StatusLook): Line[] {
  const titles = new Map(specs.map((spec) => [spec.dir, new Map(spec.tasks.map(({ id, title }) => [id, title]))]))
  const told = status.specs.map((one) => ({ ...one, title: (id: string) => titles.get(one.dir)?.get(id) ?? '' }))
  return statusLines({ ...status, specs: told }, look, new Date())
}

/** Shows the status anew whenever git or a spec changes, and below it the run at work, until Ctrl-C. */
async function watchStatus(options: GlobalOptions, repository: Repository, name: string | undefined): Promise<number> {
  const { root } = repository
  const { stdout } = process
  if (options.json || stdout.isTTY !== true)
    throw new UserError(
      '--watch needs a terminal: leave it out, or run `agent status --json` again when you want to know.',
    )
  const { signal, interrupt, release } = interruption()
  const { watchScreen } = await import('./watch.ts')
  const view = await watchScreen(options, root, interrupt)
  let watched: string[] = []
  try {
    while (!signal.aborted) {
      // Watching begins before reading, so that no change falls in between.
      const round = new AbortController()
      const changed = nextChange(await placesOf(root, watched), AbortSignal.any([signal, round.signal]))
      const lines = await readStatus(options, repository, name).then(
        ({ status, specs }) => {
          const dirs = [...status.specs.map(({ dir }) => dir), ...status.withoutTasks]
          if (dirs.join('\n') !== watched.join('\n')) round.abort()
          watched = dirs
          // The run at work stands below, as it is now.
          return (look: StatusLook) => screen(specs, { ...status, atWork: null }, look)
        },
        // A repository in the middle of a rebase is looked at again when that goes on.
        (error: unknown) => {
          if (error instanceof UserError) return () => [{ kind: 'key' as const, spans: [spanOf(error.message)] }]
          round.abort()
          throw error
        },
      )
      if (!round.signal.aborted) view.show(lines)
      await changed
    }
    return EXIT.done
  } finally {
    await view.close()
    release()
  }
}
