import { type Base, stateOn } from './begin.ts'
import { NOTHING_SPENT } from './core/budget.ts'
import { type Chosen, keyOf } from './core/spec/choose.ts'
import type { Crew, Workers } from './crew.ts'
import { baselineKey } from './task/baseline.ts'
import { type JudgedAgain, judgeAgain, reapplied } from './task/judge-again.ts'
import { waitingFor } from './task/land-waiting.ts'
import { loadSpecs } from './task/load-specs.ts'
import type { Surroundings } from './task/state.ts'
import type { World } from './world.ts'

/**
 * Judges verified tasks on top of what will have landed before them, while that is being judged itself. What lands is a tree
 * that was judged all the same: a judgement counts only where HEAD then has the very tree that was assumed.
 */
export interface Train {
  /** Begins to judge these tasks, each on top of those before it, as far as workers are free. Their commits wait on branches. */
  couple(base: Base, members: Chosen[]): Promise<void>
  /** The judgement of a task on a base with this tree; null: there is none. */
  judged(key: string, tree: string): Promise<JudgedAgain> | null
  /** Resolves when nobody judges any more. */
  end(): Promise<void>
}

interface Car {
  /** Tree that it is judged on. */
  on: string
  /** The same base with this task on top. */
  top: Base
  /** Null: it was verified on this very base. */
  judged: Promise<JudgedAgain> | null
}

export function createTrain(around: Surroundings, workers: Workers, crew: Crew): Train {
  const cars = new Map<string, Car>()
  const begun = new Set<Promise<JudgedAgain>>()
  return {
    async couple(base, members) {
      let tip = base
      for (const chosen of members) {
        const key = keyOf(chosen)
        const known = cars.get(key)
        const car = known?.on === tip.tree.hash ? known : await join(around, workers, crew, tip, chosen)
        if (!car) return
        cars.set(key, car)
        if (car.judged) begun.add(car.judged)
        tip = car.top
      }
    },
    judged(key, tree) {
      const car = cars.get(key)
      return car?.on === tree ? car.judged : null
    },
    async end() {
      await Promise.allSettled(begun)
    },
  }
}

/** Null: no worker is free, or the task does not fit there. */
async function join(
  around: Surroundings,
  workers: Workers,
  crew: Crew,
  tip: Base,
  chosen: Chosen,
): Promise<Car | null> {
  const worker = crew.lend()
  if (worker === null) return null
  let judged: Car['judged'] = null
  try {
    const world = workers.world(worker, keyOf(chosen))
    const spec = tip.specs.find(({ dir }) => dir === chosen.spec.dir)
    const task = spec?.tasks.find(({ id }) => id === chosen.task.id)
    if (!spec || !task) return null
    const state = await stateOn(world, around, tip, { spec, task }, NOTHING_SPENT)
    const waiting = await waitingFor(world, state.plan)
    if (!waiting) return null
    const on = tip.tree.hash
    if (waiting.parent === tip.head.commit) return { on, top: await baseAt(world, around, tip, waiting.commit), judged }
    const moved = await reapplied(world, state, waiting)
    if (!moved.ok) return null
    const parent = tip.head.commit
    const draft = await world.makeCommit({ parent, changes: moved.changes, message: 'candidate' })
    const top = await baseAt(world, around, tip, draft.commit)
    judged = judgeAgain(world, state, waiting, moved)
    // Whoever is judged on top of it compares with what it leaves red.
    const final = judged.then(({ state: { candidate } }) => candidate?.final ?? null).catch(() => null)
    around.baselines?.set(baselineKey(draft.tree, state.around.settings), final)
    void final.then(() => crew.giveBack(worker))
    return { on, top, judged }
  } finally {
    if (!judged) crew.giveBack(worker)
  }
}

async function baseAt(world: World, { settings }: Surroundings, { head }: Base, commit: string): Promise<Base> {
  const tree = await world.tree(commit)
  return { head: { branch: head.branch, commit }, tree, ...(await loadSpecs(tree, settings.specRoots)) }
}
