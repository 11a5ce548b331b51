import { isTestPath } from '../patch/test-paths.ts'
import type { Task } from '../spec/spec.ts'
import type { TaskCommit } from '../trace/evidence.ts'
import type { CheckResult, TestResult } from './evidence.ts'
import { judgeFrozen, judgeProperties, notTheCode, problemWords, propertyRuns } from './judge.ts'

/** A commit of the branch, and who made it. */
export interface Since {
  commit: string
  subject: string
  author: string
  /** ISO 8601. */
  date: string
  /** False: commits just before it could not be judged. */
  exact: boolean
}

/** What runs again for a task. */
export interface Rerun {
  by: 'tests' | 'property' | 'chaos' | 'command'
  /** Test files that its commit brought or changed, from the top of the repository. */
  files: string[]
  /** Seeds of its commit. */
  seeds: number[]
}

/** What is to run again for a ticked task; null: its commit brought nothing that could. */
export function rerunOf(task: Task, commit: TaskCommit): Rerun | null {
  const files = commit.files.filter(isTestPath)
  const kind = task.test?.kind
  if (files.length > 0)
    return { by: kind === 'chaos' || kind === 'property' ? kind : 'tests', files, seeds: commit.seeds }
  return task.verify === null ? null : { by: 'command', files: [], seeds: [] }
}

export type AgainVerdict =
  | { standing: 'holds' }
  /** `unstarted`: what was to run did not start, which may be a commit's doing; left out: it is the machine's. */
  | { standing: 'not-run'; reason: string; unstarted?: true }
  | Broken

export interface Broken {
  standing: 'broken'
  reason: string
  failed: TestResult[]
  seeds: number[]
  /** It does not start any more; left out: it ran. */
  unstarted?: true
}

/** Of a run that says nothing about the code; null: it says something. */
export function notRun(result: CheckResult): AgainVerdict | null {
  const unknown = notTheCode(result)
  if (unknown) return { standing: 'not-run', reason: unknown }
  if (!result.unstarted) return null
  return { standing: 'not-run', reason: problemWords(result.problems.map(({ message }) => message)), unstarted: true }
}

/**
 * What did not start on HEAD, from how it was at the task's own commit: what starts there was broken by a commit in between. What does
 * not start there either, though it did when that was made, is no commit's doing.
 */
export function judgeUnstarted(head: AgainVerdict, own: AgainVerdict): AgainVerdict {
  if (head.standing !== 'not-run' || !head.unstarted || own.standing === 'not-run') return head
  return { standing: 'broken', reason: head.reason, failed: [], seeds: [], unstarted: true }
}

/** Whether a commit shows what was found broken on HEAD; null: it cannot tell. */
export function showsToo({ unstarted }: Broken, then: AgainVerdict): boolean | null {
  if (then.standing === 'not-run') return unstarted && then.unstarted ? true : null
  return !unstarted && then.standing === 'broken'
}

/** Judges tests that ran again. A task of a property shows nothing without one. */
export function judgeRerun(
  result: CheckResult,
  by: Rerun['by'],
  asked: { seeds: number[]; runs: number },
): AgainVerdict {
  const unknown = notRun(result)
  if (unknown) return unknown
  const runs = propertyRuns(result)
  const broken = (reason: string, failed: TestResult[] = []): AgainVerdict => {
    const seeds = runs.flatMap(({ failed: red, seed }) => (red && seed !== null ? [seed] : []))
    return { standing: 'broken', reason, failed, seeds: [...new Set(seeds)] }
  }
  const tests = judgeFrozen(result, [])
  if (!tests.ok) return broken(tests.reason, tests.failed)
  const properties = judgeProperties(result, [], asked, new Map())
  if (!properties.ok) return broken(properties.reason, properties.failed)
  if (by !== 'tests' && runs.length === 0) return broken('its tests run no property any more')
  return { standing: 'holds' }
}
