import type { FileChange, Operation } from '../core/patch/patch.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderOutput } from '../core/prompt/sections.ts'
import { fewJudged } from '../core/teeth/score.ts'
import type { Strikes } from '../core/verdict/decide.ts'
import type { World } from '../world.ts'
import { ask } from './ask.ts'
import { implementerParts, sceneOf } from './context.ts'
import { definitionParts } from './definitions.ts'
import { type Plea, pleaOf } from './dispute.ts'
import { gatherEvidence, type Judgement } from './evidence.ts'
import { give, type Needs } from './need.ts'
import { mergeChanges } from './overlay.ts'
import { pastParts, type Red } from './past.ts'
import { readPatch } from './read-patch.ts'
import { end, type State } from './state.ts'
import { tickedTasks } from './ticked.ts'

/** Free rounds within an attempt: for build errors, and apart from them for answers that do not apply. */
const MOST_BUILD_ROUNDS = 3
const MOST_FORMAT_ROUNDS = 3

/** What came of one attempt: an outcome or a candidate in the state, a red, a plea, or a model that has no more to say. */
export interface Tried {
  state: State
  needs: Needs
  /** What was asked for and answered so far, in its order: the next question begins with it. */
  trail: Part[]
  answer: string
  red: Red | null
  exhausted: string | null
  /** It stopped because of what a model may decide. */
  plea: Plea | null
  /** The last patch that could be applied; null: none of this attempt. */
  changes: FileChange[] | null
}

/** Questions and answers until a patch is judged, or none is to come. */
export async function oneAttempt(
  world: World,
  state: State,
  before: Part[],
  asked: Needs,
  strikes: Strikes,
): Promise<Tried> {
  let current = state
  let trail = before
  let last: Part[] = []
  let needs = asked
  let builds = 0
  let formats = 0
  let kept: Operation[] = []
  let changes: FileChange[] | null = null
  for (let round = 1; ; round++) {
    const parts = await implementerParts(sceneOf(world, current), current.frozen, [...trail, ...last])
    const answer = await ask(world, current, 'implementer', round, parts)
    current = answer.state
    const tried = (red: Tried['red'], exhausted: string | null = null): Tried => ({
      state: current,
      needs,
      trail,
      answer: answer.text,
      red,
      exhausted,
      plea: null,
      changes,
    })
    if (current.outcome) return tried(null)
    if (!answer.reply) return tried(null, answer.exhausted ?? 'the model has no answer')
    if (answer.reply.kind === 'blocked') {
      const plea = pleaOf(answer.reply.reason)
      if (plea && current.frozen) return { ...tried(null), plea }
      current = end(current, 'blocked', `The implementer says: ${answer.reply.reason}`)
      return tried(null)
    }
    const again = (problem: string) => pastParts(`answer ${current.attempt}.${round}`, answer.text, problem)
    if (answer.reply.kind === 'need') {
      const given = await give(world, current, 'implementer', answer.reply.wants, needs)
      if (given.ok) {
        trail = [...trail, ...last, ...given.needs.parts.slice(needs.parts.length)]
        needs = given.needs
        last = []
      } else if (++formats > MOST_FORMAT_ROUNDS) return tried({ reason: given.problem, failed: [] })
      else last = again(given.problem)
      continue
    }
    const read = await readPatch(world, current, answer.reply, strikes, kept)
    if (read.kind === 'ended') {
      current = end(current, read.status, read.message)
      return tried(null)
    }
    if (read.kind === 'refused') {
      if (!read.strike && ++formats > MOST_FORMAT_ROUNDS)
        return tried({ reason: `no answer could be applied: ${read.problem}`, failed: [] })
      kept = read.kept
      last = again(read.problem)
      continue
    }
    kept = []
    changes = read.changes
    const gathered = await gatherEvidence(world, current, candidateChanges(current, read.changes))
    const { judgement } = gathered
    current = gathered.state
    if (judgement.kind === 'broken' && ++builds <= MOST_BUILD_ROUNDS) {
      const definitions = await definitionParts(world, current, judgement.problem, parts)
      last = [
        ...again(`It ${judgement.how}:\n\n${renderOutput(judgement.problem)}\n\nAnswer again with the complete patch.`),
        ...definitions,
      ]
      continue
    }
    current = settle(world, current, judgement)
    return tried(redOf(judgement))
  }
}

export function settle(world: World, state: State, judgement: Judgement): State {
  if (judgement.kind === 'interrupted') return end(state, 'interrupted', 'interrupted while the evidence was gathered')
  if (judgement.kind === 'unverifiable') {
    tellVerdict(world, state, 'unverifiable', null, judgement.reason)
    return end(state, 'unverifiable', judgement.reason)
  }
  if (judgement.kind === 'toothless') {
    tellVerdict(world, state, 'unverifiable', null, judgement.reason)
    // No attempt is charged for what the tests lack.
    const message = `${judgement.reason}\nWrite the tests anew with --fresh-tests, or set \`teeth: report\` in agent.yaml to accept it.`
    return end({ ...state, attempt: state.attempt - 1 }, 'unverifiable', message)
  }
  if (judgement.kind === 'unready') return end(state, judgement.status, judgement.reason)
  if (judgement.kind !== 'passed') return state
  const { status } = judgement.candidate
  const held =
    status === 'verified' ? 'all frozen tests hold' : `only the project's own checks held: ${state.untestable}`
  const few = fewJudged(judgement.candidate.evidence.teeth)
  tellVerdict(world, state, status, judgement.bound, few === null ? held : `${held}; ${few}`)
  return { ...state, candidate: judgement.candidate }
}

export function redOf(judgement: Judgement): Tried['red'] {
  if (judgement.kind === 'red') return { reason: judgement.reason, failed: judgement.failed }
  if (judgement.kind === 'broken') return { reason: `it ${judgement.how}: ${judgement.problem}`, failed: [] }
  return null
}

/** Everything that will be in the commit: tests, stub replaced by the patch, and the tick. */
export function candidateChanges(state: State, patch: FileChange[]): FileChange[] {
  const { plan, frozen } = state
  return mergeChanges(frozen?.files ?? [], frozen?.stubs ?? [], patch, [tickedTasks(plan)])
}

export function taskOf(state: State): { spec: string; task: string } {
  return { spec: state.plan.spec.id, task: state.plan.task.id }
}

export function tellVerdict(world: World, state: State, status: string, bound: string | null, summary: string): void {
  world.tell({ type: 'verdict', ...taskOf(state), attempt: state.attempt, status, bound, summary })
}
