export type Verdict = 'accepted' | 'duplicate' | 'unknown'

export interface Ledger {
  /** Opens the job's next assignment and answers its key. Throws an Error when the job has two already, or is done. */
  open(job: string): string
  /** Judges a completion; only an accepted one changes anything. */
  complete(key: string, result: unknown): Verdict
  /** Assignments opened so far: 0, 1 or 2. */
  assignments(job: string): number
  /** The result that stands; undefined while the job is not done. */
  result(job: string): { readonly value: unknown } | undefined
}

const MAX_ASSIGNMENTS = 2

interface JobRecord {
  assignments: number
  /** Wrapped, so that a job whose result is undefined still counts as done. */
  outcome: { readonly value: unknown } | undefined
}

/**
 * Creates an empty ledger, which shares nothing with other ledgers. Never throws.
 *
 * A done job is never forgotten: its completions may arrive at any later time and must still be judged duplicates.
 */
export function createLedger(): Ledger {
  const jobs = new Map<string, JobRecord>()
  const jobsByKey = new Map<string, JobRecord>()

  function open(job: string): string {
    const record = jobs.get(job) ?? { assignments: 0, outcome: undefined }
    if (record.outcome !== undefined) throw new Error(`job ${job} is done`)
    if (record.assignments === MAX_ASSIGNMENTS) {
      throw new Error(`job ${job} has ${MAX_ASSIGNMENTS} assignments already`)
    }
    record.assignments += 1
    const key = `${job}#${record.assignments}`
    jobs.set(job, record)
    jobsByKey.set(key, record)
    return key
  }

  function complete(key: string, result: unknown): Verdict {
    const record = jobsByKey.get(key)
    if (record === undefined) return 'unknown'
    if (record.outcome !== undefined) return 'duplicate'
    record.outcome = { value: result }
    return 'accepted'
  }

  return {
    open,
    complete,
    assignments: (job) => jobs.get(job)?.assignments ?? 0,
    result: (job) => jobs.get(job)?.outcome,
  }
}
