import { counted } from './counted.ts'

/** Something that could be removed. */
export interface Item {
  path: string
  bytes: number
  /** Days since it was last used. */
  age: number
  /** Why it stays whatever its age and size; left out: nothing speaks for it. */
  needed?: string
}

export interface CleanLimits {
  /** Days after which a thing goes. */
  days: number
  /** What all that stays may have together, bytes; the oldest goes first. */
  bytes: number
}

export interface Removal extends Item {
  why: string
}

/** Which of these go: those that are too old, then the oldest while all together are too large. Never what is needed. */
export function chooseRemovals(items: readonly Item[], { days, bytes }: CleanLimits): Removal[] {
  const free = items.filter(({ needed }) => needed === undefined).sort((a, b) => b.age - a.age)
  let total = items.reduce((sum, item) => sum + item.bytes, 0)
  const removals: Removal[] = []
  for (const item of free) {
    const old = item.age > days
    if (!old && total <= bytes) continue
    total -= item.bytes
    removals.push({
      ...item,
      why: old
        ? `older than ${counted(days, 'day')}`
        : `all together are larger than ${Math.round(bytes / 1024 ** 2)} MB`,
    })
  }
  return removals
}
