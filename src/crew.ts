import { type Base, begin, tellSelected } from './begin.ts'
import { NOTHING_SPENT } from './core/budget.ts'
import { exitCodeOf } from './core/errors.ts'
import { type Chosen, keyOf, readyTasks, workOrder } from './core/spec/choose.ts'
import { type Hold, NO_HOLD, type RunOptions } from './run-options.ts'
import { beforeHooks } from './task/hooks.ts'
import { isBranchOf } from './task/land-waiting.ts'
import type { Outcome, State, Surroundings } from './task/state.ts'
import { runTask } from './task/task.ts'
import type { World } from './world.ts'

/** Who works: Worlds with ports, HOME and temporary files of their own. */
export interface Workers {
  /** Tasks at work at the same time, at most. */
  most: number
  /** The World of worker 1 to `most`, and of 0, which lands; what it tells is marked with the task (`spec/task`). */
  world(worker: number, task: string): World
  /** Left out: nobody holds the run. */
  hold?: Hold
}

/** A task that was begun ahead of its turn. */
export interface Job {
  /** What it was begun on. */
  base: Base
  /** A verified commit waits on its branch. */
  done: Promise<State | { stop: Outcome }>
}

export interface Crew {
  /** Keys of the tasks that were begun and not taken yet. */
  keys(): string[]
  /** Begins what can be begun on this base, now and whenever a worker is free. Answers which that is, in work order. */
  look(base: Base, waitingBranches: ReadonlySet<string>): Chosen[]
  /** The job of a task that is begun or will be; waits for a free worker. */
  take(key: string): Promise<Job>
  /** A worker that is free, for something else; null: none is. */
  lend(): number | null
  giveBack(worker: number): void
  /** Of these tasks the first ones that were begun and have ended verified, up to the first that is not. */
  verified(among: Chosen[]): Chosen[]
  /** Begins nothing more; what is left when all have ended. Rejects where one of them did. */
  leave(): Promise<(State | { stop: Outcome })[]>
}

/** Tasks that may be done or at work ahead of the one whose turn it is, for each worker. */
const AHEAD = 2

export function createCrew(
  around: Surroundings,
  options: RunOptions,
  workers: Workers,
  failed: ReadonlySet<string>,
): Crew {
  const ahead = { ...around, settings: { ...around.settings, land: false } }
  const free = Array.from({ length: workers.most }, (_, at) => at + 1)
  const jobs = new Map<string, Job>()
  const good = new Set<string>()
  const running = new Set<Promise<unknown>>()
  const lent = new Map<number, PromiseWithResolvers<void>>()
  let wanted: { chosen: Chosen; base: Base }[] = []
  let closed = false
  /** Whose turn has come: it is begun even while the run is held. */
  let turn: string | null = null
  const { held } = workers.hold ?? NO_HOLD

  const start = ({ chosen, base }: { chosen: Chosen; base: Base }): void => {
    const worker = free.shift()!
    const key = keyOf(chosen)
    const done = work(behind(workers.world(worker, key)), ahead, base, chosen)
    const ended = done
      .then((state) => {
        if (!('stop' in state) && exitCodeOf(state.outcome?.status ?? 'bug') === 0) good.add(key)
      })
      .catch(() => {})
      .then(() => {
        running.delete(ended)
        giveBack(worker)
      })
    running.add(ended)
    jobs.set(key, { base, done })
  }
  const fill = (): void => {
    while (!closed && free.length > 0) {
      const open = wanted.filter(({ chosen }) => !held() || keyOf(chosen) === turn)
      const next = open.find(({ chosen }) => !jobs.has(keyOf(chosen)) && !failed.has(keyOf(chosen)))
      if (!next || (next !== wanted[0] && jobs.size >= AHEAD * workers.most)) return
      start(next)
    }
  }
  const giveBack = (worker: number): void => {
    lent.get(worker)?.resolve()
    lent.delete(worker)
    free.push(worker)
    free.sort((a, b) => a - b)
    fill()
  }
  return {
    lend() {
      const worker = free.shift()
      if (worker === undefined) return null
      lent.set(worker, Promise.withResolvers())
      return worker
    },
    giveBack,
    verified(among) {
      const end = among.findIndex((chosen) => !good.has(keyOf(chosen)))
      return end < 0 ? among : among.slice(0, end)
    },
    keys: () => [...jobs.keys()],
    look(base, waitingBranches) {
      const most = AHEAD * workers.most
      // With a last task named, what stands behind it is not begun.
      const order = options.until === null ? null : workOrder(base.specs, options, new Set(failed), most * 8)
      wanted = readyTasks(base.specs, options, new Set(failed), most + jobs.size)
        .filter(({ task }) => task.kind !== 'checkpoint')
        .filter((chosen) => jobs.has(keyOf(chosen)) || ![...waitingBranches].some((one) => isBranchOf(one, chosen)))
        .filter((chosen) => order?.includes(keyOf(chosen)) ?? true)
        .map((chosen) => ({ chosen, base }))
      fill()
      return wanted.map(({ chosen }) => chosen)
    },
    async take(key) {
      turn = key
      fill()
      while (!jobs.has(key)) {
        const busy = [...running, ...[...lent.values()].map(({ promise }) => promise)]
        if (busy.length === 0) throw new Error(`nobody can begin ${key}`)
        await Promise.race(busy)
      }
      const job = jobs.get(key)!
      // It stays among the begun ones until it has ended, so that nobody begins it again.
      await job.done.catch(() => {})
      jobs.delete(key)
      wanted = wanted.filter(({ chosen }) => keyOf(chosen) !== key)
      return job
    },
    async leave() {
      closed = true
      const all = await Promise.allSettled([...jobs.values()].map(({ done }) => done))
      jobs.clear()
      const broken = all.find((one) => one.status === 'rejected')
      if (broken) throw broken.reason
      return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    },
  }
}

async function work(
  world: World,
  around: Surroundings,
  base: Base,
  chosen: Chosen,
): Promise<State | { stop: Outcome }> {
  const state = await begin(world, around, base, chosen, NOTHING_SPENT)
  if ('stop' in state) return state
  tellSelected(world, state)
  const failed = await beforeHooks(world, state)
  return failed ?? runTask(world, state)
}

/** What is verified ahead of its turn is kept on its branch at once: should the run be killed, nothing that was paid for is lost. */
function behind(world: World): World {
  return {
    ...world,
    async land(commit, head, branch) {
      const kept = await world.land(commit, head, branch, false)
      return kept.landed ? kept : { ...kept, reason: 'it was verified ahead of its turn' }
    },
  }
}
