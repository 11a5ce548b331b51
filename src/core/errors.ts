import type { TaskOutcomeStatus } from './event-parts.ts'

/** Exit codes of every command; the contract of the command line. */
export const EXIT = {
  done: 0,
  problems: 1,
  usage: 2,
  failed: 3,
  blocked: 4,
  budget: 5,
  provider: 6,
  isolation: 7,
  tampering: 8,
  git: 9,
  environment: 10,
  bug: 70,
  interrupted: 130,
} as const

const BY_STATUS: Record<TaskOutcomeStatus, number> = {
  verified: EXIT.done,
  checked: EXIT.done,
  nothing: EXIT.done,
  failed: EXIT.failed,
  unverifiable: EXIT.failed,
  blocked: EXIT.blocked,
  finding: EXIT.blocked,
  budget: EXIT.budget,
  provider: EXIT.provider,
  isolation: EXIT.isolation,
  tampering: EXIT.tampering,
  git: EXIT.git,
  environment: EXIT.environment,
  interrupted: EXIT.interrupted,
  usage: EXIT.usage,
  bug: EXIT.bug,
}

export function exitCodeOf(status: TaskOutcomeStatus): number {
  return BY_STATUS[status]
}

/** A mistake or a situation that only a person can mend. The message says what was found and what to do instead. */
export class UserError extends Error {
  readonly status: TaskOutcomeStatus

  constructor(message: string, status: TaskOutcomeStatus = 'usage') {
    super(message)
    this.name = 'UserError'
    this.status = status
  }
}

const DISK = /\b(ENOSPC|EROFS|EDQUOT)\b|No space left on device|Read-only file system|Disk quota exceeded/i

/** What a disk that is full or cannot be written says, in one line; null: the error is another one. */
export function diskTrouble(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const text = `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`
  return DISK.test(text) ? (error.message.split('\n').find((line) => DISK.test(line)) ?? error.message).trim() : null
}

/** What to do about it. */
export function diskWords(trouble: string): string {
  return `The disk does not take what has to be written: ${trouble}\nMake room (\`agent clean\` removes old runs) or make it writable, and run again: the next run goes on where this one stopped.`
}
