import type { Clock, Disk, Net } from 'specproof/sim'
import { type JobState, rank, type Status, winner } from './job-state.ts'
import { advance, compare, join, type VectorClock } from './vector-clock.ts'

const FILE = 'changes'
const EXCHANGE_EVERY_MS = 5_000

export interface Replica {
  /** Rejects with an Error when it would lower the status, and with the disk's error. */
  change(job: string, status: Status, detail: string): Promise<void>
  state(job: string): JobState | undefined
  /** Pairs of states with concurrent clocks that were resolved. */
  conflicts(): number
}

/** What a replica knows of one job: the state that stands, and all clocks that it has seen, joined. */
interface Known {
  state: JobState
  seen: VectorClock
}

/** Is the only receiver of the node `name`, and is called again after each crash. */
export function startReplica(clock: Clock, net: Net, disk: Disk, name: string, peers: readonly string[]): Replica {
  const jobs = new Map<string, Known>()
  /** Concurrent pairs by job, so that none is counted again when it comes again. */
  const resolved = new Set<string>()
  let recovered = false
  let before: Promise<unknown> = Promise.resolve()

  function recover(): void {
    if (disk.existsSync(FILE)) load(disk.readTextSync(FILE))
    recovered = true
  }

  function load(text: string): void {
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) disk.writeSync(FILE, whole)
    // A line that was written and never made safe may still be lost, and its count with it.
    disk.fsyncSync(FILE)
    for (const line of whole.split('\n').slice(0, -1)) {
      const { job, state } = JSON.parse(line) as { job: string; state: JobState }
      merge(job, { state, seen: state.clock })
    }
  }

  function merge(job: string, { state, seen }: Known): void {
    const own = jobs.get(job)
    if (own === undefined) {
      jobs.set(job, { state, seen })
      return
    }
    if (compare(own.state.clock, state.clock) === 'concurrent') note(job, own.state, state)
    jobs.set(job, { state: winner(own.state, state), seen: join(own.seen, seen) })
  }

  function note(job: string, one: JobState, other: JobState): void {
    resolved.add([job, ...[text(one.clock), text(other.clock)].sort()].join(' '))
  }

  async function make(job: string, status: Status, detail: string): Promise<void> {
    if (!recovered) recover()
    const own = jobs.get(job)
    if (own !== undefined && rank(status) < rank(own.state.status))
      throw new Error(`job ${job} is ${own.state.status} and cannot become ${status}`)
    const state: JobState = { status, detail, clock: advance(own?.seen ?? {}, name), by: name }
    await append(`${JSON.stringify({ job, state })}\n`)
    // What came in meanwhile may stand above it.
    merge(job, { state, seen: state.clock })
    exchange()
  }

  async function append(line: string): Promise<void> {
    try {
      await disk.append(FILE, line)
      await disk.fsync(FILE)
    } catch (error) {
      // The line may be on the disk: its count must not be given to another change.
      recovered = false
      throw error
    }
  }

  function exchange(): void {
    if (jobs.size === 0) return
    for (const peer of peers) net.send(name, peer, { type: 'states', jobs: Object.fromEntries(jobs) })
  }

  function beat(): void {
    clock.setTimeout(beat, EXCHANGE_EVERY_MS)
    exchange()
  }

  net.onMessage(name, (_from, message) => {
    const { type, jobs: theirs } = (message ?? {}) as { type?: unknown; jobs?: Record<string, Known> }
    if (type !== 'states' || theirs === undefined) return
    for (const [job, known] of Object.entries(theirs)) merge(job, known)
  })
  try {
    recover()
  } catch {
    // The disk is at fault, maybe not for long: the next change tries again.
  }
  beat()

  return {
    change(job, status, detail) {
      const made = before.then(() => make(job, status, detail))
      before = made.catch(() => {})
      return made
    },
    state: (job) => jobs.get(job)?.state,
    conflicts: () => resolved.size,
  }
}

/** The same for equal clocks. */
function text(clock: VectorClock): string {
  return JSON.stringify(Object.entries(clock).sort(([one], [other]) => (one < other ? -1 : 1)))
}
