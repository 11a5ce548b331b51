import { basename, dirname, join } from 'node:path'
import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import type { Event } from '../core/events.ts'
import { isIn, listedDirs, projectsProblem, settingsIn } from '../core/projects.ts'
import { additionWords, missingPath, type PythonPath } from '../core/pytest-imports.ts'
import type { Box } from '../io/box/box.ts'
import {
  type CheckProgress,
  type Checks,
  createChecks,
  DEFAULT_LIMITS,
  type PlacedProject,
  policyOf,
} from '../io/checks/checks.ts'
import { detectProject, type Project, seenFrom } from '../io/checks/detect.ts'
import { withoutRace } from '../io/checks/go-tests.ts'
import { isEditable, missingHypothesis, missingTools } from '../io/checks/installed.ts'
import { toolingOf } from '../io/checks/tooling.ts'
import type { BoxGits } from '../io/git/box-git.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { type Repository, requireIdentity } from '../io/git/repository.ts'
import { requireSigning } from '../io/git/sign.ts'
import type { Worktrees } from '../io/git/worktree.ts'
import { goBuildCache, withBuildCache } from '../io/setup/go-cache.ts'
import type { Ecosystem } from '../io/setup/managers.ts'
import type { Provision } from '../io/setup/provision.ts'
import type { Tree, Unprovided, Unready } from '../world.ts'
import { createEquipper, type Equipment } from './equip.ts'
import { type Isolation, isolate } from './isolation.ts'
import { suiteCommands } from './settings.ts'

export interface Preparation {
  /** `dirs`: projects that tasks work in, beside those that agent.yaml lists. */
  prepare(tree: Tree, dirs?: readonly string[]): Promise<Unready | null>
  provide(commit: string): Promise<Unprovided | null>
  checks(): Promise<Checks | null>
  /** What checks run in and with; empty before `prepare`. */
  tooling(): Promise<string>
}

export interface PreparationOptions {
  repository: Repository
  isolation: Isolation
  config: Config
  worktrees: Worktrees
  /** What workers of a run share; left out: there is one. */
  boxGits?: BoxGits
  onProgress(progress: CheckProgress): void
  tell(event: Event): void
  signal: AbortSignal
}

/** Everything a task needs before money is spent, tried for real; the box once per run, the project once per base. */
export function createPreparation(options: PreparationOptions): Preparation {
  const { repository, config } = options
  const equipper = createEquipper({ ...options, scratch: options.worktrees.scratch, env: process.env })
  let box: Box | null = null
  let checks: Checks | null = null
  let servicesTried = false
  let tooling = ''
  const told = new Map<string, string>()
  return {
    checks: async () => checks,
    tooling: async () => tooling,
    provide: equipper.provide,
    async prepare(tree, dirs = []) {
      // Both run programs, so each is tried while the other is waited for; git's trouble is told first.
      const [who, isolated] = await Promise.allSettled([
        identified(repository),
        box ? null : isolate(options.isolation, repository.root, options.tell),
      ])
      if (who.status === 'rejected') throw who.reason
      if (isolated.status === 'rejected') throw isolated.reason
      if (isolated.value?.ok === false) return isolated.value.unready
      box ??= isolated.value?.box ?? null
      if (!box) throw new Error('no box was chosen')
      const wrong = projectsProblem(config, tree.paths)
      if (wrong !== null) throw new UserError(wrong)
      const projects = await projectsOf(tree, config, dirs)
      if ('unsupported' in projects) return cannot(projects.unsupported)
      const ecosystems = [...new Set(projects.map(({ runner }) => ecosystemOf(runner)))]
      const equipped = await equipper.equip(box, tree, ecosystems)
      if (!equipped.ok) return { status: 'environment', message: equipped.unready.message }
      const all: string[] = []
      for (const { dir, runner } of projects) {
        const homes = homesOf(equipped.provision, repository.root, dir)
        all.push(...homes)
        const missing = runner && (await missingTools(homes, runner))
        if (missing) return cannot(inWords(dir, missing))
      }
      const venv = venvOf(equipped.provision, repository.root)
      if (projects.some(({ runner }) => runner === 'pytest')) {
        const missing = await missingHypothesis(venv, tree.paths, readerOf(tree))
        if (missing) return cannot(missing)
      }
      const { equipment } = equipped
      for (const project of projects) {
        const { dir } = project
        const installed = await isEditable(venv, join(repository.root, dir))
        const why = await reasonOf(project, equipment, installed)
        if (told.get(dir) !== why) options.tell(runnerChosen(project, why))
        told.set(dir, why)
      }
      const commands = suiteCommands(config, projects)
      tooling = await toolingOf(box.name, equipped.found, equipped.provision.mounts, all)
      const hasGo = projects.some(({ runner }) => runner === 'go')
      const toolchains = hasGo ? await warmed(equipment, tree, options) : equipment.toolchains
      checks = createChecks({ ...equipment, toolchains, projects, commands, onProgress: options.onProgress })
      const unready = servicesTried ? null : await tryServices(checks, tree.commit, options)
      servicesTried = unready === null
      return unready
    },
  }
}

