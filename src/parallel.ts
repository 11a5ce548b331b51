import { type Base, begin, lookAtBase, tellSelected } from './begin.ts'
import { NOTHING_SPENT } from './core/budget.ts'
import { exitCodeOf } from './core/errors.ts'
import type { TaskResult } from './core/event-parts.ts'
import { type Chosen, choose, goalOf, keyOf } from './core/spec/choose.ts'
import { type Crew, createCrew, type Job, type Workers } from './crew.ts'
import type { RunOptions, RunResult } from './run-options.ts'
import { createTally, isOfOneTask, type Stepped, stepOf } from './tally.ts'
import { afterHooks, withHooks } from './task/hooks.ts'
import { dropLanded, landWaiting, waitingFor, waitingTask } from './task/land-waiting.ts'
import { createLedger } from './task/ledger.ts'
import type { Outcome, State, Surroundings } from './task/state.ts'
import { runTask } from './task/task.ts'
import { createTrain, type Train } from './train.ts'
import type { World } from './world.ts'

/** How often a commit is judged again because somebody else moves the branch all the time. */
const MOST_FOLLOWED = 3

/**
 * The loop of `run`, with several tasks at work: those that are ready are begun ahead of their turn, each in a World of its own.
 * When its turn comes, a task is landed as it would be in sequence: on top of all that landed before it, judged again there, and
 * done anew where it does not hold. So the tasks that are committed, and the first one that is not, are those of a sequential run.
 */
export async function runParallel(
  world: World,
  around: Surroundings,
  options: RunOptions,
  workers: Workers,
): Promise<RunResult> {
  const ledger = createLedger()
  const shared: Surroundings = { ...around, ledger, baselines: new Map() }
  const tally = createTally(options)
  const crew = createCrew(shared, options, workers, tally.failed)
  const train = createTrain(shared, workers, crew)
  try {
    do {
      await workers.hold?.over()
      tally.add(await turn(world, shared, options, workers, crew, train, tally.failed))
    } while (tally.goesOn())
  } catch (error) {
    await crew.leave().catch(() => {})
    await train.end()
    throw error
  }
  const left = await crew.leave()
  await train.end()
  const behind: TaskResult[] = []
  for (const done of left) behind.push(...(await leftBehind(workers, done)))
  return tally.result(ledger.charged(), behind)
}

/** One task in the order of a sequential run, whether it was begun ahead or not. */
async function turn(
  world: World,
  around: Surroundings,
  options: RunOptions,
  workers: Workers,
  crew: Crew,
  train: Train,
  failed: Set<string>,
): Promise<Stepped> {
  const base = await lookAtBase(world, around)
  if ('stop' in base) return stopped(base.stop)
  await dropLanded(world, base.tree, base.specs)
  const goal = goalOf(base.specs, options)
  if (goal) return stopped(goal)
  const aside = new Set([...failed, ...crew.keys()])
  const choice =
    (await waitingTask(world, base.specs, options, aside)) ?? choose(base.specs, base.withoutTasks, options, failed)
  if ('outcome' in choice) return stopped(choice.outcome)
  const key = keyOf(choice)
  const lander = workers.world(0, key)
  const ahead = crew.look(base, await branchesOf(world))
  if (!ahead.some((one) => keyOf(one) === key)) return alone(lander, around, base, choice)
  const job = await crew.take(key)
  const done = await job.done
  if ('stop' in done) return alone(lander, around, base, choice)
  await train.couple(base, crew.verified([choice]))
  // Those behind are judged while this one lands.
  const coupling = train.couple(base, crew.verified(ahead))
  coupling.catch(() => {})
  // However it ends: what is coupled later would be judged when nobody waits for it any more.
  const step = await settle(world, lander, around, train, choice, job, done).finally(() => coupling.catch(() => {}))
  await coupling
  return step
}

async function branchesOf(world: World): Promise<Set<string>> {
  return new Set((await world.waiting()).map(({ branch }) => branch))
}

/** A task that nobody has begun: what waits is landed, else it is done here and now. */
async function alone(world: World, around: Surroundings, base: Base, choice: Chosen): Promise<Stepped> {
  const state = await begin(world, around, base, choice, NOTHING_SPENT)
  if ('stop' in state) return stopped(state.stop)
  const waiting = await landWaiting(world, state)
  if (!waiting) tellSelected(world, state)
  return stepOf(waiting ?? (await withHooks(world, state, (begun) => runTask(world, begun))))
}

