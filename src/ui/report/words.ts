import type { TaskOutcomeStatus } from '../../core/events.ts'
import { count, money, plural, withEarlier } from '../format.ts'
import { markOf } from '../summary.ts'
import type { Spent, Story, TaskStory } from './story.ts'

export type Tone = 'good' | 'warn' | 'bad'

export function toneOf(status: string): Tone {
  const mark = markOf(status as TaskOutcomeStatus)
  return mark === 'none' ? 'good' : mark
}

export function statusOf({ result, verdict }: TaskStory): string {
  return result?.status ?? verdict?.status ?? 'no verdict'
}

export function titleOf({ run }: Story): string {
  return run === null ? 'A run that never began' : `Run ${run.run}`
}

/** What the gaps of a task stand under. Where there is a commit they bound what it shows, and take nothing of its verdict back. */
export function gapsTitle(task: TaskStory): string {
  return ['verified', 'checked'].includes(statusOf(task)) ? 'What this does not show' : 'Not verified'
}

export function attemptName(n: number): string {
  return n === 0 ? 'Writing the tests' : `Attempt ${n}`
}

/** `4 questions, 3 of them answered to earlier runs; this run 3,944 tokens in, 272 out, $0.0100; with the runs it goes on with ...`. */
export function spentWords(spent: Spent): string {
  const { calls, earlier } = spent
  const sums = `${count(spent.input)} tokens in, ${count(spent.output)} out, ${costWords(spent)}`
  const asked = plural(calls, 'question')
  if (earlier.calls === 0) return `${asked}, ${sums}`
  return `${asked}, ${count(earlier.calls)} of them answered to earlier runs; this run ${sums}${withEarlier(spent, earlier)}`
}

/** A sum with calls of unknown price is a lower bound. */
export function costWords({ usd, priced }: Spent): string {
  if (priced) return money(usd)
  return usd === 0 ? money(null) : `at least ${money(usd)}`
}
