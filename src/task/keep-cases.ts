import type { FileChange } from '../core/patch/patch.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import { type KeptCase, withExample } from '../core/verdict/example-tests.ts'
import type { World } from '../world.ts'
import type { State } from './state.ts'

/** Cases that are kept for one task; more would drown the test file. */
const MOST_CASES = 10

function casesKey({ plan }: State): string {
  return `cases-${plan.spec.id}-${plan.task.id}`
}

async function recalled(world: World, state: State): Promise<KeptCase[]> {
  return ((await world.recall(casesKey(state))) as KeptCase[] | null) ?? []
}

/** Remembers what made properties of the frozen tests fail: whoever mends it shall have it as an example in the test. */
export async function keepCases(world: World, state: State, result: CheckResult): Promise<void> {
  const ids = new Set(state.frozen?.ids ?? [])
  const found = result.tests.filter((test) => ids.has(test.id)).flatMap(casesOf)
  if (found.length === 0) return
  const known = await recalled(world, state)
  const news = found.filter((one) => !known.some((other) => JSON.stringify(other) === JSON.stringify(one)))
  if (news.length > 0) await world.remember(casesKey(state), [...known, ...news].slice(-MOST_CASES))
}

function casesOf({ id, file, properties }: CheckResult['tests'][number]): KeptCase[] {
  const path = id.slice(file.length + 3).split(' > ')
  return properties.flatMap((run, property) =>
    run.failed && run.counterexample !== null && run.seed !== null
      ? [{ file, path, property, value: run.counterexample, seed: run.seed }]
      : [],
  )
}

/** The changes with every kept case among the examples of its property, and how many that are. */
export async function withKeptCases(
  world: World,
  state: State,
  changes: FileChange[],
): Promise<{ changes: FileChange[]; kept: number }> {
  const frozen = new Set((state.frozen?.files ?? []).map(({ path }) => path))
  let kept = 0
  let current = changes
  for (const one of await recalled(world, state)) {
    current = current.map((change) => {
      // What the expert wrote stays as it is; the seed is pinned all the same.
      if (change.path === state.frozen?.own?.path) return change
      if (change.path !== one.file || change.content === null || !frozen.has(change.path)) return change
      const content = withExample(change.content, one)
      if (content === null) return change
      kept++
      return { ...change, content }
    })
  }
  return { changes: current, kept }
}
