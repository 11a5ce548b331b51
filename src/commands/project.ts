import { join } from 'node:path'
import type { Config } from '../core/config.ts'
import type { Event } from '../core/events.ts'
import type { Box, BoxLimits } from '../io/box/box.ts'
import { type CheckProgress, type Checks, createChecks } from '../io/checks/checks.ts'
import { detectProject } from '../io/checks/detect.ts'
import { missingTools } from '../io/checks/installed.ts'
import { makeBoxGit } from '../io/git/box-git.ts'
import { type Repository, requireIdentity } from '../io/git/repository.ts'
import { cacheFolder, type Worktrees } from '../io/git/worktree.ts'
import { readCarry } from '../io/setup/carry.ts'
import { createProvisioner, type Provisioner } from '../io/setup/provisioner.ts'
import type { Tree, Unprovided, Unready } from '../world.ts'
import { boxContents } from './contents.ts'
import { type Isolation, isolate } from './isolation.ts'

export interface Preparation {
  prepare(tree: Tree): Promise<Unready | null>
  provide(commit: string): Promise<Unprovided | null>
  checks(): Checks | null
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

/** The tree in the box belongs to another user than the one who runs there. */
const TRUST_THE_TREE = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }

/** Everything a task needs before money is spent, tried for real; the box once per run, the project once per base. */
export function createPreparation(options: PreparationOptions): Preparation {
  const { repository, config } = options
  const contentsFor = boxContents({
    ...options,
    scratch: options.worktrees.scratch,
    root: repository.root,
    env: process.env,
  })
  let box: Box | null = null
  let checks: Checks | null = null
  let servicesTried = false
  let provisioner: Provisioner | null = null
  return {
    checks: () => checks,
    async provide(commit) {
      const provided = await provisioner?.patched(commit)
      return provided && !provided.ok ? provided.unready : null
    },
    async prepare(tree) {
      await requireIdentity(repository.root)
      if (!box) {
        const isolated = await isolate(options.isolation, repository.root, options.tell)
        if (!isolated.ok) return isolated.unready
        box = isolated.box
      }
      const read = async (path: string) => {
        const file = await tree.read(path)
        return file.kind === 'text' ? file.text : null
      }
      const project = await detectProject(read, tree.paths, config.build === undefined ? {} : { build: config.build })
      if ('unsupported' in project)
        return { status: 'environment', message: `The project cannot be checked: ${project.unsupported}.` }
      provisioner ??= await openProvisioner(options, box)
      const provided = await provisioner.base(tree.commit, ['javascript'])
      if (!provided.ok) return { status: 'environment', message: provided.unready.message }
      const missing = await missingTools(provided.provision.home)
      if (missing) return { status: 'environment', message: `The project cannot be checked: ${missing}.` }
      const contents = await contentsFor(tree.paths, box.name)
      checks = createChecks({
        box,
        repository: repository.root,
        toolchains: contents.toolchains,
        project,
        env: { LANG: 'C.UTF-8', ...contents.env, ...TRUST_THE_TREE },
        gitDir: await makeBoxGit(repository.root, repository.commonDir, tree.commit, options.worktrees.scratch),
        limits: boxLimits(config.limits),
        services: config.services ?? [],
        provision: provisioner.of,
        onProgress: options.onProgress,
      })
      const unready = servicesTried ? null : await tryServices(checks, tree.commit, options)
      servicesTried = unready === null
      return unready
    },
  }
}

/** Starts the services once for real, before money is spent; later bases were judged with them. */
async function tryServices(checks: Checks, commit: string, options: PreparationOptions): Promise<Unready | null> {
  if (!options.config.services?.length) return null
  const worktree = await options.worktrees.open(commit)
  try {
    await options.isolation.prepareTree(worktree.dir)
    const tried = await checks.tryServices(worktree, options.signal)
    if (options.signal.aborted) return null
    if ('unready' in tried) return { status: 'isolation', message: `The services cannot be started: ${tried.unready}` }
    options.tell({ type: 'services.ready', services: tried })
    return null
  } finally {
    await options.worktrees.close(worktree)
  }
}

const MB = 1024 ** 2

/** The `limits` of agent.yaml as a box takes them; what is left out keeps its default. */
export function boxLimits(config: Config['limits'] = {}): Partial<BoxLimits> {
  const { processes, cpuSeconds } = config
  const bytes = {
    memoryBytes: config.memoryMB,
    fileBytes: config.fileMB,
    diskBytes: config.diskMB,
    tmpBytes: config.tmpMB,
    outputBytes: config.outputMB,
  }
  const set = Object.entries(bytes).flatMap(([name, size]) =>
    size === undefined ? [] : [[name, Math.ceil(size * MB)]],
  )
  return {
    ...(Object.fromEntries(set) as Partial<BoxLimits>),
    ...(processes === undefined ? {} : { processes }),
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
  }
}

async function openProvisioner(options: PreparationOptions, box: Box): Promise<Provisioner> {
  const { repository, config, tell, signal } = options
  return createProvisioner({
    repository,
    dir: join(cacheFolder(repository), 'setup'),
    setup: config.setup,
    carry: await readCarry(repository.root, config.carry),
    place: box.name !== 'none',
    env: process.env,
    tell,
    signal,
  })
}
