/** What happens after an attempt that was not verified. Pure, so that every case can be listed in a test. */

export interface Past {
  attempt: number
  attempts: number
  /** Signatures of the failures of the model at work, oldest first, this one last. */
  signatures: string[]
  /** Hashes of its answers that failed, in the same order: the same answer fails for the same reason, whatever case shows it. */
  answers: string[]
  /** Models that follow in the role's list; left out: none. */
  later?: number
  /** Two patches in a row died on one assertion of a frozen test, on which the arbiter was not asked yet; left out: no. */
  disputable?: boolean
  /** The arbiter has just found the test right; left out: it was not asked. */
  codeWrong?: boolean
}

/** `escalate`: the next model of the list goes on, with fresh context. `arbiter`: it says first whether the test is wrong. */
export type Decision = { kind: 'retry' | 'arbiter' | 'escalate' | 'stop'; reason: string }

export function decide(past: Past): Decision {
  const { attempt, attempts, later = 0 } = past
  const twice = (list: string[]) => list.length >= 2 && list.at(-1) === list.at(-2)
  const repeated = twice(past.signatures) || twice(past.answers)
  if (past.disputable) return { kind: 'arbiter', reason: 'two different patches died on the same assertion' }
  if (attempt >= attempts) return { kind: 'stop', reason: `attempt ${attempt} of ${attempts} failed` }
  if (past.codeWrong && later > 0) return { kind: 'escalate', reason: 'the arbiter finds the test right' }
  if (repeated) return { kind: later > 0 ? 'escalate' : 'stop', reason: 'the same failure twice' }
  if (later > 0 && attempts - attempt <= later)
    return { kind: 'escalate', reason: 'each model that follows has one attempt left' }
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
