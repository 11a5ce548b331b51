import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import type { Event } from '../core/events.ts'
import type { Box, Probe } from '../io/box/box.ts'
import { createNoneBox } from '../io/box/none.ts'
import { nodeToolchain } from '../io/box/toolchain.ts'
import { createUnshareBox, prepareTree } from '../io/box/unshare.ts'
import { type CheckProgress, type Checks, createChecks } from '../io/checks/checks.ts'
import { detectProject } from '../io/checks/detect.ts'
import { makeBoxGit } from '../io/git/box-git.ts'
import { type Repository, requireIdentity } from '../io/git/repository.ts'
import type { Tree, Unready } from '../world.ts'

export interface Isolation {
  box: Box
  prepareTree(dir: string): Promise<void>
}

/** `none` only by explicit wish; `auto` is the box that needs no installation. */
export function chooseBox(flag: string | undefined, config: Config): Isolation {
  const wanted = flag ?? config.isolation ?? 'auto'
  if (wanted === 'none') return { box: createNoneBox(), prepareTree: async () => {} }
  if (wanted === 'auto' || wanted === 'unshare') return { box: createUnshareBox(), prepareTree }
  if (wanted === 'bwrap' || wanted === 'srt') {
    throw new UserError(`--isolation ${wanted} is not built yet; use auto, unshare or none.`, 'isolation')
  }
  throw new UserError(`--isolation ${wanted}: expected auto, unshare or none.`)
}

export interface Preparation {
  prepare(tree: Tree): Promise<Unready | null>
  checks(): Checks | null
}

export interface PreparationOptions {
  repository: Repository
  isolation: Isolation
  config: Config
  scratch: string
  onProgress(progress: CheckProgress): void
  tell(event: Event): void
}

/** Everything a task needs before money is spent, tried for real; the box once per run, the project once per base. */
export function createPreparation(options: PreparationOptions): Preparation {
  const { repository, isolation, config } = options
  let probed: Probe | null = null
  let checks: Checks | null = null
  const probe = async (): Promise<Unready | null> => {
    if (probed?.ok) return null
    probed = await isolation.box.probe(repository.root)
    if (!probed.ok) return { status: 'isolation', message: `${probed.reason} ${probed.advice}` }
    const held = probed.checks.map(({ name, held }) => ({ name, held }))
    options.tell({ type: 'isolation.ready', backend: isolation.box.name, level: probed.level, checks: held })
    return null
  }
  return {
    checks: () => checks,
    async prepare(tree) {
      await requireIdentity(repository.root)
      const unsafe = await probe()
      if (unsafe) return unsafe
      const read = async (path: string) => {
        const file = await tree.read(path)
        return file.kind === 'text' ? file.text : null
      }
      const project = await detectProject(read, tree.paths, config.build === undefined ? {} : { build: config.build })
      if ('unsupported' in project)
        return { status: 'environment', message: `The project cannot be checked: ${project.unsupported}.` }
      checks = createChecks({
        box: isolation.box,
        repository: repository.root,
        node: await nodeToolchain(process.env['PATH'] ?? ''),
        project,
        env: { LANG: 'C.UTF-8', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
        gitDir: await makeBoxGit(repository.root, repository.commonDir, tree.commit, options.scratch),
        limits: {},
        onProgress: options.onProgress,
      })
      return null
    },
  }
}
