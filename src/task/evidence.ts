import type { EvidenceSummary } from '../core/event-parts.ts'
import type { FileChange } from '../core/patch/patch.ts'
import { collectable } from '../core/patch/test-paths.ts'
import { boundOf } from '../core/verdict/bound.ts'
import { countTests, kindsOf } from '../core/verdict/count-tests.ts'
import type { CheckResult, PropertyRun, TestResult } from '../core/verdict/evidence.ts'
import {
  type CheckVerdict,
  drawsOneCase,
  judgeFrozen,
  judgeProperties,
  judgeSuite,
  judgeSwallowed,
  NO_EVIDENCE,
  notTheCode,
  propertyCounts,
  propertyRuns,
  suiteSummary,
  weakest,
} from '../core/verdict/judge.ts'
import { RETURNED_OBJECT } from '../core/verdict/test-traps.ts'
import type { Intensity, Unready, World } from '../world.ts'
import { accused, countReds } from './arbitrate.ts'
import { describe } from './baseline.ts'
import { runCheck, withWorktree } from './checks.ts'
import { judgesOf } from './judges.ts'
import { keepCases, withKeptCases } from './keep-cases.ts'
import { withoutOthers } from './own-tests.ts'
import { projectHooks } from './project-hooks.ts'
import type { Candidate, State } from './state.ts'
import type { Added } from './strengthen.ts'
import { teeth } from './teeth.ts'
import { byCommand } from './verify.ts'

export type Judgement =
  | { kind: 'passed'; candidate: Candidate; bound: string | null }
  /** It `how` (does not compile, cannot be installed): a free round, not an attempt. */
  | { kind: 'broken'; how: string; problem: string }
  | { kind: 'red'; stage: string; reason: string; failed: TestResult[] }
  | { kind: 'unverifiable'; reason: string }
  /** The tests let wrong versions of the change live, which is no fault of the change. */
  | { kind: 'toothless'; reason: string }
  /** What the patch depends on cannot be installed here, which says nothing about the patch. */
  | { kind: 'unready'; status: Unready['status']; reason: string }
  | { kind: 'interrupted' }

const QUICK_RUNS = 20

export interface Gathered {
  /** With what was spent on the way, and tests that were added. */
  state: State
  judgement: Judgement
}

/**
 * Evidence for one tree, cheapest first, until the first red. Cases that made earlier attempts fail are examples of the
 * tests by then. Where it does not compile or is red at once with them it is judged without them as well: their seeds are
 * pinned, so a case that still fails is found again, and what we wrote into a test is never held against a patch.
 * `ask`: a model may be asked about wrong versions that live.
 */
export async function gatherEvidence(
  world: World,
  state: State,
  changes: FileChange[],
  { ask = true } = {},
): Promise<Gathered> {
  const more = await withKeptCases(world, state, changes)
  const gathered = await judgeTree(world, state, more.changes, more.kept, ask)
  const { judgement } = gathered
  const early = judgement.kind === 'broken' || (judgement.kind === 'red' && judgement.stage === 'tests')
  return more.kept > 0 && early ? judgeTree(world, gathered.state, changes, 0, ask) : gathered
}

