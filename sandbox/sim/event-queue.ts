/** Something that will run at a simulated time. `run` is null once it was cancelled. */
export interface Scheduled {
  readonly at: number
  /** Breaks ties: the smaller one runs first. */
  readonly order: number
  run: (() => void) | null
}

/** A binary heap: the earliest entry first, ties by `order`. */
export class EventQueue<T extends Scheduled> {
  #heap: T[] = []

  peek(): T | undefined {
    return this.#heap[0]
  }

  push(entry: T): void {
    const heap = this.#heap
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

  pop(): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) sink(heap, last)
    return first
  }
}

function before(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function sink<T extends Scheduled>(heap: T[], entry: T): void {
  const size = heap.length
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= size) break
    const right = heap[child + 1]
    if (right !== undefined && before(right, heap[child]!)) child += 1
    const smaller = heap[child]!
    if (before(entry, smaller)) break
    heap[index] = smaller
    index = child
  }
  heap[index] = entry
}