function runnerChosen({ dir, runner, unchecked }: PlacedProject, why: string): Event {
  const more = { ...(dir === '' ? {} : { dir }), ...(unchecked === undefined ? {} : { unchecked }) }
  return { type: 'runner.chosen', runner: runner ?? 'commands', why, ...more }
}

/** Why this runner, and what it has to do without. `installed`: whether its environment has the project itself. */
async function reasonOf(project: PlacedProject, { env, toolchains }: Equipment, installed: boolean | null) {
  const { dir, runner, why, imports } = project
  const lacking = runner === 'go' ? await withoutRace(env, toolchains.path, process.arch) : null
  const missing = imports ? missingPath(imports, installed) : null
  const told = missing ? `${PLAIN_PYTEST}: ${additionWords(placed(dir, missing))}` : lacking
  return told === null ? why : `${why}; ${told}`
}

/** What nothing of a project of Python sees to, where nothing does. */
export const PLAIN_PYTEST = 'modules are found at the top as with `python -m pytest`; for a plain `pytest`'

/** Of a project in a folder, with its path from the top of the repository. */
export function placed(dir: string, missing: PythonPath): PythonPath {
  return { ...missing, path: join(dir, missing.path) }
}

const COMPILED = ['compile the standard library, the dependencies and the packages of the project, once']

/** The toolchains with a build cache in which all that a patch does not change is compiled. */
async function warmed(equipment: Equipment, tree: Tree, options: PreparationOptions): Promise<Equipment['toolchains']> {
  const { box, toolchains } = equipment
  const { worktrees, repository, signal, tell } = options
  const started = performance.now()
  const cache = await goBuildCache({
    ...{ box, tree, signal, open: worktrees.open, close: worktrees.close },
    dir: join(cacheFolder(repository), 'setup'),
    limits: { ...DEFAULT_LIMITS, ...equipment.limits },
    policy: (worktree) => policyOf(equipment, worktree),
    onStart: () => tell({ type: 'setup.started', managers: ['go'], commands: COMPILED, afterPatch: false }),
  })
  if (cache?.made !== false) {
    const ms = Math.round(performance.now() - started)
    const [how, message] = cache ? (['run', null] as const) : (['failed', 'each check compiles all anew'] as const)
    tell({
      type: 'setup.finished',
      how,
      managers: ['go'],
      paths: cache ? [cache.dir] : [],
      afterPatch: false,
      message,
      ms,
    })
  }
  return cache ? withBuildCache(toolchains, cache.dir) : toolchains
}

const known = new WeakMap<Repository, Promise<void>>()

/** Asked once for all workers of a run. Rejects with a UserError where nobody could commit. */
export function identified(repository: Repository): Promise<void> {
  const asked = known.get(repository) ?? identify(repository)
  asked.catch(() => {})
  known.set(repository, asked)
  return asked
}

async function identify({ root }: Repository): Promise<void> {
  const signing = requireSigning(root)
  signing.catch(() => {})
  await requireIdentity(root)
  await signing
}

function cannot(why: string): Unready {
  return { status: 'environment', message: `The project cannot be checked: ${why}.` }
}

function ecosystemOf(runner: Project['runner']): Ecosystem {
  if (runner === 'go') return 'go'
  return runner === 'pytest' ? 'python' : 'javascript'
}