async function judgeTree(
  world: World,
  state: State,
  changes: FileChange[],
  kept: number,
  ask: boolean,
): Promise<Gathered> {
  const ended = (judgement: Judgement, after = state): Gathered => ({ state: after, judgement })
  const draft = await world.makeCommit({ parent: state.tree.commit, changes, message: 'candidate' })
  const unprovided = await world.provide(draft.commit)
  if (world.signal.aborted) return ended({ kind: 'interrupted' })
  if (unprovided?.status === 'patch')
    return ended({ kind: 'broken', how: 'cannot be installed', problem: unprovided.message })
  if (unprovided) return ended({ kind: 'unready', status: unprovided.status, reason: unprovided.message })
  const early = await withWorktree(world, draft.commit, (worktree) => earlyEvidence(world, state, worktree))
  if (world.signal.aborted) return ended({ kind: 'interrupted' })
  if (early.kind !== 'green') return ended(early)
  const bitten = await teeth(world, state, changes, ask)
  if (world.signal.aborted) return ended({ kind: 'interrupted' }, bitten.state)
  if (bitten.wrong) return ended({ kind: 'red', stage: 'teeth', ...bitten.wrong }, bitten.state)
  if (bitten.weak !== null) return ended({ kind: 'toothless', reason: bitten.weak }, bitten.state)
  const hooked = await projectHooks(world, bitten.state, bitten.changes)
  if (world.signal.aborted) return ended({ kind: 'interrupted' }, bitten.state)
  if (!hooked.ok) return ended({ kind: 'red', stage: 'hooks', reason: hooked.reason, failed: [] }, bitten.state)
  const final = await finalEvidence(world, bitten.state, hooked.changes, withAdded(early, bitten.added))
  if (final.kind !== 'passed') return ended(final, bitten.state)
  const { candidate } = final
  const evidence = { ...candidate.evidence, teeth: bitten.evidence, kept }
  return ended({ ...final, candidate: { ...candidate, evidence } }, bitten.state)
}

/** Tests that were added after the others were judged have held as well, each property of them in its own number of cases. */
function withAdded(early: Green, added: Added | undefined): Green {
  if (!added) return early
  const { evidence } = early
  const green = Number(evidence.green?.split('/')[0] ?? 0) + added.tests
  const all = {
    ...{ ...evidence, added: (evidence.added ?? 0) + added.tests, green: `${green}/${green}` },
    ...(evidence.tests ? { tests: both(evidence.tests, added.kinds) } : {}),
  }
  if (added.drawn.length === 0 || !evidence.property) return { ...early, evidence: all }
  const drawn = [...(early.drawn ?? []), ...added.drawn]
  return { ...early, drawn, bound: boundOf(drawn, 'cases'), evidence: { ...all, property: weakest(drawn) } }
}

type Kinds = Added['kinds']
const both = (a: Kinds, b: Kinds): Kinds => ({
  properties: a.properties + b.properties,
  examples: a.examples + b.examples,
})

/** The whole suite on exactly the tree that will be committed. */
async function finalEvidence(world: World, state: State, changes: FileChange[], early: Green): Promise<Judgement> {
  const draft = await world.makeCommit({ parent: state.tree.commit, changes, message: 'candidate' })
  // A fresh materialisation: what the earlier runs may have left in their tree is not judged along.
  const { levels } = state.around.settings
  const { seeds: most, runs, maxMinutes } = levels[state.plan.task.kind === 'checkpoint' ? 'checkpoint' : 'commit']
  const seeds = await heldOut(world, state, most)
  const maxMs = maxMinutes * 60_000
  const intensity = { seeds, runs, minMs: 0 }
  const fixed = await outOfReach(state, changes)
  const request = { stage: 'final' as const, kind: 'tests' as const, files: null, intensity, maxMs, fixed }
  const final = await withWorktree(world, draft.commit, (worktree) => runCheck(world, worktree, request))
  if (world.signal.aborted) return { kind: 'interrupted' }
  const unknown = notTheCode(final)
  if (unknown) return { kind: 'unready', status: 'environment', reason: unknown }
  const before = await accused(world, state, draft.commit, final, request)
  if (world.signal.aborted) return { kind: 'interrupted' }
  // A checkpoint without a single test shows nothing; documentation has nothing to show.
  const nothingToRun = state.frozen === null && state.plan.task.kind !== 'checkpoint' && final.status === 'empty'
  const verdict: CheckVerdict = nothingToRun ? { ok: true } : judgeSuite(final, before, state.frozen?.ids ?? [])
  if (!verdict.ok) return { kind: 'red', stage: 'final', reason: verdict.reason, failed: verdict.failed }
  return {
    kind: 'passed',
    bound: early.bound,
    candidate: {
      ...draft,
      changes,
      evidence: {
        ...early.evidence,
        suite: suiteSummary(final, before),
        heldOut: propertyRuns(final).length > 0 ? { seeds: seeds.length, runs } : null,
      },
      seeds: [...early.seeds, ...seeds],
      status: state.frozen || early.perTest ? 'verified' : 'checked',
      final,
    },
  }
}

