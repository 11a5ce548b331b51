import type { EvidenceSummary } from '../core/events.ts'
import type { FileChange } from '../core/patch/patch.ts'
import { collectable, isTestPath } from '../core/patch/test-paths.ts'
import { refusedByCompiler, twins } from '../core/teeth/compile.ts'
import { instrument } from '../core/teeth/instrument.ts'
import { isMutable, type Mutant, mutantsOf } from '../core/teeth/mutants.ts'
import { spread } from '../core/teeth/sample.ts'
import { type Bite, biteOf, isWeak, scoreInWords, scoreOf, survived, type TeethScore } from '../core/teeth/score.ts'
import type { CheckResult, MutantRun } from '../core/verdict/evidence.ts'
import type { Intensity, World } from '../world.ts'
import { describe } from './baseline.ts'
import { withWorktree } from './checks.ts'
import type { Frozen, State } from './state.ts'

/** Most wrong versions die within so many cases; those that do not get more. */
const QUICK_RUNS = 30
/** Some are refused by the compiler, so more are looked at than are wanted. */
const SPARE = 1.5
/** Part of the time that the first pass may take. */
const FIRST_SHARE = 0.6
const MORE_SEEDS = 10
const WAIT_MS = 2_500
const NO_TIME = 'wrong versions could not be judged: `level.teethSeconds` does not suffice for a single one'
/** For starting the runner and collecting, over the time that the wrong versions get. */
const STARTING_MS = 60_000

export type Teeth =
  /** Null: they are off. */
  { kind: 'judged'; evidence: EvidenceSummary['teeth'] } | { kind: 'weak'; reason: string }

/** Runs wrong versions of the change against its frozen tests, which must be able to tell them from the right one. */
export async function teeth(world: World, state: State, frozen: Frozen, changes: FileChange[]): Promise<Teeth> {
  const { settings } = state.around
  if (settings.teeth === 'off') return { kind: 'judged', evidence: null }
  const started = world.now()
  const texts = sourcesOf(changes, frozen)
  const possible = await allMutants(state, texts)
  const most = settings.level.mutants
  const sample = spread(possible, world.seed()).slice(0, Math.ceil(most * SPARE))
  const refused = await refusedOnes(world, state, changes, sample, texts)
  const chosen = sample.filter(({ id }) => !refused.has(id)).slice(0, most)
  const tried =
    chosen.length === 0 ? { runs: [], problem: null } : await bite(world, state, frozen, changes, chosen, texts)
  const byId = new Map(tried.runs.map((run) => [run.mutant, run]))
  const bites = chosen.map((mutant) => biteOf(mutant, byId.get(mutant.id)))
  const score = scoreOf(bites)
  const late = score.total === 0 && score.notRun > 0 ? NO_TIME : null
  const problem = tried.problem ?? late
  tell(world, state, { score, bites, possible: possible.length, refused: refused.size, note: problem }, started)
  const reason = problem ?? (isWeak(score, false) ? weakWords(score, bites) : null)
  if (reason !== null && settings.teeth === 'required') return { kind: 'weak', reason }
  const { killed, total, allowed } = score
  return {
    kind: 'judged',
    evidence: problem === null ? { killed, total, ...(allowed > 0 ? { allowed } : {}) } : null,
  }
}

/** Files of the change that wrong versions can be made of, tests apart. */
function sourcesOf(changes: FileChange[], frozen: Frozen): Map<string, string> {
  const tests = new Set(frozen.files.map(({ path }) => path))
  const sources = changes.filter(({ path }) => isMutable(path) && !isTestPath(path) && !tests.has(path))
  return new Map(sources.flatMap(({ path, content }) => (content === null ? [] : [[path, content]])))
}

async function allMutants(state: State, texts: ReadonlyMap<string, string>): Promise<Mutant[]> {
  const found: Mutant[] = []
  for (const [path, text] of texts) {
    const base = await state.tree.read(path)
    found.push(...mutantsOf(path, text, base.kind === 'text' ? base.text : null, found.length + 1))
  }
  return found
}

async function refusedOnes(
  world: World,
  state: State,
  changes: FileChange[],
  mutants: Mutant[],
  texts: ReadonlyMap<string, string>,
): Promise<Set<number>> {
  if (mutants.length === 0) return new Set()
  const all = [...changes, ...twins(mutants, texts)]
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes: all, message: 'wrong versions' })
  const build = await withWorktree(world, commit, (tree) => world.runChecks(tree, { stage: 'build', kind: 'build' }))
  return refusedByCompiler(build, mutants)
}

