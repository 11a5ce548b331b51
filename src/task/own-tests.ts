import type { FileChange } from '../core/patch/patch.ts'
import { collectable } from '../core/patch/test-paths.ts'
import { countFailed, countTests, withParts } from '../core/verdict/count-tests.ts'
import type { CheckResult, TestResult } from '../core/verdict/evidence.ts'
import { judgeGuards } from '../core/verdict/guards.ts'
import type { Tree, World } from '../world.ts'
import { describe } from './baseline.ts'
import { runCheck, withWorktree } from './checks.ts'
import { guardingOf, guardScore } from './guards.ts'
import { placedPath } from './place.ts'
import { end, type Frozen, type Plan, type State } from './state.ts'

const QUICK_RUNS = 20

/**
 * Tests that the expert wrote and a `Test:` line names by path or `path::name`: they are the judge as they stand, and nobody
 * writes others. Null: the line names none that is there, so an author writes them.
 */
export async function ownTests(world: World, state: State): Promise<State | null> {
  const { plan, tree } = state
  const [written, name] = partsOf(plan.task.test?.path ?? '')
  const path = placedPath(plan, written, tree.paths)
  if (!tree.paths.includes(path)) return null
  const file = await tree.read(path)
  if (file.kind !== 'text') return null
  const result = await withWorktree(world, tree.commit, (worktree) =>
    runCheck(world, worktree, {
      ...{ stage: 'red-base', kind: 'tests', files: collectable([path]) },
      intensity: { seeds: [world.seed()], runs: QUICK_RUNS, minMs: 0 },
      maxMs: state.around.settings.level.maxMinutes * 60_000,
    }),
  )
  if (world.signal.aborted) return end(state, 'interrupted', 'interrupted while the tests ran on the base')
  const line = `\`Test: ${plan.task.test?.path}\``
  if (!['passed', 'failed'].includes(result.status))
    return end(state, 'environment', `${line} cannot be run: ${describe(result)}`)
  const wanted = result.tests.filter((test) => name === null || isNamed(test, name))
  const known = result.tests.map((test) => test.name).join(', ')
  if (wanted.length === 0) return end(state, 'usage', `${line} names no test of ${path}; it holds: ${known}.`)
  const change: FileChange = { path, action: 'edit', content: file.text, blocks: [] }
  const red = wanted.filter(({ status }) => status === 'failed')
  const frozen = frozenOf(change, wanted, countFailed(red), result)
  if (red.length > 0) return freeze(world, state, frozen)
  return alreadyGreen(world, state, frozen, { ...result, tests: wanted }, line)
}

/**
 * The expert's own tests of a task, before they have run: what a prompt would show of them. All tests of a file go by its path, since
 * only a run knows their names. Null: an author writes the tests.
 */
export async function ownTestsUnrun(tree: Tree, plan: Plan): Promise<Frozen | null> {
  const [written, name] = partsOf(plan.task.test?.path ?? '')
  const path = placedPath(plan, written, tree.paths)
  const file = tree.paths.includes(path) ? await tree.read(path) : null
  if (file?.kind !== 'text') return null
  const names = [name ?? `every test of ${path}`]
  const files: FileChange[] = [{ path, action: 'edit', content: file.text, blocks: [] }]
  const own = { path, notJudged: [] }
  return { files, stubs: [], ids: names, names, red: '', redCount: 0, remarks: '', author: 'the expert', own }
}

/** What is green before anything is done either guards what the task asks for, or cannot tell whether it is done. */
async function alreadyGreen(
  world: World,
  state: State,
  frozen: Frozen,
  base: CheckResult,
  line: string,
): Promise<State> {
  const guarding = await guardingOf(world, state, { files: frozen.files, stubs: [] }, base.tests)
  const { ok, reasons } = judgeGuards(base, guarding, state.plan.judgedBy)
  const problem = `${line} is green before anything is done, and cannot tell whether the task is: ${reasons.join(' ')}`
  if (!ok) return end(state, 'unverifiable', problem)
  const guards = guardScore(guarding)
  const satisfied = state.plan.delivers === 'refactoring' ? null : `${line} is green already`
  return freeze(world, { ...state, satisfied }, { ...frozen, guards, red: `0/${countTests(frozen.ids)}` })
}

function frozenOf(change: FileChange, wanted: TestResult[], red: number, { tests }: CheckResult): Frozen {
  const ids = wanted.map(({ id }) => id)
  const others = tests.filter(({ id, status }) => status !== 'passed' && !ids.includes(id))
  return {
    ...{ files: [change], stubs: [], ids, names: wanted.map((test) => test.name) },
    ...{ red: `${red}/${countTests(ids)}`, redCount: red, remarks: '', author: 'the expert' },
    own: { path: change.path, notJudged: others.map(({ id }) => id) },
  }
}

function freeze(world: World, state: State, frozen: Frozen): State {
  const [files, tests] = [frozen.files.map(({ path }) => path), countTests(frozen.ids)]
  world.tell({ type: 'tests.frozen', files, tests, ...withParts(frozen.ids), red: frozen.red, reused: true, own: true })
  return { ...state, attempt: 0, frozen }
}

/** `path::name`; the name null: all tests of the file. */
function partsOf(wish: string): [path: string, name: string | null] {
  const [path = '', ...rest] = wish.split('::')
  const name = rest.join(' > ').trim()
  return [path.trim().replace(/^\.\//, ''), name === '' ? null : name]
}

function isNamed({ id, name, file }: TestResult, wanted: string): boolean {
  const whole = id.slice(`${file} > `.length)
  return name === wanted || whole === wanted || whole.startsWith(`${wanted} > `)
}

/** What a run of frozen files says of this task: tests of the expert that other tasks will mend are left out. */
export function withoutOthers(result: CheckResult, frozen: Frozen | null): CheckResult {
  const others = new Set(frozen?.own?.notJudged ?? [])
  if (others.size === 0 || !['passed', 'failed'].includes(result.status)) return result
  const left = result.tests.filter(({ id }) => others.has(id))
  const tests = result.tests.filter(({ id }) => !others.has(id))
  const stillRed = tests.some(({ status }) => status === 'failed') || left.every(({ status }) => status !== 'failed')
  return { ...result, tests, status: result.status === 'failed' && !stillRed ? 'passed' : result.status }
}
