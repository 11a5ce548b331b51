import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { specRootsOf } from '../core/projects.ts'
import { choose, goalOf, type Reason } from '../core/spec/choose.ts'
import { type Repository, readHead } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import type { Memory } from '../io/journal/memory.ts'
import { NotGivenError } from '../io/models/model-name.ts'
import type { RunOptions } from '../run-options.ts'
import { loadSpecs } from '../task/load-specs.ts'
import type { Tree } from '../world.ts'
import { chooseIsolation } from './isolation.ts'
import { requireRight } from './run-models.ts'
import type { RunFlags } from './settings.ts'

/**
 * What is thrown where no model can be opened, because nobody is named or a key is not set: that no task is there which one would be asked
 * about, where that is so. What was written wrong is told all the same.
 */
export async function unlessNothingIsLeft(
  error: unknown,
  { root }: Repository,
  flags: RunFlags,
  config: Config,
  memory: Memory,
  wanted: RunOptions,
): Promise<unknown> {
  if (!(error instanceof NotGivenError)) return error
  const reason = await whyNoTask(await openTree(root, (await readHead(root)).commit), config, wanted)
  if (reason === null) return error
  chooseIsolation(flags.isolation, config)
  await requireRight(flags, config, memory)
  return new UserError(reason.message, reason.status)
}

/** That nothing is left to do in this tree, to be thrown before a run is made of it; null: there may be something. */
export async function nothingLeft(tree: Tree, config: Config, wanted: RunOptions): Promise<UserError | null> {
  const reason = await whyNoTask(tree, config, wanted)
  return reason?.status === 'nothing' ? new UserError(reason.message, reason.status) : null
}

async function whyNoTask(tree: Tree, config: Config, wanted: RunOptions): Promise<Reason | null> {
  const { specs, withoutTasks } = await loadSpecs(tree, specRootsOf(config))
  const goal = goalOf(specs, wanted)
  if (goal) return goal
  const choice = choose(specs, withoutTasks, wanted)
  return 'outcome' in choice ? choice.outcome : null
}
