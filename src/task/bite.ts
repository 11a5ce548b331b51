import type { FileChange } from '../core/patch/patch.ts'
import { collectable } from '../core/patch/test-paths.ts'
import { namedByCompiler, refusedByCompiler, twins } from '../core/teeth/compile.ts'
import { instrument } from '../core/teeth/instrument.ts'
import { isGo, type Mutant } from '../core/teeth/mutants.ts'
import { FIRST_SHARE, LONGER, onceMore, survived, toldTwice } from '../core/teeth/score.ts'
import { addedBefore, type Tally, tallyOf } from '../core/teeth/tally.ts'
import type { CheckResult, MutantRun } from '../core/verdict/evidence.ts'
import type { Intensity, TeethRequest, Worktree, World } from '../world.ts'
import { describe } from './baseline.ts'
import { withWorktree } from './checks.ts'
import type { State } from './state.ts'

/** Most wrong versions die within so many cases; those that do not get more. */
const QUICK_RUNS = 30
const MORE_SEEDS = 10
const WAIT_MS = 2_500
/** For starting the runner, collecting, and compiling what Go compiles for itself, over the time that the wrong versions get. */
const STARTING_MS = 90_000

/** Code that has wrong versions, and the tests that have to tell. */
export interface Judged {
  /** The whole candidate: code and tests. */
  changes: FileChange[]
  /** Those of its files that wrong versions are made of. */
  texts: ReadonlyMap<string, string>
  /** Test files. */
  files: string[]
  /** How many tests they hold at least. */
  tests: number
  /** Some of the tests may be red on the right version, too, and all that kill are asked for. */
  every?: boolean
}

export interface Bitten {
  runs: MutantRun[]
  /** Why nothing could be judged. */
  problem: string | null
}

/** Ids of those that the compiler refuses. */
export async function refusedOnes(world: World, state: State, judged: Judged, mutants: Mutant[]): Promise<Set<number>> {
  const go = mutants.filter(({ path }) => isGo(path))
  const refused = await refusedInGo(world, state, judged, go)
  const others = mutants.filter(({ path }) => !isGo(path))
  if (others.length === 0) return refused
  const build = await built(world, state, [...judged.changes, ...twins(others, judged.texts)])
  return new Set([...refused, ...refusedByCompiler(build, others)])
}

/** A compiler of Go stops after ten complaints; a build with so many left out tells of the next ones. */
const ROUNDS = 6

async function refusedInGo(world: World, state: State, judged: Judged, mutants: Mutant[]): Promise<Set<number>> {
  const refused = new Set<number>()
  for (let round = 0; round < ROUNDS; round++) {
    const left = mutants.filter(({ id }) => !refused.has(id))
    if (left.length === 0) break
    const build = await built(world, state, instrumented(judged, left, keyOf(world)))
    const named = namedByCompiler(build)
    if (named.size === 0) break
    for (const id of named) refused.add(id)
  }
  return refused
}

async function built(world: World, state: State, changes: FileChange[]): Promise<CheckResult> {
  const commit = await commitOf(world, state, changes)
  return withWorktree(world, commit, (tree) => world.runChecks(tree, { stage: 'build', kind: 'build' }))
}

/** Runs the tests on all wrong versions: a quick pass, one over those that had no time in it, then a longer one over those that live. */
export async function bite(
  world: World,
  state: State,
  judged: Judged,
  mutants: Mutant[],
  before?: Tally,
): Promise<Bitten> {
  const { level } = state.around.settings
  const key = keyOf(world)
  const wrong = instrumented(judged, mutants, key)
  const commit = await commitOf(world, state, wrong)
  let used = 0
  const all = mutants.map(({ id }) => id)
  const run = async (
    ids: number[],
    maxMs: number,
    { runs = [], ...more }: Partial<TeethRequest> & { runs?: MutantRun[] },
  ): Promise<Bitten> => {
    const every = judged.every ? { every: true } : {}
    const tally = passTally(all.length, runs, before, more.thorough !== undefined)
    const teeth = { key, mutants: ids, control: true, maxMs, waitMs: WAIT_MS, tally, ...every, ...more }
    const result = await withWorktree(world, commit, (tree) => runTeeth(world, tree, judged.files, teeth))
    // What starting and compiling take over it is not the tests'.
    used += Math.min(result.durationMs, maxMs)
    return { runs: result.mutants ?? [], problem: problemOf(result, judged) }
  }
  const goOn = async (before: Bitten): Promise<Bitten> => {
    const again = onceMore(before.runs, level.teethMs)
    if (before.problem !== null || again === null || world.signal.aborted) return before
    const more = await run(again.mutants, again.maxMs, { alone: true, runs: before.runs })
    if (more.problem !== null) return before
    const now = new Map(more.runs.map((one) => [one.mutant, one]))
    return { ...before, runs: before.runs.map((one) => now.get(one.mutant) ?? one) }
  }
  const first = await goOn(await run(all, level.teethMs * FIRST_SHARE, {}))
  const alive = first.runs.filter(survived).map(({ mutant }) => mutant)
  const left = level.teethMs - used
  if (first.problem !== null || alive.length === 0 || left <= 0 || world.signal.aborted) return first
  const second = await run(alive, left, { thorough: thoroughly(world, state), runs: first.runs })
  if (second.problem !== null) return first
  return { ...first, runs: toldTwice(first.runs, second.runs) }
}

