import type { FileChange } from '../core/patch/patch.ts'
import { collectable, isTestPath } from '../core/patch/test-paths.ts'
import { renderOutput } from '../core/prompt/sections.ts'
import { importedFiles } from '../core/prompt/select-files.ts'
import { isMutable, type Mutant, mutantsOf } from '../core/teeth/mutants.ts'
import { spread } from '../core/teeth/sample.ts'
import { biteOf, compiled, scoreOf } from '../core/teeth/score.ts'
import { countTests } from '../core/verdict/count-tests.ts'
import type { CheckResult, TestResult } from '../core/verdict/evidence.ts'
import { findingIn, type Guarding, judgeGuards, notThere } from '../core/verdict/guards.ts'
import type { RedJudgement } from '../core/verdict/red.ts'
import type { World } from '../world.ts'
import { describe } from './baseline.ts'
import { bite, type Judged, refusedOnes, thoroughly } from './bite.ts'
import { runCheck, withWorktree } from './checks.ts'
import { goManifests } from './go-manifests.ts'
import { readerOf } from './overlay.ts'
import type { StubVerdict } from './red.ts'
import type { State } from './state.ts'

/** Files that tests import, and those that these import, and so on. */
const DEEPEST = 3
const MOST_FILES = 20
/** Wrong versions that no test comes by cost little, and only the others count. */
const SPARE = 3
const QUICK_RUNS = 20

export type GuardVerdict =
  | Exclude<StubVerdict, { kind: 'judged' }>
  | { kind: 'judged'; judgement: RedJudgement; ids: string[]; names: string[]; guards: GuardScore }
  /** The code as it is breaks what this test says. */
  | { kind: 'finding'; test: TestResult }

/** How many wrong versions of the code that they cover guards have killed. */
export interface GuardScore {
  /** Of all tests. */
  tests: number
  killed: number
  total: number
}

/** Judges tests of code that is there: they must be green on it, in many cases, and red on wrong versions of it. */
export async function judgeOnBase(world: World, state: State, files: FileChange[]): Promise<GuardVerdict> {
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes: files, message: 'tests' })
  const ran = await withWorktree(world, commit, async (worktree) => {
    const build = await runCheck(world, worktree, { stage: 'build', kind: 'build' })
    if (build.status === 'broken' || build.status === 'failed') return build
    const request = {
      stage: 'guards' as const,
      kind: 'tests' as const,
      files: collectable(files.map(({ path }) => path)),
      maxMs: state.around.settings.level.maxMinutes * 60_000,
    }
    const intensity = { seeds: [world.seed()], runs: QUICK_RUNS, minMs: 0 }
    const quick = await runCheck(world, worktree, { ...request, intensity })
    if (quick.status !== 'passed') return quick
    return runCheck(world, worktree, { ...request, intensity: thoroughly(world, state) })
  })
  if (!['passed', 'failed', 'empty'].includes(ran.status))
    return {
      kind: 'broken',
      problem: `The tests cannot be run:\n\n${renderOutput(describe(ran))}\n\nAnswer again with all files, complete.`,
    }
  const finding = state.plan.delivers === 'tests' ? findingIn(ran) : null
  if (finding) return { kind: 'finding', test: finding }
  const green = ran.tests.filter(({ status }) => status === 'passed')
  const guarding = await guardingOf(world, state, { files, stubs: [] }, green)
  return {
    kind: 'judged',
    judgement: judgeGuards(ran, guarding, state.plan.judgedBy),
    ...namesOf(ran),
    guards: guardScore(guarding),
  }
}

/** Without wrong versions every green test is taken at its word. */
export function guardingOf(world: World, state: State, draft: Draft, green: readonly TestResult[]): Promise<Guarding> {
  const taken = { ...NOBODY, guards: new Set(green.map(({ id }) => id)) }
  return state.around.settings.teeth === 'off' ? Promise.resolve(taken) : guardsAmong(world, state, draft, green)
}

interface Draft {
  files: FileChange[]
  stubs: FileChange[]
}

export const NOBODY: Guarding = { guards: new Set(), bites: [], problem: null, missing: [] }

export function guardScore({ guards, bites }: Guarding): GuardScore {
  const { killed, total } = scoreOf(bites)
  return { tests: countTests(guards), killed, total }
}

export function namesOf({ tests }: CheckResult): { ids: string[]; names: string[] } {
  return { ids: tests.map(({ id }) => id), names: tests.map(({ name }) => name) }
}

/** Which of these tests, green on the base with the stubs of the draft, kill wrong versions of the base's code that they cover. */
export async function guardsAmong(
  world: World,
  state: State,
  draft: Draft,
  green: readonly TestResult[],
): Promise<Guarding> {
  if (green.length === 0 || state.around.settings.teeth === 'off') return NOBODY
  const stubs = new Set(draft.stubs.map(({ path }) => path))
  const texts = await coveredTexts(state, draft)
  const sources = [...texts].map(([path, content]): FileChange => ({ path, action: 'edit', content, blocks: [] }))
  const judged: Judged = {
    ...{ changes: [...draft.files, ...draft.stubs, ...sources], texts },
    ...{ files: draft.files.map(({ path }) => path), tests: green.length, every: true },
  }
  const possible: Mutant[] = []
  for (const [path, text] of texts) possible.push(...mutantsOf(path, text, null, possible.length + 1))
  const sample = spread(possible, world.seed()).slice(0, state.around.settings.level.mutants * SPARE)
  const refused = await refusedOnes(world, state, judged, sample)
  const chosen = sample.filter(({ id }) => !refused.has(id))
  if (chosen.length === 0)
    return { ...NOBODY, problem: 'the tests import no code of the project that could be made wrong' }
  const { runs, problem } = await bite(world, state, judged, chosen)
  const byId = new Map(runs.map((run) => [run.mutant, run]))
  const bites = compiled(chosen.map((mutant) => biteOf(mutant, byId.get(mutant.id))))
  const killers = new Set(runs.flatMap(({ killers = [] }) => killers))
  const guards = new Set(green.flatMap(({ id }) => (killers.has(id) ? [id] : [])))
  const criteria = state.plan.slice.requirements.flatMap((one) => one.criteria.map(({ id }) => id))
  const names = green.map(({ name }) => name)
  const missing = notThere(names, criteria, [...stubs])
  return { guards, bites: bites.filter(({ status }) => status !== 'unreached'), problem, missing }
}

/** Sources of the base that test files import, at some removes. */
async function coveredTexts({ tree }: State, { files, stubs }: Draft): Promise<Map<string, string>> {
  const created = new Set(stubs.flatMap(({ path, action }) => (action === 'create' ? [path] : [])))
  const read = readerOf(tree, stubs)
  const found = new Map<string, string>()
  const manifests = await goManifests(tree)
  let from = files.map(({ path, content }) => ({ path, text: content ?? '' }))
  for (let depth = 0; depth < DEEPEST && from.length > 0; depth++) {
    const next: typeof from = []
    for (const { path, text } of from) {
      for (const target of importedFiles(path, text, tree.paths, manifests)) {
        if (found.has(target) || created.has(target) || isTestPath(target) || !isMutable(target)) continue
        const file = await read(target)
        if (file.kind !== 'text' || found.size >= MOST_FILES) continue
        found.set(target, file.text)
        next.push({ path: target, text: file.text })
      }
    }
    from = next
  }
  return found
}
