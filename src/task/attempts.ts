import { sha256 } from '../core/hash.ts'
import type { FileChange } from '../core/patch/patch.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { modelAt } from '../core/settings.ts'
import { type Decision, decide, type Past, type Strikes } from '../core/verdict/decide.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { assertionOf, describeFailures, failureSignature } from '../core/verdict/feedback.ts'
import type { World } from '../world.ts'
import { candidateChanges, oneAttempt, redOf, settle, type Tried, taskOf, tellVerdict } from './attempt.ts'
import { digest, type Failure } from './digest.ts'
import { dispute, disputed, type Plea, pleadedTest } from './dispute.ts'
import { gatherEvidence } from './evidence.ts'
import { migrate } from './migrate.ts'
import { NO_NEEDS } from './need.ts'
import { faded, failedParts, type Red } from './past.ts'
import { end, type State } from './state.ts'

/** How the attempts of one task have gone so far. */
interface Course {
  state: State
  /** From 1. */
  attempt: number
  /** How many there may be in all. */
  most: number
  /** What the next question begins with. */
  trail: Part[]
  needs: typeof NO_NEEDS
  failures: Failure[]
  /** Of the model at work, oldest first. */
  signatures: string[]
  answers: string[]
  lastReason: string | null
  /** The frozen test that failed last. */
  last: TestResult | null
  /** Hash of the last answer, whoever gave it. */
  lastAnswer: string | null
  strikes: Strikes
  /** The last patch that could be applied. */
  changes: FileChange[] | null
  /** Tests were moved to a new interface, which happens once. */
  moved: boolean
  /** Ids of tests on which the arbiter has ruled. */
  ruledOn: string[]
  /** Tests went back to their author, which they do once. */
  sentBack: boolean
}

/** Attempts until a tree is verified, or a decision ends it. Each starts from the same clean base. */
export async function attempts(world: World, state: State): Promise<State> {
  if (state.plan.task.kind === 'checkpoint') return checkpoint(world, state)
  if (state.satisfied !== null) return testsAlone(world, state)
  const { attempts: most } = state.around.settings
  let course: Course = {
    ...{ state, attempt: 0, most, trail: [], needs: NO_NEEDS, failures: [], signatures: [], answers: [] },
    ...{
      lastReason: null,
      last: null,
      lastAnswer: null,
      strikes: { judge: 0, other: 0 },
      ruledOn: [],
      sentBack: false,
      changes: null,
      moved: false,
    },
  }
  while (!course.state.outcome && !course.state.candidate) {
    const attempt = course.attempt + 1
    course = { ...course, attempt, state: { ...course.state, attempt } }
    const tried = await oneAttempt(world, course.state, course.trail, course.needs, course.strikes)
    course = { ...course, state: tried.state, needs: tried.needs, changes: tried.changes ?? course.changes }
    if (tried.exhausted) return withoutAnswer(course, tried.exhausted)
    if (tried.plea?.about === 'interface') course = await afterInterface(world, course, tried, tried.plea)
    else if (tried.plea) course = await afterPlea(world, course, tried, tried.plea)
    else if (tried.red) course = await afterRed(world, course, tried, tried.red)
  }
  return course.state
}

function withoutAnswer({ state, attempt, lastReason }: Course, exhausted: string): State {
  const message =
    lastReason === null ? exhausted : `Not verified: ${lastReason}. There is no further attempt: ${exhausted}`
  return end({ ...state, attempt: attempt - 1 }, attempt === 1 ? 'usage' : 'failed', message)
}

/** What an attempt that was red is followed by: another one, the arbiter, the next model, or the end. */
async function afterRed(world: World, before: Course, tried: Tried, red: Red): Promise<Course> {
  const test = disputed(red.failed, before.state.frozen)
  const answer = sha256(tried.answer)
  const course: Course = {
    ...before,
    lastAnswer: answer,
    lastReason: red.reason,
    last: test,
    signatures: [...before.signatures, failureSignature(red.reason, red.failed)],
    answers: [...before.answers, answer],
  }
  tellVerdict(world, course.state, 'failed', null, red.reason)
  const { last, lastAnswer } = before
  const again = test !== null && last !== null && lastAnswer !== answer && assertionOf(test) === assertionOf(last)
  const decision = decided(world, course, { disputable: again && !course.ruledOn.includes(test.id) })
  if (decision.kind !== 'arbiter' || !test) return follow(course, tried, red, decision)
  const ruled = await dispute(world, course.state, test, course.sentBack)
  const after = { ...course, state: ruled.state, ruledOn: [...course.ruledOn, test.id] }
  if (ruled.kind === 'ended') return after
  if (ruled.kind === 'rewritten') return anew(after)
  const reason =
    ruled.kind === 'nobody' ? red.reason : `${red.reason}. An arbiter finds the test right: ${ruled.reason}`
  return follow(after, tried, { ...red, reason }, decided(world, after, { codeWrong: ruled.kind === 'code-wrong' }))
}

