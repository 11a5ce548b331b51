import { lazy } from '../core/lazy.ts'
import type { FileChange } from '../core/patch/patch.ts'
import { type Choice, type Chosen, choose, keyOf, readyTasks, type Wanted } from '../core/spec/choose.ts'
import { sliceHash, sliceOf } from '../core/spec/slice.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import { earlierFacts, readTrailers } from '../core/verdict/message.ts'
import type { Tree, Waiting, World } from '../world.ts'
import { hasLandedAnew, verifiedCommits, waitingBranch } from './commit.ts'
import type { JudgedAgain } from './judge-again.ts'
import { end, type Plan, type State } from './state.ts'

const judging = lazy(() => import('./judge-again.ts'))

/**
 * The first task that could be worked on and has a commit waiting that was verified here for its present text: what is paid for
 * lands before anything else is begun. Null: there is none.
 */
export async function waitingTask(
  world: World,
  specs: Spec[],
  options: Wanted,
  failed: Set<string>,
): Promise<Chosen | null> {
  return (await waitingTasks(world, specs, options, failed))[0] ?? null
}

/**
 * The next task of a run that works on one at a time. `lands` false: tasks whose commits wait are passed over, until nothing else is left
 * but them and what comes after them.
 */
export async function nextChoice(
  world: World,
  { specs, withoutTasks }: { specs: Spec[]; withoutTasks: string[] },
  options: Wanted,
  failed: Set<string>,
  lands: boolean,
): Promise<Choice> {
  const waiting = await waitingTasks(world, specs, options, failed)
  const [first] = waiting
  if (!first) return choose(specs, withoutTasks, options, failed)
  if (lands) return first
  const choice = choose(specs, withoutTasks, options, new Set([...failed, ...waiting.map(keyOf)]))
  if ('outcome' in choice) return choice.outcome.status === 'nothing' ? first : choice
  // It judges all that stands before it.
  const isBehind = choice.task.kind === 'checkpoint' && waiting.some(({ spec }) => spec.dir === choice.spec.dir)
  return isBehind ? first : choice
}

async function waitingTasks(world: World, specs: Spec[], options: Wanted, failed: Set<string>): Promise<Chosen[]> {
  if (options.task !== null) return []
  const waiting = await world.waiting()
  if (waiting.length === 0) return []
  const found: Chosen[] = []
  for (const chosen of readyTasks(specs, options, failed, Number.POSITIVE_INFINITY)) {
    const { spec, task } = chosen
    const hash = `sha256:${sliceHash(spec, sliceOf(spec, task.id))}`
    const own = waiting.filter(({ message }) => {
      const { Spec, Task, 'Spec-Hash': text } = readTrailers(message)
      return `${Spec}/${Task}` === keyOf(chosen) && text === hash
    })
    const verified = own.length === 0 ? [] : await verifiedCommits(world, spec.id, task.id)
    if (own.some(({ commit: one }) => verified.includes(one))) found.push(chosen)
  }
  return found
}

/** The commit that waits for a task, one for its present text first; null: none does. */
export async function waitingFor(world: World, plan: Plan): Promise<Waiting | null> {
  const all = await allFor(world, plan)
  return all.filter((one) => isForText(one, plan)).at(-1) ?? all.at(-1) ?? null
}

async function allFor(world: World, plan: Plan): Promise<Waiting[]> {
  return (await world.waiting()).filter(({ branch }) => isBranchOf(branch, plan))
}

/** Whether commits of the task wait there; `specproof/q--1-2` is a further branch of task 1. */
export function isBranchOf(branch: string, { spec, task }: { spec: Spec; task: Task }): boolean {
  const own = waitingBranch(spec.id, task.id)
  return branch === own || (branch.startsWith(`${own}-`) && /^\d+$/.test(branch.slice(own.length + 1)))
}

function isForText({ message }: Waiting, { sliceHash: text }: Plan): boolean {
  return readTrailers(message)['Spec-Hash'] === `sha256:${text}`
}

/**
 * Lands a commit of this task that was verified earlier and waits on its branch, without asking a model: as it is
 * while its base is still HEAD, else judged again on the new base; `known`: it was judged already, on a base that has the tree
 * of HEAD. Null when nothing waits.
 */
