import type { CheckResult } from './evidence.ts'
import { type CheckVerdict, judgeFrozen, problemWords } from './judge.ts'

/** Whether a command says no to the base: only then can it say that a task is done. */
export type BaseVerdict =
  | { ok: true; green: string[] }
  /** `satisfied`: it is green already. `broken`: it could not be run, which says nothing about the task. */
  | { ok: false; why: 'satisfied' | 'broken'; reason: string }

export function judgeBase(result: CheckResult): BaseVerdict {
  const problems = problemWords(result.problems.map((problem) => problem.message))
  if (result.status === 'stopped' || result.status === 'broken') {
    const limit = result.limit ? `the ${result.limit} limit struck` : ''
    return { ok: false, why: 'broken', reason: problems || limit || result.output.slice(-500) }
  }
  if (result.status === 'passed') return { ok: false, why: 'satisfied', reason: 'it is green before any change' }
  if (result.status === 'empty') return { ok: false, why: 'satisfied', reason: 'it succeeds without running a test' }
  return { ok: true, green: result.tests.filter(({ status }) => status === 'passed').map(({ id }) => id) }
}

/**
 * Judges the command on the patched tree. `perTest`: it named a test that passes now and did not on the base, which is
 * what `verified` needs; an exit code alone shows less.
 */
export function judgeCommand(
  result: CheckResult,
  green: readonly string[],
): CheckVerdict & { perTest?: boolean; passed?: number } {
  const verdict = judgeFrozen(result, [...green])
  if (!verdict.ok) return verdict
  const before = new Set(green)
  const named = result.tests.filter(({ file, status }) => file !== '' && status === 'passed')
  return { ok: true, perTest: named.some(({ id }) => !before.has(id)), passed: named.length }
}