interface Tried {
  runs: MutantRun[]
  /** Why nothing could be judged. */
  problem: string | null
}

/** A quick pass over all, then a longer one over those that live. */
async function bite(
  world: World,
  state: State,
  frozen: Frozen,
  changes: FileChange[],
  mutants: Mutant[],
  texts: ReadonlyMap<string, string>,
): Promise<Tried> {
  const { level } = state.around.settings
  const key = `specproof_${world.seed().toString(36)}`
  const wrong = changes.map((change) => {
    const inside = mutants.filter(({ path }) => path === change.path)
    const text = texts.get(change.path)
    return text === undefined ? change : { ...change, content: instrument(change.path, text, inside, key) }
  })
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes: wrong, message: 'wrong versions' })
  const files = collectable(frozen.files.map(({ path }) => path))
  const quick: Intensity = { seeds: [world.seed()], runs: QUICK_RUNS, minMs: 0 }
  const started = world.now()
  const run = async (ids: number[], maxMs: number, thorough?: Intensity): Promise<Tried> => {
    const wallMs = maxMs + STARTING_MS
    const more = thorough ? { thorough } : {}
    const result = await withWorktree(world, commit, (tree) =>
      world.runChecks(tree, {
        ...{ stage: 'teeth', kind: 'tests', files, intensity: quick, maxMs: wallMs },
        teeth: { key, mutants: ids, control: true, maxMs, waitMs: WAIT_MS, ...more },
      }),
    )
    return { runs: result.mutants ?? [], problem: problemOf(result, frozen) }
  }
  world.tell({ type: 'check.started', stage: 'teeth', tests: mutants.length, seeds: 1, runs: QUICK_RUNS })
  const first = await run(
    mutants.map(({ id }) => id),
    level.teethMs * FIRST_SHARE,
  )
  const alive = first.runs.filter(survived).map(({ mutant }) => mutant)
  const left = level.teethMs - (world.now() - started)
  if (first.problem !== null || alive.length === 0 || left <= 0 || world.signal.aborted) return first
  const second = await run(alive, left, await thoroughly(world, state))
  if (second.problem !== null) return first
  const again = new Map(second.runs.flatMap((one) => (one.status === 'not-run' ? [] : [[one.mutant, one]])))
  return { ...first, runs: first.runs.map((one) => again.get(one.mutant) ?? one) }
}

/** As many cases as the candidate itself had to hold in. */
async function thoroughly(world: World, { plan, around }: State): Promise<Intensity> {
  const { level } = around.settings
  const cases = plan.judgedBy === 'chaos' ? level.schedules : level.runs
  return {
    seeds: Array.from({ length: MORE_SEEDS }, () => world.seed()),
    runs: Math.max(QUICK_RUNS, Math.ceil(cases / MORE_SEEDS)),
    minMs: 0,
  }
}

/** Nothing counts where the right version is red among the wrong ones: the tests react to something else. */
function problemOf(result: CheckResult, frozen: Frozen): string | null {
  const red = result.tests.find(({ status }) => status === 'failed')
  const reason =
    red !== undefined
      ? `"${red.name}" is red on the right version, too: ${red.error?.message.split('\n')[0] ?? ''}`
      : result.mutants === undefined || result.tests.length < frozen.ids.length
        ? describe(result)
        : null
  return reason === null ? null : `wrong versions could not be judged: ${reason}`
}

function tell(
  world: World,
  { plan, attempt, around }: State,
  told: { score: TeethScore; bites: Bite[]; possible: number; refused: number; note: string | null },
  started: number,
): void {
  const survivors = told.bites
    .filter(({ status }) => status !== 'killed')
    .map(({ path, line, what, status, reason }) => ({ path, line, what, status, reason }))
  world.tell({
    ...{ type: 'teeth.finished', spec: plan.spec.id, task: plan.task.id, attempt, mode: around.settings.teeth },
    ...{ ...told.score, possible: told.possible, refused: told.refused, survivors, note: told.note },
    ms: Math.round(world.now() - started),
  })
}

const MOST_NAMED = 5

function weakWords(score: TeethScore, bites: Bite[]): string {
  const alive = bites.filter(survived)
  const named = alive
    .slice(0, MOST_NAMED)
    .map(({ path, line, what }) => `- ${path}${line === null ? '' : `:${line}`}: ${what}`)
  const more = alive.length > MOST_NAMED ? [`- and ${alive.length - MOST_NAMED} more`] : []
  return [
    `the frozen tests cannot tell the change from wrong versions of it: ${scoreInWords(score)}`,
    ...named,
    ...more,
  ].join('\n')
}
