import { sha256 } from '../core/hash.ts'
import type { World } from '../world.ts'
import type { Plan, State } from './state.ts'

/** Frozen tests are kept under the hash of all that they were written from: the slice and whatever steering applied. */
export function frozenKeyOf({ sliceHash, steering, dir }: Plan): string {
  const further = steering.applied.filter(({ steering: { inclusion } }) => inclusion !== 'always')
  const more = [...further.map((one) => one.steering.text), ...(dir === '' ? [] : [dir])]
  const hash = more.length === 0 ? sliceHash : sha256([sliceHash, ...more].join('\n\0'))
  return `tests-${hash.slice(0, 32)}`
}

/** Whether an author will write the tests: nobody else has, and no command judges. */
export async function asksAuthor(world: World, { plan, around }: Pick<State, 'plan' | 'around'>): Promise<boolean> {
  const { kind, verify, test } = plan.task
  if (kind === 'checkpoint' || verify !== null || test?.path || !around.singleFiles) return false
  return around.settings.freshTests || (await world.recall(frozenKeyOf(plan))) === null
}