export async function landWaiting(
  world: World,
  state: State,
  known: Promise<JudgedAgain> | null = null,
): Promise<State | null> {
  const { spec, task } = state.plan
  const waiting = await waitingFor(world, state.plan)
  if (!waiting) return null
  // Only this very commit was judged; what somebody makes of the branch later was not.
  if (!(await verifiedCommits(world, spec.id, task.id)).includes(waiting.commit)) {
    return end(
      state,
      'git',
      `The commit on ${waiting.branch} is not the one that was verified here. Merge it by hand if you made it, or delete the branch to start task ${task.id} anew.`,
    )
  }
  if (!isForText(waiting, state.plan)) {
    return end(
      state,
      'git',
      `The commit on ${waiting.branch} was verified for another text of task ${task.id} than the spec has now. Merge it by hand, or delete the branch to start the task anew.`,
    )
  }
  if (!state.around.settings.land)
    return end(state, 'nothing', `Task ${task.id} is verified already; its commit waits on branch ${waiting.branch}.`)
  if (waiting.parent !== state.tree.commit) {
    // Seldom needed, and large.
    const { judgeAgain, landAgain, reapplied } = await judging()
    const before = await known
    const same = before?.waiting.commit === waiting.commit && before.state.tree.hash === state.tree.hash
    const judged = same ? before : await judgeAgain(world, state, waiting, await reapplied(world, state, waiting))
    return landAgain(world, state, judged)
  }
  const result = await world.land(waiting.commit, state.head, waiting.branch, true)
  const told = { spec: spec.id, task: task.id, commit: waiting.commit }
  const landed: State = { ...state, commit: waiting.commit }
  if (!result.landed) {
    world.tell({ type: 'landed', ...told, ref: null, waiting: result.branch, reason: result.reason })
    const message = `The verified commit of task ${task.id} still cannot land: ${result.reason}`
    return {
      ...landed,
      outcome: { status: result.full ? 'environment' : 'git', message, ...(result.moved ? { moved: true } : {}) },
    }
  }
  world.tell({ type: 'landed', ...told, ref: result.ref, waiting: null, reason: `it waited on ${waiting.branch}` })
  await world.dropWaiting(waiting)
  const now = await world.tree(waiting.commit)
  for (const other of await allFor(world, state.plan)) await dropIfIn(world, now, other, spec, task.id)
  const status = earlierFacts(waiting.message).checked ? 'checked' : 'verified'
  return end(landed, status, `Task ${task.id} was verified earlier and has landed now.`)
}

/**
 * Drops branches of tasks that are ticked, where their commit was judged again and has landed as another one, and the run ended before
 * it could clear up: that is remembered, or all that it changes stands in the tree byte for byte.
 */
export async function dropLanded(world: World, tree: Tree, specs: readonly Spec[]): Promise<void> {
  for (const waiting of await world.waiting()) {
    const { Spec: id, Task: task } = readTrailers(waiting.message)
    const spec = specs.find((one) => one.id === id)
    const isDone = spec?.tasks.find((one) => one.id === task)?.status === 'done'
    if (isDone) await dropIfIn(world, tree, waiting, spec, task ?? '')
  }
}

async function dropIfIn(world: World, tree: Tree, waiting: Waiting, spec: Spec, task: string): Promise<void> {
  if (!(await verifiedCommits(world, spec.id, task)).includes(waiting.commit)) return
  if (await hasLandedAnew(world, spec.id, task, waiting.commit)) return world.dropWaiting(waiting)
  const changes = await world.changesOf(waiting.commit)
  if (await standsIn(tree, changes, `${spec.dir}/tasks.md`)) await world.dropWaiting(waiting)
}

async function standsIn(tree: Tree, changes: readonly FileChange[], except: string): Promise<boolean> {
  for (const { path, content } of changes) {
    if (path === except) continue
    const file = await tree.read(path)
    if (content === null ? file.kind !== 'absent' : file.kind !== 'text' || file.text !== content) return false
  }
  return true
}
