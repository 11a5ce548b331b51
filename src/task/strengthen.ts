import { withFreeNames } from '../core/patch/added-name.ts'
import { applyPatch } from '../core/patch/apply.ts'
import type { FileChange, Patch } from '../core/patch/patch.ts'
import { type Allowed, readStrengthening } from '../core/patch/read-strengthening.ts'
import { sentenceOf } from '../core/patch/sentence-of-spec.ts'
import { collectable, isTestPath } from '../core/patch/test-paths.ts'
import { treePaths } from '../core/patch/tree-paths.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderSlice } from '../core/prompt/sections.ts'
import type { Slice } from '../core/spec/slice.ts'
import { type Aimed, diffOf, readAimed } from '../core/teeth/aimed.ts'
import type { Mutant } from '../core/teeth/mutants.ts'
import { type Bite, survived } from '../core/teeth/score.ts'
import { type Tally, tallyOf } from '../core/teeth/tally.ts'
import { countTests, kindsOf } from '../core/verdict/count-tests.ts'
import type { PropertyRun } from '../core/verdict/evidence.ts'
import { judgeFrozen, propertyRuns, weakest } from '../core/verdict/judge.ts'
import { testTraps } from '../core/verdict/test-traps.ts'
import type { World } from '../world.ts'
import { aimedBites, type NewTests, tellTried } from './aimed.ts'
import { ask } from './ask.ts'
import { describe } from './baseline.ts'
import { asTheCandidate, bite, type Judged } from './bite.ts'
import { withWorktree } from './checks.ts'
import { sceneOf } from './context.ts'
import { frozenKeyOf } from './frozen.ts'
import { guardOf } from './guard.ts'
import { type Objection, objectionOf } from './objection.ts'
import { mergeChanges, pathsOf, readerOf } from './overlay.ts'
import { pastParts } from './past.ts'
import { strengthenerParts } from './roles.ts'
import type { State } from './state.ts'
import { type Strict, strictTests } from './strict-tests.ts'

export interface Strengthened {
  state: State
  changes: FileChange[]
  bites: Bite[]
  /** Somebody had the chance to explain survivors. */
  explained: boolean
  /** Frozen tests that refuse what may be right. */
  strict: Strict[]
  /** An added test that the candidate breaks, and an arbiter finds the test right; null: there is none. */
  objection: Objection | null
  /** Tests that were frozen with the others; null: none were. */
  added: Added | null
  notes: string[]
}

export interface Added {
  files: string[]
  tests: number
  /** Wrong versions that no other test kills. */
  killed: number
  /** What the least drawn of their properties held in; left out: they have none. */
  held?: { seeds: number; runs: number }
  /** What all of their properties drew. */
  drawn: PropertyRun[]
  /** How many of them run a property. */
  kinds: { properties: number; examples: number }
}

/**
 * Asks once about the survivors: which words of the specification allow them, a test for the others, and wrong versions that aim at the
 * task. A test counts when it is green on the candidate and red on what lived before; then it is frozen with the others. So is one that
 * is red on the candidate, if an arbiter finds that the code is wrong.
 */
