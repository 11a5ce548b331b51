import type { CheckResult, TestResult } from '../core/verdict/evidence.ts'
import type { CheckRequest, Worktree, World } from '../world.ts'
import { baselineKey, baselineLater } from './baseline.ts'
import { withWorktree } from './checks.ts'
import type { State } from './state.ts'

type TestRequest = Extract<CheckRequest, { kind: 'tests' }>

/** How often a red is looked at in all. */
const LOOKS = 3
/** Longer runs are not repeated for a number alone. */
const SHORT_MS = 20_000
const QUICK_RUNS = 20
/** More reds than this have a common cause, and it is not chance. */
const MOST_ACCUSED = 20

/**
 * How often plain tests that failed fail again in the same tree. A red stays a red; the number tells whoever mends it what
 * to look for. Properties have theirs from the harness, for the very case.
 */
export async function countReds(
  world: World,
  worktree: Worktree,
  request: TestRequest,
  result: CheckResult,
): Promise<CheckResult> {
  const plain = result.tests.filter((test) => test.status === 'failed' && !test.properties.some((run) => run.failed))
  if (plain.length === 0 || result.status !== 'failed' || result.durationMs > SHORT_MS) return result
  const counts = new Map(plain.map((test) => [test.id, { failed: 1, of: 1 }]))
  const files = [...new Set(plain.map((test) => test.file))]
  const runs = Math.min(request.intensity.runs, QUICK_RUNS)
  for (let look = 1; look < LOOKS && !world.signal.aborted; look++) {
    const again = await world.runChecks(worktree, {
      ...request,
      files,
      intensity: { ...request.intensity, runs, minMs: 0 },
    })
    const red = new Set(redIds(again))
    for (const [id, count] of counts) {
      count.of++
      // What did not run at all was not green either.
      if (red.has(id) || !again.tests.some((test) => test.id === id)) count.failed++
    }
  }
  const tests = result.tests.map((test) => ({ ...test, ...counted(counts.get(test.id)) }))
  return { ...result, tests }
}

function counted(repeated: TestResult['repeated']): Pick<TestResult, 'repeated'> {
  return repeated ? { repeated } : {}
}

function has({ tests }: CheckResult, id: string, status: TestResult['status']): boolean {
  return tests.some((test) => test.id === id && test.status === status)
}

function redIds(result: CheckResult): string[] {
  return result.tests.filter(({ status }) => status === 'failed').map(({ id }) => id)
}

/**
 * The baseline with those tests as red that the final run found red and that say nothing about this patch: they are red on the
 * base as well, on the same seeds, within three looks, and either green with the patch in one of as many, or red on the base each
 * time. What is always red with the patch and now and then without it is worse than it was, and stays red.
 */
export async function accused(
  world: World,
  state: State,
  candidate: string,
  final: CheckResult,
  request: TestRequest,
): Promise<CheckResult | null> {
  const { frozen, tree, around } = state
  const baseline = state.baseline ?? (await baselineLater(world, state))
  const green = new Set((baseline?.tests ?? []).filter(({ status }) => status === 'passed').map(({ id }) => id))
  const own = new Set(frozen?.ids ?? [])
  const suspects = final.tests.filter(({ id, status }) => status === 'failed' && green.has(id) && !own.has(id))
  const files = [...new Set(suspects.map(({ file }) => file))].filter((file) => tree.paths.includes(file))
  if (!baseline || files.length === 0 || suspects.length > MOST_ACCUSED) return baseline
  const looks = async (commit: string): Promise<CheckResult[]> => {
    const all: CheckResult[] = []
    while (all.length < LOOKS && !world.signal.aborted)
      all.push(await withWorktree(world, commit, (worktree) => world.runChecks(worktree, { ...request, files })))
    return all
  }
  const onBase = await looks(tree.commit)
  const some = suspects.map(({ id }) => id).filter((id) => onBase.some((look) => has(look, id, 'failed')))
  if (some.length === 0) return baseline
  const withPatch = await looks(candidate)
  if (world.signal.aborted) return baseline
  const always = (id: string) => onBase.every((look) => has(look, id, 'failed'))
  const flaky = new Set(some.filter((id) => always(id) || withPatch.some((look) => has(look, id, 'passed'))))
  if (flaky.size === 0) return baseline
  const told = { spec: state.plan.spec.id, task: state.plan.task.id, attempt: state.attempt }
  const reason = `red on the base as well, before any change: ${[...flaky].join(', ')}`
  world.tell({ type: 'decision', ...told, decision: 'tests accused', reason })
  const tests = baseline.tests.map((test) => (flaky.has(test.id) ? { ...test, status: 'failed' as const } : test))
  const known = { ...baseline, tests }
  await world.remember(baselineKey(tree.hash, around.settings), known)
  return known
}