/** A task that was begun ahead of its turn is done on another base: hooks were told that it begins. */
async function again(world: World, around: Surroundings, base: Base, choice: Chosen, before: State): Promise<Stepped> {
  const begun = await begin(world, around, base, choice, NOTHING_SPENT)
  if ('stop' in begun) return stepOf(await afterHooks(world, { ...before, commit: null, outcome: begun.stop }))
  const { spentHere, earlier } = before
  const state = { ...begun, spentHere, ...(earlier ? { earlier } : {}) }
  const waiting = await landWaiting(world, state)
  if (!waiting) tellSelected(world, state)
  return stepOf(await afterHooks(world, waiting ?? (await runTask(world, state))))
}

/** The turn of a task that was begun ahead of it has come. */
async function settle(
  world: World,
  lander: World,
  around: Surroundings,
  train: Train,
  choice: Chosen,
  job: Job,
  done: State,
): Promise<Stepped> {
  const status = done.outcome?.status ?? 'bug'
  for (let tries = 0; ; tries++) {
    const base = await lookAtBase(world, around)
    if ('stop' in base) return notLanded(lander, done, 'nothing lands any more', base.stop)
    const spec = base.specs.find(({ dir }) => dir === choice.spec.dir)
    const task = spec?.tasks.find(({ id }) => id === choice.task.id)
    if (!spec || !task || task.status !== 'open')
      return notLanded(lander, done, 'the spec has no such open task any more')
    const now = { spec, task }
    const anew = async (reason: string) => {
      const about = { spec: spec.id, task: task.id, attempt: done.attempt }
      lander.tell({ type: 'decision', ...about, decision: 'anew', reason })
      return again(lander, around, base, now, done)
    }
    if (exitCodeOf(status) !== 0) {
      const same = base.head.commit === job.base.head.commit
      if (same || !isOfOneTask(status)) return stepOf(await afterHooks(lander, done))
      return anew('it was begun on a base without what has landed before it, and was not verified there')
    }
    const state = await begin(lander, around, base, now, NOTHING_SPENT)
    if ('stop' in state) return notLanded(lander, done, 'nothing lands any more', state.stop)
    const landed = await landWaiting(lander, state, train.judged(keyOf(now), base.tree.hash))
    if (!landed) return anew('the branch on which its commit waited is gone')
    if (landed.outcome?.moved && tries < MOST_FOLLOWED) continue
    if (!landed.outcome?.outdated) return stepOf(await afterHooks(lander, joined(done, landed)))
    // The commit was made in this run, for this turn.
    const waiting = await waitingFor(lander, state.plan)
    if (waiting) await lander.dropWaiting(waiting)
    return anew(landed.outcome.message.split('\n')[0] ?? '')
  }
}

/** What was told of the task when it was verified, with how it landed. */
function joined(done: State, landed: State): State {
  return { ...done, outcome: landed.outcome, commit: landed.commit, candidate: landed.candidate ?? done.candidate }
}

function stopped(outcome: Outcome): Stepped {
  return { outcome, spent: NOTHING_SPENT, result: null }
}

/** A task that has ended and does not land; what was verified waits on its branch. `stop`: how the run ends; left out: as the task does. */
async function notLanded(world: World, done: State, why: string, stop?: Outcome): Promise<Stepped> {
  const waits: Outcome = { status: 'git', message: `${done.outcome?.message ?? ''} It does not land: ${why}.` }
  const verified = exitCodeOf(done.outcome?.status ?? 'bug') === 0
  const step = stepOf(await afterHooks(world, verified ? { ...done, outcome: waits } : done))
  return { ...step, outcome: stop ?? step.outcome }
}

/** A task whose turn never came. */
async function leftBehind(workers: Workers, done: State | { stop: Outcome }): Promise<TaskResult[]> {
  if ('stop' in done) return []
  const { result } = await notLanded(workers.world(0, keyOf(done.plan)), done, 'its turn never came')
  return result ? [result] : []
}
