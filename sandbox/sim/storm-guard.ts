import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Entry, entryText, type Owner } from './entry.ts'
import { SimulationError } from './errors.ts'

/** Far below the limit of a run: code that never lets time move on should fail within milliseconds, also while shrinking. */
const MAX_PER_INSTANT = 100_000
/** Most events between two looks at the memory. */
const MOST_UNSEEN = 512
/** Memory may grow by this share of the limit between two looks; where it grows faster, the next one comes sooner. */
const GROWTH = 1 / 64
/**
 * Share of the heap limit above which the process would soon die without saying why. V8 itself ends a process that
 * collects garbage again and again above 0.8.
 */
const HEAP_SHARE = 0.7
/** What of the limit is for young objects alone, at most: a process dies when the rest is full. */
const YOUNG_BYTES = 192 * 2 ** 20

/** Buffers lie outside of the heap, and fill the machine all the same. In bytes. */
function memory(): { used: number; limit: number } {
  const { used_heap_size: heap, external_memory: buffers, heap_size_limit: all } = getHeapStatistics()
  return { used: heap + buffers, limit: Math.max(all / 4, all - YOUNG_BYTES) }
}

/** How often the garbage is collected before memory counts as full, and the pause between, in ms. */
const COLLECTIONS = 6
const COLLECTION_PAUSE = 20

let collect: (() => void) | null = null

/**
 * True when memory is full of what is in use. What is not in use may need more than one collection to go: buffers are
 * freed by the next one, and a compilation in the background holds what it looks at until it has ended.
 */
function isFull(): boolean {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    if (collection > 1) Atomics.wait(pause, 0, 0, COLLECTION_PAUSE)
    collect()
    const { used, limit } = memory()
    if (used < HEAP_SHARE * limit) return false
  }
  return true
}

/** Ends a run that would never end, and says which node keeps it busy. */
export class StormGuard {
  #maxPerRun: number
  #owners: Owner[] = []
  #total = 0
  #instant = 0
  #time = -1
  #nextLook = 1
  #unseen = 1
  #used = 0

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
    this.#nextLook = this.#unseen
    for (const owner of this.#owners) owner.events = 0
  }

  /** Throws "the simulation does not come to rest" after too many events, or 100,000 without time moving on. */
  count(entry: Entry): void {
    const { owner, at: time } = entry
    owner.events += 1
    this.#total += 1
    if (time !== this.#time) {
      this.#time = time
      this.#instant = 0
    }
    this.#instant += 1
    if (this.#total > this.#maxPerRun) this.#endless(`${this.#total} events in one run`, entry)
    if (this.#instant > MAX_PER_INSTANT) this.#endless(`${this.#instant} events without time moving on`, entry)
    if (this.#total >= this.#nextLook) this.#lookAtMemory(entry)
  }

  #endless(what: string, entry: Entry): never {
    throw new SimulationError(
      'endless',
      `the simulation does not come to rest: ${what} (now t=${this.#time}), ${this.#busiest()}. ` +
        'Does it set a very short timer again and again, or answer every message with another one?',
      entryText(entry, entry.at),
    )
  }

  #lookAtMemory(entry: Entry): void {
    const before = memory()
    // What an earlier run has left may lie there still.
    const full = before.used >= HEAP_SHARE * before.limit && isFull()
    const { used, limit } = memory()
    const growing = used - this.#used > GROWTH * limit
    this.#unseen = growing ? Math.max(1, this.#unseen >> 2) : Math.min(MOST_UNSEEN, this.#unseen << 1)
    this.#nextLook = this.#total + this.#unseen
    this.#used = used
    if (!full) return
    throw new SimulationError(
      'memory',
      `the simulation has filled the memory: ${Math.round(used / 2 ** 20)} of ${Math.round(limit / 2 ** 20)} MB ` +
        `after ${this.#total} events (now t=${this.#time}), ${this.#busiest()}. Does something grow without end?`,
      entryText(entry, entry.at),
    )
  }

  #busiest(): string {
    const most = this.#owners.reduce((busiest, owner) => (owner.events > busiest.events ? owner : busiest))
    return `${most.events} of them by ${most.name}`
  }
}
