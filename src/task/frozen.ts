import { sha256 } from '../core/hash.ts'
import type { Plan } from './state.ts'

/** Frozen tests are kept under the hash of all that they were written from: the slice and whatever steering applied. */
export function frozenKeyOf({ sliceHash, steering, dir }: Plan): string {
  const further = steering.applied.filter(({ steering: { inclusion } }) => inclusion !== 'always')
  const more = [...further.map((one) => one.steering.text), ...(dir === '' ? [] : [dir])]
  const hash = more.length === 0 ? sliceHash : sha256([sliceHash, ...more].join('\n\0'))
  return `tests-${hash.slice(0, 32)}`
}
