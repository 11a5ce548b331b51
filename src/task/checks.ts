import { countOutcomes, countReds } from '../core/verdict/count-tests.ts'
import { firstCounterexample } from '../core/verdict/counterexample.ts'
import type { CheckResult, PropertyRun, Stage } from '../core/verdict/evidence.ts'
import { propertyRuns, weakest } from '../core/verdict/judge.ts'
import { limitWords } from '../core/verdict/limit-words.ts'
import type { CheckRequest, Worktree, World } from '../world.ts'

/** Opens a worktree of a commit for the time of `use`. */
export async function withWorktree<T>(
  world: World,
  commit: string,
  use: (worktree: Worktree) => Promise<T>,
): Promise<T> {
  const worktree = await world.openWorktree(commit)
  try {
    return await use(worktree)
  } finally {
    await world.closeWorktree(worktree)
  }
}

/** Runs one check and tells what came out. `quiet` stages are told by the step that runs them. */
export async function runCheck(world: World, worktree: Worktree, request: CheckRequest): Promise<CheckResult> {
  const tests = request.kind === 'tests' ? request : null
  world.tell({
    type: 'check.started',
    stage: request.stage,
    tests: null,
    seeds: tests ? tests.intensity.seeds.length : null,
    runs: tests ? tests.intensity.runs : null,
  })
  const result = await world.runChecks(worktree, request)
  const runs = propertyRuns(result)
  const least = weakest(runs)
  world.tell({
    type: 'check.finished',
    stage: request.stage,
    status: result.status,
    ...(expectsRed(request.stage) ? countReds(result.tests) : countOutcomes(result.tests)),
    seeds: [...new Set(runs.flatMap((run) => run.seeds))],
    runs: runs.reduce((sum, run) => sum + run.runs, 0),
    ...(least === null ? {} : { least: least.runs }),
    counterexample: isRedStage(request.stage) ? null : firstCounterexample(result),
    message:
      result.problems[0]?.message ??
      (result.limit
        ? `${limitWords(result.limit)} in ${result.running ?? 'a test that is not known'}`
        : cutWords(runs)),
    ms: result.durationMs,
    ...(result.earlier ? { earlier: true } : {}),
  })
  return result
}

function cutWords(runs: PropertyRun[]): string | null {
  const cut = runs.filter((run) => run.cut)
  if (cut.length === 0) return null
  const least = Math.min(...cut.map((run) => run.runs))
  return `${cut.length} of ${runs.length} properties had no time for all cases that were asked for: ${least} at least`
}

/** The author's tests, before there is anything that they could pass on. */
const expectsRed = (stage: Stage): boolean => stage.startsWith('red')

/** Stages where red is what we want to see. */
function isRedStage(stage: Stage): boolean {
  return stage === 'red-throwing' || stage === 'red-empty' || stage === 'baseline'
}