/** More bind mounts than this would slow the box down. */
const MOST_FIXED = 300

/** What the last run cannot write: the change itself, its tests, and all else that judges. */
async function outOfReach(state: State, changes: FileChange[]): Promise<string[]> {
  const written = changes.flatMap(({ path, content }) => (content === null ? [] : [path]))
  const gone = new Set(changes.flatMap(({ path, content }) => (content === null ? [path] : [])))
  const judges = (await judgesOf(state)).filter((path) => !gone.has(path))
  return [...new Set([...written, ...judges])].slice(0, MOST_FIXED)
}

type Green = {
  kind: 'green'
  evidence: EvidenceSummary
  seeds: number[]
  bound: string | null
  /** What the properties drew that the bound is of; left out: they drew nothing. */
  drawn?: PropertyRun[]
  perTest?: boolean
}
type Early = Judgement | Green

async function earlyEvidence(world: World, state: State, worktree: { commit: string; dir: string }): Promise<Early> {
  const build = await runCheck(world, worktree, { stage: 'build', kind: 'build' })
  if (build.status === 'broken' || build.status === 'failed')
    return { kind: 'broken', how: 'does not compile', problem: describe(build) }
  if (build.status === 'stopped' || build.status === 'no-results')
    return { kind: 'red', stage: 'build', reason: describe(build), failed: [] }
  const { frozen } = state
  if (!frozen) return byCommand(world, state, worktree)
  const files = collectable(frozen.files.map((file) => file.path))
  const maxMs = state.around.settings.level.maxMinutes * 60_000
  const quickly = { seeds: [world.seed()], runs: QUICK_RUNS, minMs: 0 }
  const request = { stage: 'tests' as const, kind: 'tests' as const, files, intensity: quickly, maxMs }
  const first = withoutOthers(await runCheck(world, worktree, request), frozen)
  const unknown = notTheCode(first)
  if (unknown) return { kind: 'unready', status: 'environment', reason: unknown }
  const quick = await countReds(world, worktree, request, first)
  await pinFailures(world, state, quick)
  const red =
    redOf('tests', quick, frozen.ids) ??
    propertiesRed('tests', quick, frozen.ids, quickly, new Map()) ??
    swallowedRed(quick, frozen.files)
  if (red) return red
  const green = countTests(quick.tests.map(({ id }) => id))
  const evidence: EvidenceSummary = {
    ...NO_EVIDENCE,
    red:
      frozen.redCount === 0 && frozen.guards
        ? null
        : `${frozen.redCount}/${countTests(frozen.ids) - (frozen.moved?.tests ?? 0) - (frozen.added ?? 0)}`,
    ...(frozen.added ? { added: frozen.added } : {}),
    ...(frozen.guards ? { guards: frozen.guards.tests } : {}),
    ...(frozen.moved ? { moved: frozen.moved } : {}),
    ...(frozen.anew ? { anew: true } : {}),
    // Of a commit that is judged again only the files are known, so what ran is counted; all of it passed.
    green: `${green}/${green}`,
    tests: kindsOf(quick.tests),
  }
  const properties = propertyRuns(quick).length
  if (properties === 0) {
    if (state.plan.judgedBy === 'tests') return { kind: 'green', evidence, seeds: [], bound: null }
    return { kind: 'unverifiable', reason: 'the task asks for a property test and the frozen tests ran no property' }
  }
  if (state.plan.judgedBy !== 'tests' && drawsOneCase(propertyRuns(quick)))
    return {
      kind: 'unverifiable',
      reason: 'the properties of the frozen tests draw one case only, so they are examples',
    }
  return thorough(world, state, worktree, evidence, propertyCounts(quick), files, maxMs)
}

