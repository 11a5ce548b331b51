import type { EvidenceSummary } from '../core/event-parts.ts'
import type { EventOf } from '../core/events.ts'
import type { FileChange } from '../core/patch/patch.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { isJudgedBy, type Mutant, mutantsOf } from '../core/teeth/mutants.ts'
import { spread } from '../core/teeth/sample.ts'
import {
  type Bite,
  biteOf,
  compiled,
  isWeak,
  scoreInWords,
  scoreOf,
  survived,
  teethEvidence,
} from '../core/teeth/score.ts'
import { countFailed } from '../core/verdict/count-tests.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import type { World } from '../world.ts'
import { bite, type Judged, refusedOnes } from './bite.ts'
import type { GuardScore } from './guards.ts'
import type { Frozen, State } from './state.ts'
import { type Added, strengthen } from './strengthen.ts'
import type { Strict } from './strict-tests.ts'

/** Some are refused by the compiler, so more are looked at than are wanted. */
const SPARE = 1.5
const NO_TIME = 'wrong versions could not be judged: `level.teethSeconds` does not suffice for a single one'

export interface Teeth {
  /** With what was spent, and the frozen tests with those that were added. */
  state: State
  /** The candidate with the tests that were added. */
  changes: FileChange[]
  /** Null: they are off, or nothing could be judged. */
  evidence: EvidenceSummary['teeth']
  /** Tests that were added just now; left out: none. */
  added?: Added
  /** Why these tests cannot judge; null: they can, or nobody asks for it. */
  weak: string | null
  /** Tests that were added show that the candidate is wrong; null: they do not. */
  wrong: { reason: string; failed: TestResult[] } | null
}

/**
 * Runs wrong versions of the change against its frozen tests, which must be able to tell them from the right one. `ask`: about those that
 * live, and for further ones, a model is asked once.
 */
export async function teeth(outer: World, state: State, changes: FileChange[], ask: boolean): Promise<Teeth> {
  const { settings } = state.around
  const { frozen } = state
  if (settings.teeth === 'off' || !frozen) return { state, changes, evidence: null, weak: null, wrong: null }
  const { world, spent } = timed(outer)
  const judged = judgedOf(changes, frozen)
  // Tests alone were judged on wrong versions of the code that they cover, before they were frozen.
  if (judged.texts.size === 0 && frozen.guards)
    return { state, changes, evidence: ofGuards(frozen.guards), weak: null, wrong: null }
  const possible = await allMutants(state, judged.texts)
  const { chosen, refused } = await choose(world, state, judged, possible)
  const tried = chosen.length === 0 ? { runs: [], problem: null } : await bite(world, state, judged, chosen)
  const byId = new Map(tried.runs.map((run) => [run.mutant, run]))
  const first = compiled(chosen.map((mutant) => biteOf(mutant, byId.get(mutant.id))))
  const asking = ask && tried.problem === null && judged.texts.size > 0 && !world.signal.aborted
  const nobody = { state, changes, bites: first, explained: false, strict: [], objection: null, added: null, notes: [] }
  const after = asking ? await strengthen(world, state, judged, { bites: first, mutants: chosen }) : nobody
  const score = scoreOf(after.bites)
  const problem = tried.problem ?? (score.total === 0 && score.notRun > 0 ? NO_TIME : null)
  const notes = [problem, ...after.notes].filter((note) => note !== null)
  const { explained: answered, bites, strict, objection, added } = after
  // A model's have no place among those that were made by changing one.
  const own = bites.filter(({ id }) => id < 0).length
  const failed = objection?.result.tests.filter(({ status }) => status === 'failed') ?? []
  tell(
    world,
    after.state,
    bites,
    {
      possible: possible.length,
      refused: refused + chosen.length - first.length,
      answered,
      strict,
      notes,
      ...(added ? { added: ofAdded(added) } : {}),
      ...(own > 0 ? { own } : {}),
      ...(objection ? { wrong: countFailed(failed) } : {}),
    },
    spent(),
  )
  const reason = problem ?? (isWeak(score, answered) ? weakWords(bites) : null)
  return {
    state: after.state,
    changes: after.changes,
    evidence: problem === null ? teethEvidence(score) : null,
    ...(added ? { added } : {}),
    weak: settings.teeth === 'required' ? reason : null,
    wrong: objection && { reason: objection.reason, failed },
  }
}

