import type { Counterexample } from '../event-parts.ts'
import type { CheckResult, TestResult } from './evidence.ts'
import { hasHistory, stripReport } from './feedback.ts'

/** The shrunk counterexample of a failed test; for a test without a property its error alone. */
export function counterexampleOf(test: TestResult): Counterexample {
  const run = test.properties.find((property) => property.failed)
  return {
    test: test.name,
    message: stripReport(test.error?.message ?? 'failed without a message'),
    value: run?.counterexample ?? null,
    seed: run?.seed ?? null,
    path: run?.path ?? null,
    shrinks: run?.shrinks ?? 0,
    history: run?.history ?? [],
    ...(run?.picture === undefined ? {} : { picture: run.picture }),
  }
}

/** The one to show first: a property's, because it replays, and best one whose simulation tells what happened. */
export function firstCounterexample(result: CheckResult): Counterexample | null {
  const failed = result.tests.filter((test) => test.status === 'failed')
  const best = failed.find(hasHistory) ?? failed.find((test) => test.properties.some((run) => run.failed)) ?? failed[0]
  return best ? counterexampleOf(best) : null
}
