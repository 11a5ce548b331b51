/** Something that will run at a simulated time. */
export interface Scheduled {
  /** ms */
  at: number
  /**
   * Breaks ties: the smaller one runs first. Grows with every push, except for observers, whose is above `LAST`, and for what
   * goes before all else in its instant, whose is negative.
   */
  order: number
  /** For the queue's own use: the one behind it in its slot. */
  next: Scheduled | null
}

/** Added to the order of observers. Far above the number of events of any run, and still exact in a double. */
export const LAST = 2 ** 50

/** Slots of the wheel, one per whole ms: most timers and messages are due sooner than that. A power of two. */
const SLOTS = 1024
const MASK = SLOTS - 1
const WORDS = SLOTS / 32

/**
 * The earliest entry first, ties by `order`. What is due at a whole ms of the next second lies in a wheel of slots,
 * where adding and taking cost the same however much is outstanding; all else lies in a binary heap.
 */
export class EventQueue<T extends Scheduled> {
  #heap: T[] = []
  #first: (Scheduled | null)[] = new Array<Scheduled | null>(SLOTS).fill(null)
  #last: (Scheduled | null)[] = new Array<Scheduled | null>(SLOTS).fill(null)
  /** One bit per slot that holds something. */
  #used = new Int32Array(WORDS)
  /** Nothing is due before this whole ms. */
  #base = 0
  /** When the earliest entry of the wheel is due, ms. */
  #wheelAt = Number.POSITIVE_INFINITY

  /** Entries may not be due before one that was taken. */
  push(entry: T): void {
    const { at } = entry
    const ordinary = entry.order >= 0 && entry.order < LAST
    if (ordinary && at - this.#base < SLOTS && at === Math.floor(at)) this.#pushWheel(entry)
    else pushHeap(this.#heap, entry)
  }

  peek(): T | undefined {
    const inHeap = this.#heap[0]
    if (this.#wheelAt === Number.POSITIVE_INFINITY) return inHeap
    const inWheel = this.#first[this.#wheelAt & MASK] as T
    return inHeap !== undefined && before(inHeap, inWheel) ? inHeap : inWheel
  }

  pop(): T | undefined {
    const entry = this.peek()
    if (entry === undefined) return undefined
    if (entry === this.#heap[0]) popHeap(this.#heap)
    else this.#popWheel(entry)
    this.#base = Math.floor(entry.at)
    return entry
  }

  #pushWheel(entry: T): void {
    const slot = entry.at & MASK
    const last = this.#last[slot]
    this.#last[slot] = entry
    if (last) {
      last.next = entry
      return
    }
    this.#first[slot] = entry
    this.#used[slot >> 5]! |= 1 << (slot & 31)
    if (entry.at < this.#wheelAt) this.#wheelAt = entry.at
  }

  #popWheel(entry: T): void {
    const slot = entry.at & MASK
    const { next } = entry
    this.#first[slot] = next
    if (next !== null) {
      entry.next = null
      return
    }
    this.#last[slot] = null
    this.#used[slot >> 5]! &= ~(1 << (slot & 31))
    this.#wheelAt = this.#nextUsed(entry.at)
  }

  /** When the next used slot after this time is due; infinity when the wheel is empty. */
  #nextUsed(at: number): number {
    const slot = at & MASK
    let word = slot >> 5
    let bits = this.#used[word]! & (-2 << (slot & 31))
    // The first word is looked at twice: its lower bits are the last slots of the round.
    for (let step = 0; step <= WORDS; step += 1) {
      if (bits !== 0) {
        const found = (word << 5) + (31 - Math.clz32(bits & -bits))
        return at + ((found - slot) & MASK)
      }
      word = (word + 1) & (WORDS - 1)
      bits = this.#used[word]!
    }
    return Number.POSITIVE_INFINITY
  }
}

function before(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function pushHeap<T extends Scheduled>(heap: T[], entry: T): void {
  let index = heap.length
  heap.push(entry)
  while (index > 0) {
    const up = (index - 1) >> 1
    const parent = heap[up]!
    if (before(parent, entry)) break
    heap[index] = parent
    index = up
  }
  heap[index] = entry
}

function popHeap<T extends Scheduled>(heap: T[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  const size = heap.length
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= size) break
    const right = heap[child + 1]
    if (right !== undefined && before(right, heap[child]!)) child += 1
    const smaller = heap[child]!
    if (before(last, smaller)) break
    heap[index] = smaller
    index = child
  }
  heap[index] = last
}
