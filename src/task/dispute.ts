import { readRuling } from '../core/patch/read-ruling.ts'
import { failedCode } from '../core/prompt/failed-tests.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderFile } from '../core/prompt/sections.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { describeFailure, tellingFirst } from '../core/verdict/feedback.ts'
import type { World } from '../world.ts'
import { ask } from './ask.ts'
import { sceneOf } from './context.ts'
import { pastParts } from './past.ts'
import { arbiterParts } from './roles.ts'
import { end, type Frozen, type State } from './state.ts'
import { writeWith } from './write-tests.ts'

/** What became of a frozen test and code that disagree. */
export type Ruled =
  | { kind: 'code-wrong'; state: State; reason: string }
  /** Nobody ruled: no model answers, or not in words that can be read. */
  | { kind: 'nobody'; state: State }
  /** The author has written other tests, and these are frozen now. */
  | { kind: 'rewritten'; state: State }
  /** A person has to decide, or the author has no better tests: the state says why. */
  | { kind: 'ended'; state: State }

/** An answer that cannot be read is asked again. */
const MOST_ANSWERS = 2
/** Characters of test code that the arbiter sees. */
const MOST_CODE = 8_000

/** The frozen test that says most about why an attempt failed; null: none of them failed. */
export function disputed(failed: readonly TestResult[], frozen: Frozen | null): TestResult | null {
  const ids = new Set(frozen?.ids ?? [])
  return tellingFirst(failed).find(({ id }) => ids.has(id)) ?? null
}

/** Why an implementer stops, where a model may decide about it. */
export interface Plea {
  /** `test`: a frozen test goes against the specification. `interface`: existing tests are in the way of the one that it wants. */
  about: 'test' | 'interface'
  reason: string
}

const AGAINST = /\bcontradict|\bgo(es)? against\b|\bconflicts? with\b|\bviolates?\b/i

/** `BLOCKED: test contradicts requirement 3.2`, `BLOCKED: interface`; null: a person has to decide. */
export function pleaOf(reason: string): Plea | null {
  if (/^[\s*_`]*interface\b/i.test(reason)) return { about: 'interface', reason }
  return /\btests?\b/i.test(reason) && AGAINST.test(reason) ? { about: 'test', reason } : null
}

/**
 * The test that an implementer's words are about: one that they name, else the one that failed last, else the only one that there is.
 * Null: nobody can tell.
 */
export function pleadedTest({ reason }: Plea, last: TestResult | null, frozen: Frozen): TestResult | null {
  const [at, another] = frozen.names.flatMap((name, k) => (reason.includes(name) ? [k] : []))
  if (at !== undefined && another === undefined && frozen.names[at] !== last?.name) return notTried(frozen, at)
  return last ?? (frozen.ids.length === 1 ? notTried(frozen, 0) : null)
}

/** The arbiter is not told what the implementer says, only that there is nothing to see yet. */
function notTried({ ids, names }: Frozen, at: number): TestResult {
  const [id = '', name = ''] = [ids[at], names[at]]
  const message = 'Nothing was tried yet: the implementer finds that no code can keep the test and the specification.'
  const error = { name: 'Error', message, assertion: false }
  return { id, file: id.split(' > ')[0] ?? '', name, status: 'failed', durationMs: 0, error, properties: [] }
}

/**
 * Asks the arbiter who is wrong, by the specification alone: it sees the test and its smallest failing case, and neither code nor
 * the implementer's words. A wrong test goes back to its author; `sentBack`: one did already, and now a person decides.
 */
export async function dispute(world: World, state: State, test: TestResult, sentBack: boolean): Promise<Ruled> {
  const { state: asked, ruling } = await askArbiter(world, state, test)
  if (ruling === null) return { kind: 'nobody', state: asked }
  const { spec, task } = asked.plan
  const told = { spec: spec.id, task: task.id, attempt: asked.attempt, decision: `arbiter: ${ruling.kind}` }
  world.tell({ type: 'decision', ...told, reason: ruling.reason })
  if (ruling.kind === 'code-wrong') return { kind: ruling.kind, reason: ruling.reason, state: asked }
  const person = (why: string): Ruled => ({
    kind: 'ended',
    state: end(asked, 'blocked', `${why} "${test.name}": ${ruling.reason}\n\n${describeFailure(test)}`),
  })
  if (ruling.kind === 'unclear') return person('The specification does not settle what the arbiter asks about')
  if (asked.frozen?.own) return person('The arbiter says that your test goes against the specification:')
  if (sentBack) return person('The tests were mended once, and the arbiter finds another one wrong:')
  const author = { ...asked, attempt: authorsTurn(asked), escalations: 0 }
  const written = await writeWith(world, author, wrongTestParts(asked.frozen!, test, ruling.reason))
  return { kind: written.outcome ? 'ended' : 'rewritten', state: { ...written, escalations: asked.escalations } }
}

/** After those that its models began with. */
function authorsTurn({ around }: State): number {
  return around.settings.roles.author.models.length + 1
}

export interface Asked {
  state: State
  ruling: { kind: 'test-wrong' | 'code-wrong' | 'unclear'; reason: string } | null
}

/** Whatever keeps a model from answering ends nothing here: then it goes on as without an arbiter. */
export async function askArbiter(world: World, state: State, test: TestResult): Promise<Asked> {
  const file = state.frozen?.files.find(({ path }) => path === test.file)
  const code = failedCode(test.file, file?.content ?? '', [test.name], MOST_CODE)
  const { escalations } = state
  let current: State = { ...state, escalations: 0 }
  let past: Part[] = []
  const done = (ruling: Asked['ruling']): Asked => ({ state: { ...current, escalations, outcome: null }, ruling })
  for (let round = 1; round <= MOST_ANSWERS; round++) {
    const parts = await arbiterParts(sceneOf(world, current), { test, code }, past)
    const answer = await ask(world, current, 'arbiter', round, parts, [])
    current = answer.state
    if (current.outcome || answer.exhausted !== null) return done(null)
    const ruling = readRuling(answer.text)
    if (ruling.kind !== 'unreadable') return done(ruling)
    past = pastParts(`arbiter's answer ${round}`, answer.text, ruling.problems[0]!.message)
  }
  return done(null)
}

/** What the author is told: its tests, which of them is wrong and how it failed; nothing of any code. */
function wrongTestParts(frozen: Frozen, test: TestResult, reason: string): Part[] {
  const files = [...frozen.files, ...frozen.stubs].map(({ path, content }) => renderFile(path, content ?? ''))
  const source = "the author's tests"
  const told = `An arbiter compared "${test.name}" with the specification, and the test is wrong:\n\n> ${reason.replaceAll('\n', '\n> ')}\n\n${describeFailure(test)}\n\nMend this test, leave the others as strict as they are, and answer with all files, complete.`
  return [
    { kind: 'past', source, text: `# Your tests so far\n\n${files.join('\n\n')}`, mandatory: true },
    { kind: 'past', source: `${source}: what is wrong`, text: `# What is wrong with them\n\n${told}`, mandatory: true },
  ]
}
