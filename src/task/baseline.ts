import { sha256 } from '../core/hash.ts'
import type { Settings } from '../core/settings.ts'
import { countFailed, countTests } from '../core/verdict/count-tests.ts'
import type { CheckResult, TestResult } from '../core/verdict/evidence.ts'
import { limitWords } from '../core/verdict/limit-words.ts'
import type { World } from '../world.ts'
import type { Answer } from './ask.ts'
import { withWorktree } from './checks.ts'
import { asksAuthor } from './frozen.ts'
import { placedPath } from './place.ts'
import { end, type State } from './state.ts'

/** Whether the last baseline that was measured ended the task. */
const TROUBLE = 'trouble-before-any-change'

const QUICK = { seeds: [1], runs: 20, minMs: 0 }

/** A baseline holds for one tree and for what the checks ran with. */
export function baselineKey(tree: string, { checksKey }: Settings): string {
  return `baseline-${sha256(`${tree} ${checksKey}`).slice(0, 32)}`
}

/** What is red, broken or empty before we start. The final run of one task is the baseline of the next. */
export async function baseline(world: World, state: State): Promise<State> {
  return (await knownBaseline(world, state)) ?? measured(world, state)
}

/** The same, and where an author is asked next, it is left to `askMeanwhile`. */
export async function baselineMeanwhile(world: World, state: State): Promise<State> {
  const known = await knownBaseline(world, state)
  if (known) return known
  // An answer is worth nothing on a base that cannot be worked on, and what was wrong a moment ago may still be.
  const atOnce = (await asksAuthor(world, state)) && (await world.recall(TROUBLE)) !== true
  return atOnce ? { ...state, measure: () => measured(world, state) } : measured(world, state)
}

/** Asks, and measures the baseline while the answer is written. Where that cannot be had, the question is taken back. */
export async function askMeanwhile(
  world: World,
  { measure, ...state }: State,
  asking: (world: World, state: State) => Promise<Answer>,
): Promise<Answer> {
  if (!measure) return asking(world, state)
  const back = new AbortController()
  let begun: Promise<State> | null = null
  const begin = () => {
    begun ??= measure().then(
      (found) => {
        if (found.outcome) back.abort()
        return found
      },
      (error) => {
        back.abort()
        throw error
      },
    )
    // Whoever waits for it is told.
    begun.catch(() => {})
    return begun
  }
  const askModel: World['askModel'] = (request, mayRepeat) => {
    const answered = world.askModel(request, mayRepeat, back.signal)
    begin()
    return answered
  }
  try {
    const answer = await asking({ ...world, askModel }, state)
    // What ends the task before its question makes a baseline needless.
    if (begun === null && answer.state.outcome) return answer
    const { baseline, outcome } = await begin()
    return { ...answer, state: { ...answer.state, baseline, outcome: outcome ?? answer.state.outcome } }
  } finally {
    // Its worktree would be left.
    await (begun as Promise<State> | null)?.catch(() => {})
  }
}

async function knownBaseline(world: World, state: State): Promise<State | null> {
  const known = (await world.recall(baselineKey(state.tree.hash, state.around.settings))) as CheckResult | null
  return known && judgeable(told(world, { ...state, baseline: known }, known, true), known)
}

async function measured(world: World, state: State): Promise<State> {
  const found = await measuredOrShared(world, state)
  if (world.signal.aborted) return found
  const troubled = found.outcome !== null
  if (troubled !== ((await world.recall(TROUBLE)) === true)) await world.remember(TROUBLE, troubled)
  return found
}

async function measuredOrShared(world: World, state: State): Promise<State> {
  const key = baselineKey(state.tree.hash, state.around.settings)
  const { baselines } = state.around
  const others = baselines?.get(key)
  const mine = others ? null : measure(world, state)
  if (mine) share(world, state, key, mine)
  const result = await (others ?? mine)
  if (world.signal.aborted) return end(state, 'interrupted', 'interrupted during the baseline')
  if (result === null) {
    // Whoever is first to see that measures it for all that are left.
    if (baselines?.get(key) === others) baselines?.delete(key)
    return baseline(world, state)
  }
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
  const judged = judgeable(told(world, { ...state, baseline: result }, result, mine === null), result)
  // Whatever is missing may be there the next time, and nothing in the tree would show it.
  if (mine && !judged.outcome) await world.remember(key, result)
  return judged
}

/** For all workers; what was cut because the time of this task is up says nothing to the others. */
function share(world: World, { around }: State, key: string, mine: Promise<CheckResult>): void {
  const shared = mine.then((result) => (world.signal.aborted ? null : result))
  shared.catch(() => {})
  around.baselines?.set(key, shared)
}

/** The baseline of a state that went on without it, because what it is judged on was still being judged itself. */
export async function baselineLater(world: World, state: State): Promise<CheckResult> {
  const key = baselineKey(state.tree.hash, state.around.settings)
  return (await state.around.baselines?.get(key)) ?? (await measure(world, state))
}

function measure(world: World, state: State): Promise<CheckResult> {
  const maxMs = state.around.settings.level.maxMinutes * 60_000
  return withWorktree(world, state.tree.commit, async (worktree) => {
    const build = await world.runChecks(worktree, { stage: 'baseline', kind: 'build' })
    if (build.status !== 'passed' && build.status !== 'empty') return build
    return world.runChecks(worktree, { stage: 'baseline', kind: 'tests', files: null, intensity: QUICK, maxMs })
  })
}

const STUB = /not (yet )?implemented/i

/** Where no test of the base holds and none fails by what it asserts, something is missing that all of them need. */
function judgeable(state: State, { tests }: CheckResult): State {
  const others = tests.filter(({ file, status }) => status !== 'skipped' && !isOwn(state, file))
  const [first] = others
  const byWhatIsMissing = ({ status, error }: TestResult) =>
    status === 'failed' && error !== null && !error.assertion && !STUB.test(error.message)
  if (!first || !others.every(byWhatIsMissing)) return state
  const how = `Every test of the project is red before any change, and none by an assertion, so none can judge the task: "${first.name}" says: ${first.error?.message.split('\n')[0] ?? ''}`
  return end(
    state,
    'blocked',
    `${how}\nGive them what they need (\`services:\`, \`env:\`, \`carry:\` in agent.yaml), or mend them.`,
  )
}

/** The expert's test of a task that is to come has reason to be red. */
function isOwn({ plan, tree }: State, file: string): boolean {
  const named = plan.spec.tasks.flatMap(({ test }) => test?.path?.replace(/^\.\//, '').split('::')[0] ?? [])
  return named.some((path) => path === file || placedPath(plan, path, tree.paths) === file)
}

function told(world: World, state: State, result: CheckResult, cached: boolean): State {
  world.tell({
    type: 'baseline.finished',
    status: result.status,
    tests: countTests(result.tests.map(({ id }) => id)),
    red: countFailed(result.tests),
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
  if (result.limit) return `${limitWords(result.limit)}: ${result.running ?? 'nothing in particular'} was running`
  return result.output.slice(-1_500) || result.status
}
