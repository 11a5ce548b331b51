import type { FileChange } from '../core/patch/patch.ts'
import { isTestPath } from '../core/patch/test-paths.ts'
import { readTrailers } from '../core/verdict/message.ts'
import type { Waiting, World } from '../world.ts'
import { baseline } from './baseline.ts'
import { commit, land, waitingBranch, waitingKey } from './commit.ts'
import { gatherEvidence } from './evidence.ts'
import { ownTests } from './own-tests.ts'
import { prepare } from './permitted.ts'
import { end, type Frozen, type State } from './state.ts'
import { tickedTasks } from './ticked.ts'

/**
 * Lands a commit of this task that was verified earlier and waits on its branch, without asking a model: as it is
 * while its base is still HEAD, else judged again on the new base. Null when nothing waits.
 */
export async function landWaiting(world: World, state: State): Promise<State | null> {
  const { spec, task } = state.plan
  const wanted = waitingBranch(spec.id, task.id)
  const all = (await world.waiting()).filter((one) => one.branch === wanted || one.branch.startsWith(`${wanted}-`))
  const forThisText = (one: Waiting) => readTrailers(one.message)['Spec-Hash'] === `sha256:${state.plan.sliceHash}`
  const waiting = all.filter(forThisText).at(-1) ?? all.at(-1)
  if (!waiting) return null
  if ((await world.recall(waitingKey(waiting.branch))) !== waiting.commit) {
    return end(
      state,
      'git',
      `The commit on ${waiting.branch} is not the one that was verified here. Merge it by hand if you made it, or delete the branch to start task ${task.id} anew.`,
    )
  }
  if (!forThisText(waiting)) {
    return end(
      state,
      'git',
      `The commit on ${waiting.branch} was verified for another text of task ${task.id} than the spec has now. Merge it by hand, or delete the branch to start the task anew.`,
    )
  }
  if (!state.around.settings.land)
    return end(state, 'nothing', `Task ${task.id} is verified already; its commit waits on branch ${waiting.branch}.`)
  if (waiting.parent !== state.tree.commit) return judgeAgain(world, state, waiting)
  const result = await world.land(waiting.commit, state.head, waiting.branch, true)
  const told = { spec: spec.id, task: task.id, commit: waiting.commit }
  const landed: State = { ...state, commit: waiting.commit }
  if (!result.landed) {
    world.tell({ type: 'landed', ...told, ref: null, waiting: result.branch, reason: result.reason })
    return end(landed, 'git', `The verified commit of task ${task.id} still cannot land: ${result.reason}`)
  }
  world.tell({ type: 'landed', ...told, ref: result.ref, waiting: null, reason: `it waited on ${waiting.branch}` })
  await world.dropWaiting(waiting)
  const status = readTrailers(waiting.message)['Verdict'] === 'checked' ? 'checked' : 'verified'
  return end(landed, status, `Task ${task.id} was verified earlier and has landed now.`)
}

/** The branch moved meanwhile: the same changes are evidence only on the base they were judged on. */
async function judgeAgain(world: World, state: State, waiting: Waiting): Promise<State> {
  const changes = (await world.changesOf(waiting.commit)).filter((change) => change.path !== state.plan.tasksPath)
  const conflict = await conflicting(world, state, waiting, changes)
  if (conflict.length > 0) {
    return end(
      state,
      'git',
      `The verified commit on ${waiting.branch} no longer fits: ${conflict.join(', ')} changed meanwhile. Merge it by hand, or delete the branch to start the task anew.`,
    )
  }
  const prepared = await prepare(world, state)
  const based = prepared.outcome ? prepared : await baseline(world, prepared)
  if (based.outcome) return based
  const own = await ownTests(world, based)
  if (own?.outcome) return own
  const frozen = frozenOf(changes, own?.frozen ?? null)
  const again = [...changes, tickedTasks(state.plan)]
  const { judgement } = await gatherEvidence(world, { ...reporting(based), frozen }, again, { ask: false })
  if (judgement.kind === 'interrupted') return end(based, 'interrupted', 'interrupted')
  if (judgement.kind === 'unready') return end(based, judgement.status, judgement.reason)
  if (judgement.kind !== 'passed') {
    const reason = judgement.kind === 'broken' ? judgement.problem : judgement.reason
    return end(
      based,
      'git',
      `The commit on ${waiting.branch} does not hold on the new base: ${reason}\nDelete the branch to start the task anew.`,
    )
  }
  const models = [readTrailers(waiting.message)['Model']?.split(';')[0] ?? 'unknown']
  const candidate = { ...judgement.candidate, evidence: { ...judgement.candidate.evidence, red: null } }
  const committed = await commit(world, { ...based, frozen, models, candidate })
  const landed = committed.outcome ? committed : await land(world, committed)
  if (landed.outcome?.status === 'verified' || landed.outcome?.status === 'checked') await world.dropWaiting(waiting)
  return landed
}

/** Tests of the commit, and those that the expert has in the base. */
function frozenOf(changes: FileChange[], own: Frozen | null): Frozen | null {
  const files = changes.filter((change) => isTestPath(change.path))
  if (own) return { ...own, files: [...own.files, ...files] }
  if (files.length === 0) return null
  return { files, stubs: [], ids: [], names: [], red: '', redCount: 0, remarks: '', author: '' }
}

/** The tests were found fit to judge when they were frozen; on another base nobody is asked about survivors again. */
function reporting(state: State): State {
  const { settings } = state.around
  const teeth = settings.teeth === 'off' ? 'off' : 'report'
  return { ...state, around: { ...state.around, settings: { ...settings, teeth } } }
}

async function conflicting(world: World, state: State, waiting: Waiting, changes: FileChange[]): Promise<string[]> {
  const before = await world.tree(waiting.parent)
  const same = async (path: string) =>
    JSON.stringify(await before.read(path)) === JSON.stringify(await state.tree.read(path))
  const paths: string[] = []
  for (const change of changes) if (!(await same(change.path))) paths.push(change.path)
  return paths
}