export async function strengthen(
  world: World,
  state: State,
  judged: Judged,
  first: { bites: Bite[]; mutants: Mutant[] },
): Promise<Strengthened> {
  const alive = first.bites.filter(survived)
  const { answer, state: current, notes } = await askAbout(world, state, judged, alive, first.mutants)
  const nothing = { changes: judged.changes, strict: [], objection: null, added: null }
  const asItWas = { ...nothing, bites: first.bites, explained: false }
  if (answer === null) return { ...asItWas, state: current, notes }
  const added = answer.tests ? await newTests(world, current, judged, answer.tests) : null
  const { state: asked, objection, reason } = await objectionOf(world, current, added)
  if (objection) {
    const joined = await join(world, asked, judged, objection)
    return { ...asItWas, ...joined, explained: true, objection, notes }
  }
  if (reason !== null) notes.push(`the added tests are left out: ${reason}`)
  const tests = reason === null && added !== null && typeof added !== 'string' ? added : null
  const aimed = await aimedBites(world, asked, judged, answer.wrong, tests, first.bites, notes)
  const { tried } = aimed
  const known = tallyOf([...first.bites, ...aimed.bites])
  const before: Tally = { ...known, ...(tried ? { added: { ...tried, by: 'kills' } } : {}) }
  const killed = tests ? await killedBy(world, asked, judged, tests, first, before) : new Map<number, Bite>()
  const excused = new Map(answer.allowed.map((one) => [alive[one.survivor - 1]?.id, one]))
  const bites = first.bites.map(
    (one) => killed.get(one.id) ?? allowed(one, excused.get(one.id), asked.plan.slice, notes),
  )
  if (tried) tellTried(world, [...bites, ...aimed.bites], { ...tried, done: tried.total })
  const onlyByTests = killed.size + aimed.byTests
  const useful = onlyByTests > 0
  if (tests && !useful) notes.push('the added tests are left out: they kill nothing that lived')
  const joined = tests && useful ? await join(world, asked, judged, tests) : { state: asked, changes: judged.changes }
  const { state: after, strict } = await strictTests(world, joined.state, judged, answer.right, notes)
  const { changes } = joined
  return {
    state: after,
    changes,
    bites: [...bites, ...aimed.bites],
    explained: !answer.others,
    strict,
    objection: null,
    added:
      tests && useful
        ? {
            files: tests.files.map(({ path }) => path),
            tests: countTests(tests.result.tests.map(({ id }) => id)),
            killed: onlyByTests,
            ...drawnBy(tests),
          }
        : null,
    notes,
  }
}

function drawnBy({ result }: NewTests): Pick<Added, 'held' | 'drawn' | 'kinds'> {
  const drawn = propertyRuns(result)
  const held = weakest(drawn)
  return { ...(held ? { held } : {}), drawn, kinds: kindsOf(result.tests) }
}

interface Answer {
  tests: Patch | null
  allowed: Allowed[]
  wrong: Aimed['wrong']
  right: Aimed['right']
  others: boolean
}

/** Survivors that a recording may have been asked about. */
const ANY_NUMBER = 1_000
const OTHERS = 'the recorded words on what the specification allows are about other survivors, and are left out'

interface Asked {
  state: State
  /** Null: there is none that can be used. */
  answer: Answer | null
  notes: string[]
}

/** An answer that cannot be read is asked again. */
const MOST_ANSWERS = 2

/** Whatever keeps a model from answering ends nothing: the candidate holds without it. `alive`: numbered from 1 in this order. */
async function askAbout(world: World, state: State, judged: Judged, alive: Bite[], mutants: Mutant[]): Promise<Asked> {
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]))
  const survivors = alive.map(({ id, path }) => ({ path, diff: diffOf(judged.texts.get(path) ?? '', byId.get(id)!) }))
  let current = state
  let past: Part[] = []
  for (let round = 1; ; round++) {
    const parts = await strengthenerParts(sceneOf(world, current), state.frozen!, judged.texts, survivors, past)
    const answered = await ask(world, current, 'strengthener', round, parts, judged.changes)
    current = { ...answered.state, outcome: null }
    const nobody = (...notes: string[]): Asked => ({ state: current, answer: null, notes })
    if (answered.state.outcome) return nobody(`the strengthener gave no answer: ${answered.state.outcome.message}`)
    // Why a recording has no answer is told with the question.
    if (answered.exhausted !== null) return nobody()
    const { wrong, right, problems, rest } = readAimed(answered.text)
    const { others } = answered
    const read = readStrengthening(rest, others ? ANY_NUMBER : survivors.length, renderSlice(current.plan.slice))
    if (read.kind === 'strengthened') {
      const { patch: tests, allowed: said } = read
      if (others && said.length > 0) problems.push(OTHERS)
      const excused = others ? [] : said
      return { state: current, answer: { tests, allowed: excused, wrong, right, others }, notes: problems }
    }
    if (read.kind === 'blocked') return nobody(`the strengthener says: ${read.reason}`)
    const problem =
      read.kind === 'need' ? 'There is no more to see: answer with what stands above.' : read.problems[0]!.message
    if (wrong.length + right.length > 0) {
      const notes = [...problems, `of the answer only its versions are used: ${problem}`]
      return { state: current, answer: { tests: null, allowed: [], wrong, right, others }, notes }
    }
    if (round >= MOST_ANSWERS) return nobody(`the strengthener's answer could not be used: ${problem}`)
    past = pastParts(`strengthener's answer ${round}`, answered.text, problem)
  }
}

