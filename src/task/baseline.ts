import { sha256 } from '../core/hash.ts'
import type { Settings } from '../core/settings.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import type { World } from '../world.ts'
import { withWorktree } from './checks.ts'
import { end, type State } from './state.ts'

const QUICK = { seeds: [1], runs: 20, minMs: 0 }

/** A baseline holds for one tree and for what the checks ran with. */
export function baselineKey(tree: string, { checksKey }: Settings): string {
  return `baseline-${sha256(`${tree} ${checksKey}`).slice(0, 32)}`
}

/** What is red, broken or empty before we start. The final run of one task is the baseline of the next. */
export async function baseline(world: World, state: State): Promise<State> {
  const key = baselineKey(state.tree.hash, state.around.settings)
  const known = (await world.recall(key)) as CheckResult | null
  if (known) return told(world, { ...state, baseline: known }, known, true)
  const maxMs = state.around.settings.level.maxMinutes * 60_000
  const result = await withWorktree(world, state.tree.commit, async (worktree) => {
    const build = await world.runChecks(worktree, { stage: 'baseline', kind: 'build' })
    if (build.status !== 'passed' && build.status !== 'empty') return build
    return world.runChecks(worktree, { stage: 'baseline', kind: 'tests', files: null, intensity: QUICK, maxMs })
  })
  if (world.signal.aborted) return end(state, 'interrupted', 'interrupted during the baseline')
  if (result.services) {
    const message = `The services do not last through the project's own tests, before any change: ${result.services.join('\n')}`
    return end(told(world, state, result, false), 'isolation', message)
  }
  if (!['passed', 'failed', 'empty'].includes(result.status)) {
    return end(
      told(world, state, result, false),
      'environment',
      `The project does not build or collect before any change:\n${describe(result)}`,
    )
  }
  await world.remember(key, result)
  return told(world, { ...state, baseline: result }, result, false)
}

function told(world: World, state: State, result: CheckResult, cached: boolean): State {
  world.tell({
    type: 'baseline.finished',
    status: result.status,
    tests: result.tests.length,
    red: result.tests.filter((test) => test.status === 'failed').length,
    cached,
    ms: cached ? 0 : result.durationMs,
  })
  return state
}

export function describe(result: CheckResult): string {
  const problems = result.problems.map((problem) =>
    problem.file ? `${problem.file}: ${problem.message}` : problem.message,
  )
  if (problems.length > 0) return problems.slice(0, 20).join('\n')
  if (result.limit) return `the ${result.limit} limit struck (${result.running ?? 'nothing in particular was running'})`
  return result.output.slice(-1_500) || result.status
}