async function thorough(
  world: World,
  state: State,
  worktree: { commit: string; dir: string },
  evidence: EvidenceSummary,
  counts: Map<string, number>,
  files: string[],
  maxMs: number,
): Promise<Early> {
  const chaos = state.plan.judgedBy === 'chaos'
  const stage = chaos ? 'chaos' : 'property'
  const properties = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const intensity = await intensityOf(world, state, properties)
  const request = { stage, kind: 'tests' as const, files, intensity, maxMs } as const
  const first = withoutOthers(await runCheck(world, worktree, request), state.frozen)
  const result = await countReds(world, worktree, request, first)
  await pinFailures(world, state, result)
  const ids = state.frozen?.ids ?? []
  const red = redOf(stage, result, ids) ?? propertiesRed(stage, result, ids, intensity, counts)
  if (red) return red
  const drawn = propertyRuns(result)
  const least = weakest(drawn)
  if (!least) return { kind: 'unverifiable', reason: 'no property ran at the level of this task' }
  return {
    kind: 'green',
    seeds: intensity.seeds,
    bound: boundOf(drawn, chaos ? 'schedules' : 'cases'),
    drawn,
    evidence: {
      ...evidence,
      property: chaos ? null : least,
      chaos: chaos ? { schedules: least.runs, failed: 0 } : null,
    },
  }
}

function redOf(stage: string, result: CheckResult, ids: string[]): Judgement | null {
  const verdict = judgeFrozen(result, ids)
  if (verdict.ok) return null
  const trapped = verdict.failed.find((test) => test.error?.message.includes(RETURNED_OBJECT))
  if (trapped)
    return {
      kind: 'unverifiable',
      reason: `the frozen test "${trapped.name}" can never hold: ${RETURNED_OBJECT}. Write it anew with --fresh-tests`,
    }
  return { kind: 'red', stage, reason: verdict.reason, failed: verdict.failed }
}

function swallowedRed(result: CheckResult, files: FileChange[]): Judgement | null {
  const verdict = judgeSwallowed(result, (file) => files.find(({ path }) => path === file)?.content ?? null)
  return verdict.ok ? null : { kind: 'red', stage: 'tests', reason: verdict.reason, failed: verdict.failed }
}

function propertiesRed(
  stage: string,
  result: CheckResult,
  ids: string[],
  asked: Intensity,
  counts: Map<string, number>,
): Judgement | null {
  const verdict = judgeProperties(result, ids, asked, counts)
  return verdict.ok ? null : { kind: 'red', stage, reason: verdict.reason, failed: verdict.failed }
}

/** Seeds that failed earlier run first, then those of a recording, then fresh ones. */
async function intensityOf(world: World, state: State, properties: number): Promise<Intensity> {
  const { level } = state.around.settings
  const pinned = ((await world.recall(pinsKey(state))) as number[] | null) ?? []
  const recorded = await world.recordedSeeds(state.plan.spec.id, state.plan.task.id, state.attempt)
  const fresh = Array.from({ length: level.seeds }, () => world.seed())
  const seeds = [...new Set([...pinned.slice(-10), ...recorded, ...fresh])]
  if (state.plan.judgedBy !== 'chaos') return { seeds, runs: level.runs, minMs: 0 }
  return { seeds, runs: Math.ceil(level.schedules / level.seeds), minMs: Math.ceil(level.chaosMs / properties) }
}

function pinsKey({ plan }: State): string {
  return pinsKeyOf(plan.spec.id, plan.task.id)
}

/** Under this key the memory holds seeds on which a task was red. */
export function pinsKeyOf(spec: string, task: string): string {
  return `pins-${spec}-${task}`
}

/** Seeds that were drawn after everything else, and are none of those that a prompt has shown. */
async function heldOut(world: World, state: State, most: number): Promise<number[]> {
  const shown = new Set(((await world.recall(pinsKey(state))) as number[] | null) ?? [])
  const drawn = Array.from({ length: most + shown.size }, () => world.seed())
  return drawn.filter((seed) => !shown.has(seed)).slice(0, most)
}

async function pinFailures(world: World, state: State, result: CheckResult): Promise<void> {
  await keepCases(world, state, result)
  const seeds = propertyRuns(result).flatMap((run) => (run.failed && run.seed !== null ? [run.seed] : []))
  if (seeds.length === 0) return
  const pinned = ((await world.recall(pinsKey(state))) as number[] | null) ?? []
  await world.remember(pinsKey(state), [...new Set([...pinned, ...seeds])])
}
