import { sha256 } from '../core/hash.ts'
import { lazy } from '../core/lazy.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { modelAt } from '../core/settings.ts'
import { countTests, withParts } from '../core/verdict/count-tests.ts'
import type { World } from '../world.ts'
import { ask } from './ask.ts'
import { askMeanwhile } from './baseline.ts'
import { authorParts, sceneOf } from './context.ts'
import { definitionParts } from './definitions.ts'
import type { Draft } from './draft.ts'
import { frozenKeyOf } from './frozen.ts'
import type { GuardVerdict } from './guards.ts'
import type { Judged, Settled } from './judge-draft.ts'
import { give, NO_NEEDS } from './need.ts'
import { pastParts } from './past.ts'
import type { StubVerdict } from './red.ts'
import { end, type Frozen, type State } from './state.ts'
import { judgedByCommand } from './verify.ts'

// What reads and judges an answer is loaded with the first one: the author is asked the sooner.
const drafts = lazy(() => import('./draft.ts'))
const judging = lazy(() => import('./judge-draft.ts'))
const findings = lazy(() => import('./finding.ts'))
const own = lazy(() => import('./own-tests.ts'))

/** Answers that could not be read, applied or compiled are asked again this often in all. */
const MOST_REPAIRS = 3

/** Tests first: written by a separate author, red on two stubs, then frozen. */
export async function writeTests(world: World, state: State): Promise<State> {
  if (state.plan.task.kind === 'checkpoint') return state
  const byCommand = await judgedByCommand(world, state)
  if (byCommand) return byCommand
  const { path } = state.plan.task.test ?? {}
  const experts = path ? await (await own()).ownTests(world, state) : null
  if (experts) return experts
  const reused = await reuse(world, state)
  if (reused) return reused
  const { models } = state.around.settings.roles.author
  let current = state
  for (let at = 0; ; at++) {
    // The attempts of an author are its models: each begins anew.
    const written = await writeWith(world, { ...current, attempt: at + 1, escalations: at })
    if (written.outcome?.status !== 'unverifiable' || at + 1 >= models.length) return { ...written, escalations: 0 }
    const { spec, task } = written.plan
    const reason = `${written.outcome.message.split('\n')[0]} ${models[at + 1]} writes them anew`
    world.tell({ type: 'decision', spec: spec.id, task: task.id, attempt: 0, decision: 'escalate', reason })
    current = { ...written, outcome: null }
  }
}

/** Asks one author until its tests are frozen or it ends. `told`: what it has to know beside the task. */
export async function writeWith(world: World, state: State, told: Part[] = []): Promise<State> {
  let current = state
  let trail = told
  let last: Part[] = []
  let needs = NO_NEEDS
  let repairs = 0
  let sentBack = false
  let refusedByHook = false
  const known = new Map<string, GuardVerdict | StubVerdict>()
  for (let round = 1; ; round++) {
    const parts = await authorParts(sceneOf(world, current), [...trail, ...last])
    const answer = await askMeanwhile(world, current, (within, now) => ask(within, now, 'author', round, parts))
    current = answer.state
    if (current.outcome) return current
    if (!answer.reply) return end(current, 'usage', answer.exhausted ?? 'the model has no answer')
    if (answer.reply.kind === 'blocked') return end(current, 'blocked', `The test author says: ${answer.reply.reason}`)
    if (answer.reply.kind === 'untestable') return { ...current, attempt: 0, untestable: answer.reply.reason }
    const again = (problem: string) => pastParts(`author's answer ${round}`, answer.text, problem)
    if (answer.reply.kind === 'need') {
      const given = await give(world, current, 'author', answer.reply.wants, needs)
      if (given.ok) {
        trail = [...trail, ...last, ...given.needs.parts.slice(needs.parts.length)]
        needs = given.needs
        last = []
      } else if (++repairs > MOST_REPAIRS) return end(current, 'unverifiable', `The test author: ${given.problem}`)
      else last = again(given.problem)
      continue
    }
    const draft = await (await drafts()).readDraft(world, current, answer.reply)
    if (typeof draft === 'string') {
      if (++repairs > MOST_REPAIRS)
        return end(current, 'unverifiable', `The test author's answers could not be used:\n${draft}`)
      last = again(draft)
      continue
    }
    // Asked whether there is more to test, an author may say the same again.
    const same = sha256(JSON.stringify([draft.files, draft.stubs]))
    const judged = known.get(same) ?? (await (await judging()).judge(world, current, draft))
    known.set(same, judged)
    if (world.signal.aborted) return end(current, 'interrupted', 'interrupted while the tests were judged')
    if (judged.kind === 'unready') return end(current, judged.status, judged.reason)
    if (judged.kind === 'finding') return (await findings()).finding(world, current, draft, judged.test)
    if (judged.kind === 'broken') {
      if (++repairs > MOST_REPAIRS)
        return end(current, 'unverifiable', `The tests do not compile or run:\n${judged.problem}`)
      last = [...again(judged.problem), ...(await definitionParts(world, current, judged.problem, parts))]
      continue
    }
    if (judged.judgement.improvable && !sentBack) {
      sentBack = true
      const problem = judged.judgement.reasons.map((reason) => `- ${reason}`).join('\n')
      world.tell({
        type: 'decision',
        spec: current.plan.spec.id,
        task: current.plan.task.id,
        attempt: 0,
        decision: 'tests sent back',
        reason: judged.judgement.reasons[0] ?? '',
      })
      last = again(
        `The tests ran against ${current.plan.delivers === 'code' ? 'the stubs' : 'the code as it is'}. ${judged.judgement.summary}.\n\n${problem}\n\nAnswer again with all files, complete.`,
      )
      continue
    }
    if (!judged.judgement.ok) {
      return end(
        current,
        'unverifiable',
        `The tests cannot judge this task, also after they were sent back:\n${judged.judgement.reasons.join('\n')}`,
      )
    }
    const hooked = await (await judging()).throughHook(world, current, draft, judged)
    if (world.signal.aborted) return end(current, 'interrupted', 'interrupted while the tests were judged')
    if ('refused' in hooked && !refusedByHook) {
      refusedByHook = true
      last = again(`${hooked.refused}\n\nAnswer again with all files, complete.`)
      continue
    }
    return kept(world, current, 'refused' in hooked ? { draft, judged } : hooked)
  }
}

