/** What happens after an attempt that was not verified. Pure, so that every case can be listed in a test. */

export interface Past {
  attempt: number
  attempts: number
  /** Signatures of the failures so far, oldest first, this one last. */
  signatures: string[]
  /** Hashes of the answers that failed, in the same order: the same answer fails for the same reason, whatever case shows it. */
  answers: string[]
}

export type Decision = { kind: 'retry'; reason: string } | { kind: 'stop'; reason: string }

export function decide(past: Past): Decision {
  const repeated = [past.signatures, past.answers].some((list) => list.length >= 2 && list.at(-1) === list.at(-2))
  if (past.attempt >= past.attempts)
    return { kind: 'stop', reason: `attempt ${past.attempt} of ${past.attempts} failed` }
  if (repeated) return { kind: 'stop', reason: 'the same failure twice' }
  return { kind: 'retry', reason: 'the next attempt starts from the same clean base, with the counterexample' }
}

/** How often a patch reached for what it must not touch. */
export interface Strikes {
  /** Specs, steering and tests: the judge. */
  judge: number
  /** Other protected kinds. */
  other: number
}

export type StrikeDecision = { kind: 'tell' } | { kind: 'tampering' } | { kind: 'blocked' }

/** The judge: told once, twice, the third time it is tampering. Other kinds: told once, then a person has to allow it. */
export function decideStrike(strikes: Strikes): StrikeDecision {
  if (strikes.judge >= 3) return { kind: 'tampering' }
  if (strikes.other >= 2) return { kind: 'blocked' }
  return { kind: 'tell' }
}
