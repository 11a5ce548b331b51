export interface Job {
  readonly id: string
  readonly priority: number
  readonly payload: unknown
}

export interface JobQueue {
  /** Throws RangeError for a priority that is not an integer from 0 to 9. */
  submit(payload: unknown, priority: number): string
  /** Removes and answers the next job; undefined when none is pending. */
  take(): Job | undefined
  /** Makes a job that was taken pending again. Throws an Error when the job is unknown or pending. */
  putBack(id: string): void
  /** Number of pending jobs. */
  size(): number
}

const LOWEST_PRIORITY = 0
const HIGHEST_PRIORITY = 9

interface Entry {
  readonly job: Job
  /** Position in the order of submission; it survives being taken and put back. */
  readonly sequence: number
}

/** Answers a new, empty queue. Its ids are unique among all jobs of this queue. */
export function createQueue(): JobQueue {
  const pending: Entry[] = []
  // A taken job has to be kept, because it may be put back at any later time.
  const taken = new Map<string, Entry>()
  let submitted = 0

  return {
    submit(payload, priority) {
      if (!isValidPriority(priority)) {
        throw new RangeError(`priority must be an integer from ${LOWEST_PRIORITY} to ${HIGHEST_PRIORITY}`)
      }
      submitted += 1
      const id = `job-${submitted}`
      pushEntry(pending, { job: { id, priority, payload }, sequence: submitted })
      return id
    },

    take() {
      const entry = popEntry(pending)
      if (entry === undefined) return undefined
      taken.set(entry.job.id, entry)
      return entry.job
    },

    putBack(id) {
      const entry = taken.get(id)
      if (entry === undefined) throw new Error(`job ${id} is unknown or pending`)
      taken.delete(id)
      pushEntry(pending, entry)
    },

    size() {
      return pending.length
    },
  }
}

function isValidPriority(priority: number): boolean {
  return Number.isInteger(priority) && priority >= LOWEST_PRIORITY && priority <= HIGHEST_PRIORITY
}

function comesBefore(a: Entry, b: Entry): boolean {
  if (a.job.priority !== b.job.priority) return a.job.priority > b.job.priority
  return a.sequence < b.sequence
}

// The pending entries form a binary heap: the children of index i are at 2i + 1 and 2i + 2,
// and no entry comes before its parent, so the next one is always at index 0.

function pushEntry(heap: Entry[], entry: Entry): void {
  let index = heap.length
  while (index > 0) {
    const parentIndex = Math.floor((index - 1) / 2)
    const parent = heap[parentIndex]
    if (parent === undefined || comesBefore(parent, entry)) break
    heap[index] = parent
    index = parentIndex
  }
  heap[index] = entry
}

function popEntry(heap: Entry[]): Entry | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (last !== undefined && heap.length > 0) replaceFirst(heap, last)
  return first
}

function replaceFirst(heap: Entry[], entry: Entry): void {
  let index = 0
  for (;;) {
    const childIndex = earlierChildIndex(heap, index)
    const child = heap[childIndex]
    if (child === undefined || comesBefore(entry, child)) break
    heap[index] = child
    index = childIndex
  }
  heap[index] = entry
}

/** The index of the child that comes first; it is outside the heap when there is no child. */
function earlierChildIndex(heap: Entry[], index: number): number {
  const leftIndex = 2 * index + 1
  const rightIndex = leftIndex + 1
  const left = heap[leftIndex]
  const right = heap[rightIndex]
  if (left !== undefined && right !== undefined && comesBefore(right, left)) return rightIndex
  return leftIndex
}
