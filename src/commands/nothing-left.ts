import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { specRootsOf } from '../core/projects.ts'
import { choose, goalOf } from '../core/spec/choose.ts'
import { type Repository, readHead } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { ModelNameError } from '../io/models/model-name.ts'
import type { RunOptions } from '../run-options.ts'
import { loadSpecs } from '../task/load-specs.ts'

/**
 * What is thrown where no model can be opened: that no task is there which one would be asked about, where that is so. A run that has
 * its model looks at the specs later, and once.
 */
export async function unlessNothingIsLeft(
  error: unknown,
  { root }: Repository,
  config: Config,
  wanted: RunOptions,
): Promise<unknown> {
  if (!(error instanceof ModelNameError)) return error
  const tree = await openTree(root, (await readHead(root)).commit)
  const { specs, withoutTasks } = await loadSpecs(tree, specRootsOf(config))
  const goal = goalOf(specs, wanted)
  if (goal) return new UserError(goal.message, goal.status)
  const choice = choose(specs, withoutTasks, wanted)
  return 'outcome' in choice ? new UserError(choice.outcome.message, choice.outcome.status) : error
}
