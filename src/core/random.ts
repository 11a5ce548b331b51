import { sha256 } from './hash.ts'

/** Integers of 31 bits, the same ones for the same seed (splitmix32): whoever knows the seed of a run can repeat it. */
export function seededIntegers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 1
  }
}

export interface Seeds {
  next(): number
  /** From here on the numbers are those of this task, whatever was drawn before: a run that goes on with it draws the same. */
  begin(task: string): void
}

/** The numbers of a run, by its seed. */
export function seedsOf(seed: number): Seeds {
  let draw = seededIntegers(seed)
  return {
    next: () => draw(),
    begin(task) {
      draw = seededIntegers(seed ^ Number.parseInt(sha256(task).slice(0, 8), 16))
    },
  }
}