/** What a pass begins with, where `runs` have come of those before it. */
function passTally(all: number, runs: readonly MutantRun[], before: Tally | undefined, isLast: boolean): Tally {
  const { killed } = tallyOf(runs)
  if (before) return { ...before, killed: before.killed + killed, again: true, ...addedBefore(before, runs, isLast) }
  const done = runs.filter(({ status }) => status !== 'not-run').length
  return { done, killed, total: all, again: runs.length > 0 && done === runs.length }
}

/**
 * Runs tests on a candidate that is itself a wrong version, one list of files after the other until one is red. Null: the compiler
 * refuses it.
 */
export async function biteWhole(
  world: World,
  state: State,
  judged: Judged,
  lists: string[][],
  maxMs: number,
  tally: Tally,
): Promise<MutantRun | null> {
  const build = await built(world, state, judged.changes)
  if (!['passed', 'empty'].includes(build.status)) return null
  const key = keyOf(world)
  // The places where it can be ended when it does not end.
  const commit = await commitOf(world, state, instrumented(judged, [], key))
  const thorough = thoroughly(world, state)
  const teeth = { key, mutants: [1], control: false, maxMs, waitMs: WAIT_MS, thorough, tally }
  return withWorktree(world, commit, async (tree) => {
    let last: MutantRun = { mutant: 1, status: 'not-run', test: null, message: null }
    for (const files of lists) {
      const result = await runTeeth(world, tree, files, teeth)
      last = result.mutants?.[0] ?? { ...last, status: 'error', message: describe(result) }
      // More time for one that had none, alone as it is.
      if (last.status === 'not-run' && !world.signal.aborted) {
        const again = await runTeeth(world, tree, files, { ...teeth, maxMs: maxMs * LONGER })
        last = again.mutants?.[0] ?? last
      }
      if (!survived(last)) break
    }
    return last
  })
}

function runTeeth(world: World, tree: Worktree, files: string[], teeth: TeethRequest): Promise<CheckResult> {
  const intensity: Intensity = { seeds: [world.seed()], runs: QUICK_RUNS, minMs: 0 }
  return world.runChecks(tree, {
    ...{ stage: 'teeth', kind: 'tests', files: collectable(files), intensity, maxMs: teeth.maxMs + STARTING_MS, teeth },
  })
}

async function commitOf(world: World, state: State, changes: FileChange[]): Promise<string> {
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes, message: 'wrong versions' })
  return commit
}

/** Neither the code nor its tests can know the name beforehand. */
function keyOf(world: World): string {
  return `specproof_${world.seed().toString(36)}`
}

function instrumented({ changes, texts }: Judged, mutants: Mutant[], key: string): FileChange[] {
  return changes.map((change) => {
    const text = texts.get(change.path)
    if (text === undefined) return change
    const inside = mutants.filter(({ path }) => path === change.path)
    return { ...change, content: instrument(change.path, text, inside, key) }
  })
}

/** As many cases as the candidate itself has to hold in, where its task asks for a property. */
export function asTheCandidate(world: World, state: State): Intensity {
  const { level } = state.around.settings
  if (state.plan.judgedBy !== 'property') return thoroughly(world, state)
  return { seeds: Array.from({ length: level.seeds }, () => world.seed()), runs: level.runs, minMs: 0 }
}

/** As many schedules as the candidate has to hold in, or as many cases as on one of its seeds: wrong versions are many. */
export function thoroughly(world: World, { plan, around }: State): Intensity {
  const { level } = around.settings
  const cases = plan.judgedBy === 'chaos' ? level.schedules : level.runs
  return {
    seeds: Array.from({ length: MORE_SEEDS }, () => world.seed()),
    runs: Math.max(QUICK_RUNS, Math.ceil(cases / MORE_SEEDS)),
    minMs: 0,
  }
}

/** Nothing counts where the right version is red among the wrong ones: the tests react to something else. */
function problemOf(result: CheckResult, { tests, every }: Judged): string | null {
  const red = every ? undefined : result.tests.find(({ status }) => status === 'failed')
  const named = red && `"${red.name}" is red on the right version, too: ${red.error?.message.split('\n')[0] ?? ''}`
  const missing = result.mutants === undefined || result.tests.length < tests ? describe(result) : null
  const reason = named ?? missing
  return reason === null ? null : `wrong versions could not be judged: ${reason}`
}
