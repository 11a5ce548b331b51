import { join } from 'node:path'
import type { Config } from '../core/config.ts'
import type { Event } from '../core/events.ts'
import { folderOf } from '../core/projects.ts'
import type { Box, BoxLimits } from '../io/box/box.ts'
import type { Toolchains } from '../io/box/toolchains/index.ts'
import type { CheckOptions } from '../io/checks/checks.ts'
import { type BoxGits, createBoxGits } from '../io/git/box-git.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import type { Repository } from '../io/git/repository.ts'
import { readCarry } from '../io/setup/carry.ts'
import type { Ecosystem } from '../io/setup/managers.ts'
import type { Provision } from '../io/setup/provision.ts'
import { createProvisioner, type Provisioner } from '../io/setup/provisioner.ts'
import type { Tree, Unprovided } from '../world.ts'
import { boxContents } from './contents.ts'

export interface EquipOptions {
  repository: Repository
  config: Config
  /** Folder of this run, for throw-away files. */
  scratch: string
  /** What workers of a run share; left out: there is one. */
  boxGits?: BoxGits | undefined
  /** The user's environment. */
  env: NodeJS.ProcessEnv
  tell(event: Event): void
  signal: AbortSignal
}

/** All that a box holds beside the tree: what set-up made, toolchains, what agent.yaml names, `.git`, limits. */
export type Equipment = Required<Omit<CheckOptions, 'projects' | 'onProgress' | 'commands'>>

export type Equipped =
  | { ok: true; equipment: Equipment; provision: Provision; found: Toolchains['found'] }
  | { ok: false; unready: Unprovided }

export interface Equipper {
  /** For the tree that work starts from. Set-up runs if it has to. Throws UserError for a wrong setting. */
  equip(box: Box, tree: Pick<Tree, 'commit' | 'paths'>, ecosystems: Ecosystem[]): Promise<Equipped>
  /** For a commit on top of that tree; null: it has what it needs. */
  provide(commit: string): Promise<Unprovided | null>
}

/** The tree in the box belongs to another user than the one who runs there. */
const TRUST_THE_TREE = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }

/** One for each run: it remembers what it has installed and detected. */
export function createEquipper(options: EquipOptions): Equipper {
  const { repository, config, scratch } = options
  const contentsFor = boxContents({ ...options, root: repository.root })
  const boxGits = options.boxGits ?? createBoxGits(repository.root, scratch)
  let provisioner: Provisioner | null = null
  return {
    async provide(commit) {
      const provided = await provisioner?.patched(commit)
      return provided && !provided.ok ? provided.unready : null
    },
    async equip(box, { commit, paths }, ecosystems) {
      provisioner ??= await openProvisioner(options, box)
      const provided = await provisioner.base(commit, ecosystems)
      if (!provided.ok) return provided
      const { provision } = provided
      const contents = await contentsFor(paths, box.name, provision.mounts)
      const equipment: Equipment = {
        box,
        repository: repository.root,
        toolchains: contents.toolchains,
        env: { LANG: 'C.UTF-8', ...contents.env, ...TRUST_THE_TREE },
        gitDir: await boxGits.of(options, commit),
        limits: boxLimits(config.limits),
        services: config.services ?? [],
        provision: provisioner.of,
      }
      return { ok: true, equipment, provision, found: contents.toolchains.found }
    },
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

async function openProvisioner(options: EquipOptions, box: Box): Promise<Provisioner> {
  const { repository, config, env, tell, signal } = options
  return createProvisioner({
    repository,
    dir: join(cacheFolder(repository), 'setup'),
    setup: config.setup,
    projects: (config.projects ?? []).map(({ dir, setup }) => ({ dir: folderOf(dir), setup })),
    carry: await readCarry(repository.root, config),
    place: box.name !== 'none',
    env,
    tell,
    signal,
  })
}
