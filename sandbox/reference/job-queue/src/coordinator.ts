import type { Clock, Net } from 'specproof/sim'
import { createFailureDetector, type WorkerStatus } from './failure-detector.ts'
import { createLedger } from './ledger.ts'
import { createQueue, type Job } from './queue.ts'

export interface JobState {
  readonly status: 'pending' | 'assigned' | 'done' | 'lost'
  /** Assignments so far. */
  readonly assignments: number
  /** Worker of the current assignment, while assigned. */
  readonly worker?: string
  /** Result that stands, once done. */
  readonly result?: unknown
}

export interface Coordinator {
  /** Answers the job's id. Throws RangeError as the queue does. */
  submit(payload: unknown, priority: number): string
  /** Throws an Error for an unknown job. */
  state(job: string): JobState
}

const COORDINATOR = 'coordinator'
const RESEND_INTERVAL_MS = 10_000
const MAX_ASSIGNMENTS = 2

interface Heartbeat {
  readonly type: 'heartbeat'
  readonly epoch: number
}

interface Done {
  readonly type: 'done'
  readonly key: string
  readonly result: unknown
}

interface WorkerRecord {
  readonly name: string
  /** Newest epoch heard; undefined until the first heartbeat. */
  epoch: number | undefined
  /** Jobs whose current assignment this worker has. */
  readonly jobs: Set<JobRecord>
}

interface Assignment {
  readonly worker: WorkerRecord
  resendTimer: number | undefined
}

interface JobRecord {
  readonly id: string
  /** Keys of all assignments, until the job is done. */
  keys: string[]
  /** The assignment that has neither failed nor been made needless by a completion. */
  current: Assignment | undefined
}

/**
 * Is the only receiver of messages to the node `coordinator`. Uses the queue, the failure detector and the ledger.
 *
 * An assignment is sent at once and again every 10 000 ms, by `clock`, until the job is done or the assignment failed.
 * Messages from unknown workers, of unknown types and with unknown keys are ignored. Throws what `net` throws when the
 * node `coordinator` has a receiver already.
 */
export function createCoordinator(clock: Clock, net: Net, workers: readonly string[]): Coordinator {
  const queue = createQueue()
  const ledger = createLedger()
  const detector = createFailureDetector(clock, workers, onStatusChange)
  const workerRecords = new Map<string, WorkerRecord>()
  const jobs = new Map<string, JobRecord>()
  const unfinishedByKey = new Map<string, JobRecord>()

  function onStatusChange(name: string, status: WorkerStatus): void {
    const worker = workerRecords.get(name)
    if (worker === undefined || status === 'alive') return
    failAssignments(worker)
    // Workers that fell silent together fail in the same instant, one after the other. Jobs are assigned when all of
    // them have failed, so that none spends its second assignment on a worker that is about to fail.
    clock.setTimeout(assignPending, 0)
  }

  function failAssignments(worker: WorkerRecord): void {
    for (const job of worker.jobs) {
      endAssignment(job)
      if (ledger.assignments(job.id) < MAX_ASSIGNMENTS) queue.putBack(job.id)
    }
  }

  function endAssignment(job: JobRecord): void {
    if (job.current === undefined) return
    clock.clearTimeout(job.current.resendTimer)
    job.current.worker.jobs.delete(job)
    job.current = undefined
  }

  function assignPending(): void {
    for (let worker = chooseWorker(); worker !== undefined; worker = chooseWorker()) {
      const job = queue.take()
      if (job === undefined) return
      // A late completion can finish a job while it is pending again.
      if (ledger.result(job.id) === undefined) assign(job, worker)
    }
  }

  /** The alive worker with the fewest jobs, among those that have been heard. */
  function chooseWorker(): WorkerRecord | undefined {
    let chosen: WorkerRecord | undefined
    for (const worker of workerRecords.values()) {
      if (worker.epoch === undefined || detector.status(worker.name) !== 'alive') continue
      if (chosen === undefined || worker.jobs.size < chosen.jobs.size) chosen = worker
    }
    return chosen
  }

  function assign({ id, payload }: Job, worker: WorkerRecord): void {
    const job = recordOf(id)
    const key = ledger.open(id)
    const message = { type: 'assign', key, job: id, payload, epoch: worker.epoch }
    const assignment: Assignment = { worker, resendTimer: undefined }

    function send(): void {
      assignment.resendTimer = clock.setTimeout(send, RESEND_INTERVAL_MS)
      net.send(COORDINATOR, worker.name, message)
    }

    job.keys.push(key)
    unfinishedByKey.set(key, job)
    job.current = assignment
    worker.jobs.add(job)
    send()
  }

  function onHeartbeat(from: string, epoch: number): void {
    const worker = workerRecords.get(from)
    if (worker === undefined) return
    // A late heartbeat of an older epoch says nothing about the worker that has the assignments now.
    if (worker.epoch !== undefined && epoch < worker.epoch) return
    if (epoch !== worker.epoch) {
      failAssignments(worker)
      worker.epoch = epoch
    }
    detector.heard(from)
    assignPending()
  }

  function onDone(key: string, result: unknown): void {
    if (ledger.complete(key, result) !== 'accepted') return
    const job = unfinishedByKey.get(key)
    if (job !== undefined) finish(job)
  }

  function finish(job: JobRecord): void {
    endAssignment(job)
    for (const key of job.keys) unfinishedByKey.delete(key)
    job.keys = []
  }

  function recordOf(id: string): JobRecord {
    const job = jobs.get(id)
    if (job === undefined) throw new Error(`unknown job: ${id}`)
    return job
  }

  function submit(payload: unknown, priority: number): string {
    const id = queue.submit(payload, priority)
    jobs.set(id, { id, keys: [], current: undefined })
    assignPending()
    return id
  }

  function state(id: string): JobState {
    const { current } = recordOf(id)
    const assignments = ledger.assignments(id)
    const outcome = ledger.result(id)
    if (outcome !== undefined) return { status: 'done', assignments, result: outcome.value }
    if (current !== undefined) return { status: 'assigned', assignments, worker: current.worker.name }
    return { status: assignments < MAX_ASSIGNMENTS ? 'pending' : 'lost', assignments }
  }

  for (const name of workers) workerRecords.set(name, { name, epoch: undefined, jobs: new Set() })
  net.onMessage(COORDINATOR, (from, message) => {
    if (isHeartbeat(message)) onHeartbeat(from, message.epoch)
    else if (isDone(message)) onDone(message.key, message.result)
  })

  return { submit, state }
}

function isHeartbeat(message: unknown): message is Heartbeat {
  return (message as Partial<Heartbeat> | null | undefined)?.type === 'heartbeat'
}

function isDone(message: unknown): message is Done {
  return (message as Partial<Done> | null | undefined)?.type === 'done'
}
