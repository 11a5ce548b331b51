import { availableParallelism, loadavg } from 'node:os'
import type { CheckResult, Infrastructure } from '../../core/verdict/evidence.ts'
import type { BoxResult } from '../box/box.ts'

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>

/** Waiting programs for each processor above which a time limit says more of the machine than of the code. */
const BUSY = 1.5

/** What may have ended a run that is no doing of the code; null: nothing of the kind. `reported`: it told its results. */
export function infrastructureOf({ cause, signal }: BoxResult, reported: boolean): Infrastructure | null {
  if (cause === 'box') return 'box'
  if (cause === 'wall-clock') return isBusy() ? 'load' : null
  // Nobody in a run has a reason to kill the runner; the kernel has, and so has a patch that wants no results.
  return cause === 'exit' && signal === 'SIGKILL' && !reported ? 'killed' : null
}

function isBusy(): boolean {
  return loadavg()[0]! > BUSY * availableParallelism()
}

const WORDS: Record<Infrastructure, string> = {
  box: 'the box could not be made',
  killed: 'it was killed from outside (SIGKILL)',
  load: 'its time was over while the machine was busy',
}

/**
 * Runs a check, and once more where the machine may have been at fault. The first try then counts for nothing, neither
 * good nor bad; that it was, and why, stands in the result.
 */
export async function retriedApart(run: () => Promise<Findings>, goOn: () => boolean): Promise<Findings> {
  const first = await run()
  if (!first.infrastructure || !goOn()) return first
  const second = await run()
  return { ...second, retried: WORDS[first.infrastructure] }
}
