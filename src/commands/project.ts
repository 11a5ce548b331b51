import { join } from 'node:path'
import type { Config } from '../core/config.ts'
import type { Event } from '../core/events.ts'
import type { Box } from '../io/box/box.ts'
import { type CheckProgress, type Checks, createChecks, DEFAULT_LIMITS, policyOf } from '../io/checks/checks.ts'
import { type DetectOptions, detectProject, type Project } from '../io/checks/detect.ts'
import { withoutRace } from '../io/checks/go-tests.ts'
import { missingTools } from '../io/checks/installed.ts'
import { toolingOf } from '../io/checks/tooling.ts'
import { type Repository, requireIdentity } from '../io/git/repository.ts'
import { requireSigning } from '../io/git/sign.ts'
import { cacheFolder, type Worktrees } from '../io/git/worktree.ts'
import { goBuildCache, withBuildCache } from '../io/setup/go-cache.ts'
import type { Ecosystem } from '../io/setup/managers.ts'
import type { Tree, Unprovided, Unready } from '../world.ts'
import { createEquipper, type Equipment } from './equip.ts'
import { type Isolation, isolate } from './isolation.ts'
import { commandChecks } from './settings.ts'

export interface Preparation {
  prepare(tree: Tree): Promise<Unready | null>
  provide(commit: string): Promise<Unprovided | null>
  checks(): Checks | null
  /** What checks run in and with; empty before `prepare`. */
  tooling(): string
}

export interface PreparationOptions {
  repository: Repository
  isolation: Isolation
  config: Config
  worktrees: Worktrees
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
  let told: string | null = null
  let identified: Promise<void> | null = null
  return {
    checks: () => checks,
    tooling: () => tooling,
    provide: equipper.provide,
    async prepare(tree) {
      identified ??= requireIdentity(repository.root).then(() => requireSigning(repository.root))
      // Both run programs, so each is tried while the other is waited for; git's trouble is told first.
      const [who, isolated] = await Promise.allSettled([
        identified,
        box ? null : isolate(options.isolation, repository.root, options.tell),
      ])
      if (who.status === 'rejected') throw who.reason
      if (isolated.status === 'rejected') throw isolated.reason
      if (isolated.value?.ok === false) return isolated.value.unready
      box ??= isolated.value?.box ?? null
      if (!box) throw new Error('no box was chosen')
      const project = await detectProject(readerOf(tree), tree.paths, detectOptions(config))
      if ('unsupported' in project)
        return { status: 'environment', message: `The project cannot be checked: ${project.unsupported}.` }
      const equipped = await equipper.equip(box, tree, [ecosystemOf(project.runner)])
      if (!equipped.ok) return { status: 'environment', message: equipped.unready.message }
      const missing = project.runner && (await missingTools(equipped.provision.home, project.runner))
      if (missing) return { status: 'environment', message: `The project cannot be checked: ${missing}.` }
      const { runner } = project
      const why = await reasonOf(project, equipped.equipment)
      if (told !== why) options.tell({ type: 'runner.chosen', runner: runner ?? 'commands', why })
      told = why
      const commands = commandChecks(config)
      const { equipment } = equipped
      tooling = await toolingOf(box.name, equipped.found, equipped.provision)
      const toolchains = runner === 'go' ? await warmed(equipment, tree, options) : equipment.toolchains
      checks = createChecks({ ...equipment, toolchains, project, commands, onProgress: options.onProgress })
      const unready = servicesTried ? null : await tryServices(checks, tree.commit, options)
      servicesTried = unready === null
      return unready
    },
  }
}

/** Why this runner, and what it has to do without. */
async function reasonOf({ runner, why }: Project, { env, toolchains }: Equipment): Promise<string> {
  const lacking = runner === 'go' ? await withoutRace(env, toolchains.path, process.arch) : null
  return lacking === null ? why : `${why}; ${lacking}`
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

/** What the test author is told of a project; what cannot be checked is refused later, with the reason. */
export async function projectOf(
  tree: Tree,
  config: Pick<Config, 'build' | 'runner' | 'checks'>,
): Promise<{ runner: Project['runner']; typed: boolean }> {
  const project = await detectProject(readerOf(tree), tree.paths, detectOptions(config))
  const typed = tree.paths.some((path) => /(^|\/)tsconfig[^/]*\.json$|\.[cm]?tsx?$/.test(path))
  return 'unsupported' in project ? { runner: 'vitest', typed: true } : { runner: project.runner, typed }
}

function ecosystemOf(runner: Project['runner']): Ecosystem {
  if (runner === 'go') return 'go'
  return runner === 'pytest' ? 'python' : 'javascript'
}

function detectOptions({ build, runner, checks = [] }: Pick<Config, 'build' | 'runner' | 'checks'>): DetectOptions {
  const commands = checks.length > 0
  return { ...(build === undefined ? {} : { build }), ...(runner === undefined ? {} : { runner }), commands }
}

function readerOf(tree: Tree): (path: string) => Promise<string | null> {
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