/** Host folder of the Python environment that the box shows; null: it shows none. */
function venvOf({ mounts }: Pick<Provision, 'mounts'>, root: string): string | null {
  return mounts.find(({ to }) => to === join(root, '.venv'))?.from ?? null
}

/** Host folders whose `node_modules` a project sees, its own first. */
function homesOf({ home, mounts }: Pick<Provision, 'home' | 'mounts'>, root: string, dir: string): string[] {
  const above = dir.split('/').map((_, at, parts) => parts.slice(0, parts.length - at).join('/'))
  const own = (dir === '' ? [] : above).flatMap((one) => {
    const place = join(root, one, 'node_modules')
    return mounts
      .filter(({ from, to }) => to === place && basename(from) === 'node_modules')
      .map(({ from }) => dirname(from))
  })
  return [...own, home]
}

/**
 * All that is judged: the projects that agent.yaml lists and those that tasks work in. Where it lists none, the root is judged too as
 * far as it can be, so that a package with a spec of its own takes nothing from what was judged without it.
 */
export async function projectsOf(
  tree: Pick<Tree, 'paths' | 'read'>,
  config: Config,
  dirs: readonly string[] = [],
): Promise<PlacedProject[] | { unsupported: string }> {
  const listed = listedDirs(config)
  const wanted = [...new Set([...dirs, ...listed])]
  if (wanted.length === 0) wanted.push('')
  const found: PlacedProject[] = []
  for (const dir of wanted) {
    const project = await detectIn(tree, config, dir)
    if ('unsupported' in project) return { unsupported: inWords(dir, project.unsupported) }
    found.push({ ...project, dir })
  }
  if (listed.length > 0 || wanted.includes('')) return found
  const top = await detectIn(tree, config, '')
  return 'unsupported' in top ? found : [...found, { ...top, dir: '' }]
}

function inWords(dir: string, problem: string): string {
  return dir === '' || problem.includes(dir) ? problem : `${dir}: ${problem}`
}

/** The project of one folder of a tree. */
export async function detectIn(
  tree: Pick<Tree, 'paths' | 'read'>,
  config: Config,
  dir: string,
): Promise<Project | { unsupported: string }> {
  const read = readerOf(tree)
  const seen = seenFrom(dir, read, tree.paths)
  const { build, runner, checks = [] } = settingsIn(config, dir)
  return detectProject(seen.read, seen.paths, {
    ...(build === undefined ? {} : { build }),
    ...(runner === undefined ? {} : { runner }),
    ...(dir === '' ? {} : { dir, workspace: await read('package.json') }),
    commands: checks.length > 0,
  })
}

/** What the test author is told of a project; what cannot be checked is refused later, with the reason. */
export async function projectOf(
  tree: Pick<Tree, 'paths' | 'read'>,
  config: Config,
  dir = '',
): Promise<{ runner: Project['runner']; typed: boolean }> {
  const project = await detectIn(tree, config, dir)
  const typed = tree.paths.some((path) => isIn(dir, path) && /(^|\/)tsconfig[^/]*\.json$|\.[cm]?tsx?$/.test(path))
  return 'unsupported' in project ? { runner: 'vitest', typed: true } : { runner: project.runner, typed }
}

/** Text of a file of a tree; null: there is none. */
export function readerOf(tree: Pick<Tree, 'read'>): (path: string) => Promise<string | null> {
  return async (path) => {
    const file = await tree.read(path)
    return file.kind === 'text' ? file.text : null
  }
}

/** Starts the services once for real, before money is spent; later bases were judged with them. */
async function tryServices(checks: Checks, commit: string, options: PreparationOptions): Promise<Unready | null> {
  if (!options.config.services?.length) return null
  const worktree = await options.worktrees.open(commit)
  try {
    const tried = await checks.tryServices(worktree, options.signal)
    if (options.signal.aborted) return null
    if ('unready' in tried) return { status: 'isolation', message: `The services cannot be started: ${tried.unready}` }
    options.tell({ type: 'services.ready', services: tried })
    return null
  } finally {
    await options.worktrees.close(worktree)
  }
}