function decided(world: World, course: Course, more: Pick<Past, 'disputable' | 'codeWrong'>): Decision {
  const { state, attempt, most, signatures, answers } = course
  const { models } = state.around.settings.roles.implementer
  const later = Math.max(0, models.length - 1 - state.escalations)
  const decision = decide({ attempt, attempts: most, signatures, answers, later, ...more })
  world.tell({ type: 'decision', ...taskOf(state), attempt, decision: decision.kind, reason: decision.reason })
  return decision
}

function follow(course: Course, tried: Tried, red: Red, decision: Decision): Course {
  const { state, attempt } = course
  if (decision.kind === 'stop')
    return { ...course, state: end(state, 'failed', `Not verified: ${decision.reason}. ${red.reason}.`) }
  const model = modelAt(state.around.settings.roles.implementer, state.escalations)
  const failures = [...course.failures, { attempt, model, ...red }]
  const fresh = { needs: NO_NEEDS, signatures: [], answers: [], trail: [digest(failures)] }
  if (decision.kind === 'escalate')
    return { ...course, failures, ...fresh, state: { ...state, escalations: state.escalations + 1 } }
  const more = failedParts(attempt, tried.answer, red, state.frozen?.files ?? [], tried.trail)
  return { ...course, failures, trail: [...tried.trail.map(faded), ...more] }
}

/** By other tests all attempts begin anew: the ones before were judged by a wrong one, and are not charged. */
function anew(course: Course): Course {
  const { attempts: most } = course.state.around.settings
  const nothing = { trail: [], needs: NO_NEEDS, failures: [], signatures: [], answers: [], last: null, ruledOn: [] }
  return { ...course, ...nothing, most: course.attempt + most, sentBack: true }
}

/** An implementer that says that a test is wrong is believed as far as the arbiter finds it so. */
async function afterPlea(world: World, course: Course, tried: Tried, plea: Plea): Promise<Course> {
  const { state, ruledOn } = course
  const blocked = (now: State): Course => ({
    ...course,
    state: end(now, 'blocked', `The implementer says: ${plea.reason}`),
  })
  const test = state.frozen && pleadedTest(plea, course.last, state.frozen)
  if (!test || ruledOn.includes(test.id)) return blocked(state)
  const reason = `the implementer says that "${test.name}" goes against the specification`
  world.tell({ type: 'decision', ...taskOf(state), attempt: course.attempt, decision: 'arbiter', reason })
  const ruled = await dispute(world, state, test, course.sentBack)
  if (ruled.kind === 'nobody') return blocked(ruled.state)
  const after = { ...course, state: ruled.state, ruledOn: [...ruledOn, test.id] }
  if (ruled.kind === 'ended') return after
  if (ruled.kind === 'rewritten') return anew(after)
  const why = `an arbiter compared "${test.name}" with the specification and finds it right: ${ruled.reason}`
  return afterRed(world, after, tried, { reason: why, failed: [] })
}

const FIRST_A_PATCH =
  'answer with the patch that makes the interface of the specification, also where existing tests are red with it'

/** Existing tests are moved to a new interface by somebody else than who makes it, when a patch has shown that they break. */
async function afterInterface(world: World, course: Course, tried: Tried, plea: Plea): Promise<Course> {
  const red = (reason: string) => afterRed(world, course, tried, { reason, failed: [] })
  if (course.moved) return { ...course, state: end(course.state, 'blocked', `The implementer says: ${plea.reason}`) }
  if (course.changes === null) return red(`nothing was tried yet: ${FIRST_A_PATCH}`)
  const { kind, state } = await migrate(world, course.state, course.changes)
  if (kind === 'unfounded') return red('no existing test is in the way of an interface that the last patch changes')
  if (kind === 'ended') return { ...course, state }
  const files = state.frozen!.files.map(({ path }) => path).join(', ')
  const text = `# Tests\n\nExisting tests were moved to the new interface and are frozen now with the others: ${files}. Answer with the complete patch.`
  const next: Part = { kind: 'past', source: 'moved tests', text, mandatory: true }
  const trail = [...tried.trail.map(faded), next]
  // Neither this answer nor the patch before it is held against who implements.
  return { ...course, state, trail, moved: true, most: course.most + 2, signatures: [], answers: [] }
}

/** A checkpoint asks no model: green is a commit of the tick alone. */
async function checkpoint(world: World, state: State): Promise<State> {
  const { judgement } = await gatherEvidence(world, state, candidateChanges(state, []))
  const settled = settle(world, { ...state, untestable: 'a checkpoint has no tests of its own' }, judgement)
  const red = redOf(judgement)
  if (!red) return settled
  tellVerdict(world, state, 'failed', null, red.reason)
  return end(state, 'failed', `The checkpoint does not hold: ${describeFailures(red.reason, red.failed)}`)
}

/** All that lands are the tests, which hold on the code as it is; they are judged as any candidate. */
async function testsAlone(world: World, state: State): Promise<State> {
  const gathered = await gatherEvidence(world, state, candidateChanges(state, []))
  const { judgement } = gathered
  const red = redOf(judgement)
  if (!red) return settle(world, gathered.state, judgement)
  tellVerdict(world, state, 'failed', null, red.reason)
  const why = `Tests of what is there do not hold in the end: ${describeFailures(red.reason, red.failed)}`
  return end(gathered.state, 'failed', why)
}