/** How long all takes, and how long of it models were asked: that is told with their answers. */
function timed(world: World): { world: World; spent(): { ms: number; askedMs: number } } {
  const started = world.now()
  let asked = 0
  const askModel: World['askModel'] = async (...question) => {
    const began = world.now()
    try {
      return await world.askModel(...question)
    } finally {
      asked += world.now() - began
    }
  }
  const spent = () => ({ ms: Math.round(world.now() - started - asked), askedMs: Math.round(asked) })
  return { world: { ...world, askModel }, spent }
}

/** What is told of them: each case that they drew is nobody's question. */
function ofAdded({ drawn: _, kinds: __, ...told }: Added): EventOf<'teeth.finished'>['added'] {
  return told
}

function ofGuards({ killed, total }: GuardScore): Teeth['evidence'] {
  return { killed, total }
}

/** Of the change, what wrong versions can be made of: no tests. */
function judgedOf(changes: FileChange[], { files, ids, own }: Frozen): Judged {
  const tests = new Set(files.map(({ path }) => path))
  const judged = (path: string) => isJudgedBy(path, [...tests]) && !isTestPath(path) && !tests.has(path)
  const sources = changes.filter(({ path }) => judged(path))
  const texts = new Map(sources.flatMap(({ path, content }) => (content === null ? [] : [[path, content]])))
  const every = (own?.notJudged.length ?? 0) > 0
  return { changes, texts, files: [...tests], tests: ids.length, ...(every ? { every } : {}) }
}

async function allMutants(state: State, texts: ReadonlyMap<string, string>): Promise<Mutant[]> {
  const found: Mutant[] = []
  for (const [path, text] of texts) {
    const base = await state.tree.read(path)
    found.push(...mutantsOf(path, text, base.kind === 'text' ? base.text : null, found.length + 1))
  }
  return found
}

async function choose(
  world: World,
  state: State,
  judged: Judged,
  possible: Mutant[],
): Promise<{ chosen: Mutant[]; refused: number }> {
  const most = state.around.settings.level.mutants
  const sample = spread(possible, world.seed()).slice(0, Math.ceil(most * SPARE))
  const refused = await refusedOnes(world, state, judged, sample)
  const left = sample.filter(({ id }) => !refused.has(id)).slice(0, most)
  const chosen = left.sort((a, b) => a.id - b.id)
  if (chosen.length > 0) world.tell({ type: 'check.started', stage: 'teeth', tests: chosen.length, seeds: 1, runs: 1 })
  return { chosen, refused: refused.size }
}

function tell(
  world: World,
  { plan, attempt, around }: State,
  bites: Bite[],
  {
    notes,
    ...more
  }: {
    possible: number
    refused: number
    answered: boolean
    strict: Strict[]
    notes: string[]
    wrong?: number
    added?: EventOf<'teeth.finished'>['added']
    own?: number
  },
  spent: Pick<EventOf<'teeth.finished'>, 'ms' | 'askedMs'>,
): void {
  const survivors = bites
    .filter(({ status }) => status !== 'killed')
    .map(({ path, line, what, status, reason, because }) => {
      return { path, line, what, status, reason, ...(because === undefined ? {} : { because }) }
    })
  world.tell({
    ...{ type: 'teeth.finished', spec: plan.spec.id, task: plan.task.id, attempt, mode: around.settings.teeth },
    ...{
      ...scoreOf(bites),
      ...more,
      survivors,
      seconds: around.settings.level.teethMs / 1_000,
      note: notes.length > 0 ? notes.join('; ') : null,
    },
    ...spent,
  })
}

const MOST_NAMED = 5

function weakWords(bites: Bite[]): string {
  const alive = bites.filter(survived)
  const lines = alive.map(({ path, line, what }) => `- ${path}${line === null ? '' : `:${line}`}: ${what}`)
  const more = alive.length > MOST_NAMED ? [`- and ${alive.length - MOST_NAMED} more`] : []
  const sentence = `the frozen tests cannot tell the change from wrong versions of it: ${scoreInWords(scoreOf(bites))}`
  return [sentence, ...lines.slice(0, MOST_NAMED), ...more].join('\n')
}
