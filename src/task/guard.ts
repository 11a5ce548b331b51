import type { Patch } from '../core/patch/patch.ts'
import { createGuard, type GuardOptions } from '../core/patch/protect.ts'
import { safePathsOf } from '../core/patch/safe-path.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { judgesOf } from './judges.ts'
import { protectedDirs, type State } from './state.ts'

type Own = Pick<GuardOptions, 'allows' | 'frozen' | 'createOnly' | 'extends'>

/** What no patch of this task may touch, with what holds for this answer alone. */
export async function guardOf(state: State, patch: Patch, own: Own): Promise<ReturnType<typeof createGuard>> {
  const { tree, plan, around } = state
  return createGuard({
    ...own,
    specDirs: protectedDirs(plan.spec),
    dir: plan.dir,
    specRoots: around.settings.specRoots,
    existingTests: await judgesOf(state),
    isTest: isTestPath,
    ignored: await tree.ignored(safePathsOf(patch)),
  })
}
