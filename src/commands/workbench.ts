import { randomBytes, randomInt } from 'node:crypto'
import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import type { Event } from '../core/events.ts'
import { seededIntegers } from '../core/random.ts'
import type { CheckProgress } from '../io/checks/checks.ts'
import type { Repository } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { createWorktrees, removeOrphans } from '../io/git/worktree.ts'
import { excludeFromGit } from '../io/journal/journal.ts'
import type { Bench } from '../task/again.ts'
import { interruption } from './interruption.ts'
import { chooseIsolation } from './isolation.ts'
import { createPreparation } from './project.ts'

export interface WorkbenchOptions {
  repository: Repository
  config: Config
  /** What the box is equipped for. */
  commit: string
  /** Projects beside those that agent.yaml lists; left out: none. */
  dirs?: readonly string[]
  /** `--isolation`. */
  isolation: string | undefined
  /** Names its worktrees. */
  purpose: string
  tell(event: Event): void
  onProgress(progress: CheckProgress): void
}

/**
 * Runs checks of commits in the box without a model: prepared as a run is, and cleared up when `use` has ended. Throws UserError
 * where the project or the machine cannot.
 */
export async function withWorkbench<T>(
  options: WorkbenchOptions,
  use: (bench: Bench & { seed(): number }) => Promise<T>,
): Promise<T> {
  const { repository, config, tell, onProgress } = options
  const isolation = chooseIsolation(options.isolation, config)
  const stop = interruption()
  await excludeFromGit(repository.commonDir)
  await removeOrphans(repository)
  const id = `${options.purpose}-${randomBytes(3).toString('hex')}`
  const worktrees = await createWorktrees(repository, id, isolation.prepareTree)
  const { signal } = stop
  try {
    const preparation = createPreparation({ repository, isolation, config, worktrees, tell, onProgress, signal })
    const unready = await preparation.prepare(await openTree(repository.root, options.commit), options.dirs)
    if (unready) throw new UserError(unready.message, unready.status)
    const checks = await preparation.checks()
    if (!checks) throw new Error('the project was not prepared')
    return await use({
      signal,
      provide: preparation.provide,
      seed: seededIntegers(randomInt(2 ** 31)),
      runChecks: (worktree, request) => checks.run(worktree, request, signal),
      closeWorktree: (worktree) => worktrees.close(worktree),
      openWorktree: (commit) => worktrees.open(commit),
    })
  } finally {
    await worktrees.closeAll()
    stop.release()
  }
}