/** Freezes tests and remembers them for a later run. */
async function kept(world: World, state: State, { draft, judged }: Settled): Promise<State> {
  const author = state.models.at(-1) ?? modelAt(state.around.settings.roles.author, state.escalations)
  const anew = (await world.recall(frozenKeyOf(state.plan))) !== null
  const frozen = { ...frozenOf(draft, judged, author), ...(anew ? { anew } : {}) }
  await world.remember(frozenKeyOf(state.plan), frozen)
  return freeze(world, state, frozen, judged.judgement.satisfied, false)
}

function frozenOf(draft: Draft, judged: Judged, author: string): Frozen {
  return {
    ...{ ...draft, author, ids: judged.ids, names: judged.names },
    ...{ red: judged.judgement.summary.replace(' red', ''), redCount: judged.judgement.red },
    ...(judged.guards ? { guards: judged.guards } : {}),
  }
}

function freeze(world: World, state: State, frozen: Frozen, satisfied: boolean, reused: boolean): State {
  world.tell({
    type: 'tests.frozen',
    files: frozen.files.map((file) => file.path),
    tests: countTests(frozen.ids),
    ...withParts(frozen.ids),
    red: frozen.red,
    reused,
    ...(frozen.remarks === '' ? {} : { remarks: frozen.remarks }),
  })
  const why = state.plan.delivers === 'tests' ? 'the task delivers tests' : 'what the task asks for is there already'
  const done = satisfied && state.plan.delivers !== 'refactoring'
  return { ...state, attempt: 0, frozen, satisfied: done ? why : null }
}

/** Tests frozen by an earlier run for the very same slice, if they are still red on this base. */
async function reuse(world: World, state: State): Promise<State | null> {
  if (state.around.settings.freshTests) return null
  const kept = (await world.recall(frozenKeyOf(state.plan))) as Frozen | null
  if (!kept) return null
  const created = [...kept.files, ...kept.stubs].filter(({ action }) => action !== 'edit')
  const taken = created.some((file) => state.tree.paths.includes(file.path))
  const { extensionProblems } = await drafts()
  // What was extended has to be what it was, but for the extension.
  if (taken || (await extensionProblems(state.tree, kept.stubs)).length > 0) return null
  const judged = await (await judging()).judge(world, state, kept)
  if (judged.kind === 'finding') return (await findings()).finding(world, state, kept, judged.test)
  if (judged.kind !== 'judged' || !judged.judgement.ok) return null
  return freeze(world, state, frozenOf(kept, judged, kept.author), judged.judgement.satisfied, true)
}
