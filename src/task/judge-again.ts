import { NOTHING_SPENT } from '../core/budget.ts'
import type { FileChange } from '../core/patch/patch.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { earlierFacts } from '../core/verdict/message.ts'
import type { Waiting, World } from '../world.ts'
import { baseline, baselineKey } from './baseline.ts'
import { commit, land, rememberReplaced } from './commit.ts'
import { inTime } from './deadline.ts'
import { gatherEvidence } from './evidence.ts'
import { frozenKeyOf } from './frozen.ts'
import { ownTests } from './own-tests.ts'
import { prepare } from './permitted.ts'
import { inPlace } from './place.ts'
import { end, type Frozen, type Plan, type State } from './state.ts'
import { tickedTasks } from './ticked.ts'
import { judgedByCommand } from './verify.ts'

/** A waiting commit judged on another base than its own: with a candidate, or with the outcome that it came to. */
export interface JudgedAgain {
  state: State
  /** The commit that was judged. */
  waiting: Waiting
}

/** The branch moved meanwhile: the same changes are evidence only on the base they were judged on. */
export async function judgeAgain(
  world: World,
  state: State,
  waiting: Waiting,
  moved: Awaited<ReturnType<typeof reapplied>>,
): Promise<JudgedAgain> {
  const placed = inPlace(world, state.plan)
  return { state: await inTime(placed, state, (timed) => judgedOn(timed, state, waiting, moved)), waiting }
}

async function judgedOn(
  world: World,
  state: State,
  waiting: Waiting,
  moved: Awaited<ReturnType<typeof reapplied>>,
): Promise<State> {
  const outdated = (why: string): State => {
    const message = `The ${why} or delete the branch to start the task anew.`
    return { ...state, outcome: { status: 'git', message, outdated: true } }
  }
  if (!moved.ok) {
    const files = moved.conflicts.join(', ')
    return outdated(
      `verified commit on ${waiting.branch} no longer fits: ${files} changed meanwhile. Merge it by hand,`,
    )
  }
  const prepared = await prepare(world, state)
  const pending = state.around.baselines?.has(baselineKey(state.tree.hash, state.around.settings))
  const based = prepared.outcome || pending ? prepared : await baseline(world, prepared)
  if (based.outcome) return based
  const judged = await withJudge(world, based, moved.changes)
  if (judged.outcome?.status === 'interrupted') return judged
  if (judged.outcome)
    return outdated(`commit on ${waiting.branch} cannot be judged again: ${judged.outcome.message} Mend that,`)
  const { judgement } = await gatherEvidence(world, reporting(judged), moved.changes, { ask: false })
  if (judgement.kind === 'interrupted') return end(based, 'interrupted', 'interrupted')
  if (judgement.kind === 'unready') return end(based, judgement.status, judgement.reason)
  if (judgement.kind !== 'passed') {
    const reason = judgement.kind === 'broken' ? judgement.problem : judgement.reason
    return outdated(`commit on ${waiting.branch} does not hold on the new base: ${reason}\nMend it by hand,`)
  }
  const { models, attempts, tokens, red } = earlierFacts(waiting.message)
  const { candidate } = judgement
  const { added: _, ...rest } = candidate.evidence
  return {
    ...judged,
    models,
    attempt: attempts,
    spentHere: { ...NOTHING_SPENT, usage: { ...tokens, cached: 0 } },
    candidate: {
      ...candidate,
      evidence: { ...rest, red: red?.tests ?? null, ...(red?.added ? { added: red.added } : {}) },
    },
    ...(red ? { redAt: red.base } : {}),
  }
}

/** What a waiting commit changes, on the base of `state`. Two tasks that stand side by side would conflict in their ticks, so the tick is made anew. */
export async function reapplied(world: World, { plan, tree }: State, waiting: Waiting) {
  const moved = await world.reapply(waiting.commit, tree.commit, plan.tasksPath)
  return moved.ok ? { ok: true as const, changes: [...moved.changes, tickedTasks(plan)] } : moved
}

/** Commits what was judged again, on the head of `state`, whose tree is that of the base it was judged on. */
export async function landAgain(world: World, { head, tree }: State, { state, waiting }: JudgedAgain): Promise<State> {
  if (state.outcome) return state
  const committed = await commit(world, { ...state, head, tree })
  if (committed.outcome || committed.commit === null) return committed
  await rememberReplaced(world, committed, waiting.commit, committed.commit)
  const landed = await land(world, committed)
  // It has landed, or waits on a branch of its own now.
  if (landed.commit !== waiting.commit) await world.dropWaiting(waiting)
  return landed
}

/** What judges the task on the new base: the command or the tests that the expert names, or those that were frozen. */
async function withJudge(world: World, state: State, changes: FileChange[]): Promise<State> {
  if (state.plan.task.verify !== null) return (await judgedByCommand(world, state)) ?? state
  const own = await ownTests(world, state)
  if (own?.outcome) return own
  const files = changes.filter((change) => isTestPath(change.path))
  if (own?.frozen) return { ...state, frozen: { ...own.frozen, files: [...own.frozen.files, ...files] } }
  return { ...state, frozen: await frozenAmong(world, state.plan, files) }
}

/** Tests of the commit: as they were frozen, where that is still known. */
async function frozenAmong(world: World, plan: Plan, files: FileChange[]): Promise<Frozen | null> {
  if (files.length === 0) return null
  const kept = (await world.recall(frozenKeyOf(plan))) as Frozen | null
  const same =
    kept && kept.files.length === files.length && kept.files.every(({ path }) => files.some((one) => one.path === path))
  if (same) return { ...kept, files }
  return { files, stubs: [], ids: [], names: [], red: '', redCount: 0, remarks: '', author: '' }
}

/** The tests were found fit to judge when they were frozen; on another base nobody is asked about survivors again. */
function reporting(state: State): State {
  const { settings } = state.around
  const teeth = settings.teeth === 'off' ? 'off' : 'report'
  return { ...state, around: { ...state.around, settings: { ...settings, teeth } } }
}