/** The survivor with the criterion or sentence that allows it, if the words that were said are words of the task's specification. */
function allowed(bite: Bite, said: Allowed | undefined, slice: Slice, notes: string[]): Bite {
  if (!said || !survived(bite)) return bite
  const criteria = slice.requirements.flatMap((requirement) => requirement.criteria)
  const reason = said.quoted ? sentenceOf(said.words, renderSlice(slice), criteria) : null
  const because = said.because === undefined ? {} : { because: said.because }
  if (reason !== null) return { ...bite, status: 'allowed', reason, ...because }
  notes.push(`survivor ${said.survivor} is said to be within the spec by words that the specification does not have`)
  return bite
}

/** Test files that compile, and how they ran on the candidate in as many cases as it had to hold in; else why they did not. */
async function newTests(world: World, state: State, judged: Judged, said: Patch): Promise<NewTests | string> {
  const { tree } = state
  const paths = pathsOf(tree, judged.changes)
  const patch = withFreeNames(said, paths)
  const guard = await guardOf(state, patch, { allows: [], frozen: judged.files, createOnly: true })
  const [refusal] = guard(patch, (path) => paths.includes(path))
  if (refusal) return refusal.message
  const applied = await applyPatch(patch, readerOf(tree, judged.changes), treePaths(paths))
  if (!applied.ok) return applied.refused[0]!.message
  const stray = applied.changes.find(({ path }) => !isTestPath(path))
  if (stray) return `${stray.path} is no test`
  const [trap] = applied.changes.flatMap(({ path, content }) => testTraps(path, content ?? ''))
  if (trap) return trap
  world.tell({
    ...{ type: 'patch.applied', role: 'strengthener' },
    files: applied.changes.map(({ path, action }) => ({ path, action, is: 'tests' as const })),
  })
  return runOnCandidate(world, state, judged, applied.changes)
}

async function runOnCandidate(
  world: World,
  state: State,
  judged: Judged,
  files: FileChange[],
): Promise<NewTests | string> {
  const changes = [...judged.changes, ...files]
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes, message: 'added tests' })
  return withWorktree(world, commit, async (worktree) => {
    const build = await world.runChecks(worktree, { stage: 'build', kind: 'build' })
    if (!['passed', 'empty'].includes(build.status)) return `they do not compile: ${describe(build)}`
    const result = await world.runChecks(worktree, {
      ...{ stage: 'added tests', kind: 'tests', intensity: asTheCandidate(world, state) },
      files: collectable(files.map(({ path }) => path)),
      maxMs: state.around.settings.level.maxMinutes * 60_000,
    })
    const verdict = judgeFrozen(result, [])
    return verdict.ok || verdict.failed.length > 0 ? { files, result } : verdict.reason
  })
}

/** Survivors that the added tests kill. */
async function killedBy(
  world: World,
  state: State,
  judged: Judged,
  { files, result }: NewTests,
  { bites, mutants }: { bites: Bite[]; mutants: Mutant[] },
  before: Tally,
): Promise<Map<number, Bite>> {
  const alive = new Map(bites.filter(survived).map((one) => [one.id, one]))
  const left = mutants.filter(({ id }) => alive.has(id))
  if (left.length === 0) return new Map()
  const tests = {
    ...{ ...judged, changes: [...judged.changes, ...files] },
    ...{ files: files.map(({ path }) => path), tests: result.tests.length },
  }
  const { runs, problem } = await bite(world, state, tests, left, before)
  const killed = problem === null ? runs.filter(({ status }) => status === 'killed') : []
  return new Map(
    killed.map(({ mutant, test, message }) => [
      mutant,
      { ...alive.get(mutant)!, status: 'killed' as const, test, reason: message },
    ]),
  )
}

/** Freezes the added tests with the others, for this run and later ones. */
async function join(
  world: World,
  state: State,
  judged: Judged,
  { files, result }: NewTests,
): Promise<{ state: State; changes: FileChange[] }> {
  const frozen = state.frozen!
  const more = {
    ...frozen,
    files: [...frozen.files, ...files],
    ids: [...frozen.ids, ...result.tests.map(({ id }) => id)],
    names: [...frozen.names, ...result.tests.map(({ name }) => name)],
    added: (frozen.added ?? 0) + countTests(result.tests.map(({ id }) => id)),
  }
  await world.remember(frozenKeyOf(state.plan), more)
  return { state: { ...state, frozen: more }, changes: mergeChanges(judged.changes, files) }
}
