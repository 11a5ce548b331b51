import { getHeapStatistics } from 'node:v8'
import type { Owner } from './entry.ts'
import { SimulationError } from './errors.ts'

/** Far below the limit of a run: code that never lets time move on should fail within milliseconds, also while shrinking. */
const MAX_PER_INSTANT = 100_000
/** Events between two looks at the heap. A power of two. */
const HEAP_EVERY = 8_192
/** Share of the heap limit above which the process would soon die without saying why. */
const HEAP_SHARE = 0.85

/** Ends a run that would never end, and says which node keeps it busy. */
export class StormGuard {
  #maxPerRun: number
  #owners: Owner[] = []
  #total = 0
  #instant = 0
  #time = -1

  constructor(maxPerRun: number) {
    this.#maxPerRun = maxPerRun
  }

  watch(owner: Owner): void {
    this.#owners.push(owner)
  }

  /** A new run begins. */
  reset(): void {
    this.#total = 0
    this.#instant = 0
    for (const owner of this.#owners) owner.events = 0
  }

  /** Throws "the simulation does not come to rest" after too many events, or 100,000 without time moving on. */
  count(owner: Owner, time: number): void {
    owner.events += 1
    this.#total += 1
    if (time !== this.#time) {
      this.#time = time
      this.#instant = 0
    }
    this.#instant += 1
    if (this.#total > this.#maxPerRun) this.#endless(`${this.#total} events in one run`)
    if (this.#instant > MAX_PER_INSTANT) this.#endless(`${this.#instant} events without time moving on`)
    if ((this.#total & (HEAP_EVERY - 1)) === 0) this.#lookAtHeap()
  }

  #endless(what: string): never {
    throw new SimulationError(
      'endless',
      `the simulation does not come to rest: ${what} (now t=${this.#time}), ${this.#busiest()}. ` +
        'Does it set a very short timer again and again, or answer every message with another one?',
    )
  }

  #lookAtHeap(): void {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    if (used < HEAP_SHARE * limit) return
    throw new SimulationError(
      'memory',
      `the simulation has filled the memory: ${Math.round(used / 2 ** 20)} of ${Math.round(limit / 2 ** 20)} MB ` +
        `after ${this.#total} events (now t=${this.#time}), ${this.#busiest()}. Does something grow without end?`,
    )
  }

  #busiest(): string {
    const most = this.#owners.reduce((busiest, owner) => (owner.events > busiest.events ? owner : busiest))
    return `${most.events} of them by ${most.name}`
  }
}
