import type { TaskOutcomeStatus } from '../../core/event-parts.ts'
import { count, money, plural, shortRef, THEN, withEarlier } from '../format.ts'
import { markOf } from '../summary.ts'
import type { Spent, Story, TaskStory } from './story.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'none'

const AT_WORK = 'at work'

/** What is not decided yet has none. */
export function toneOf(status: string): Tone {
  if (status === AT_WORK) return 'none'
  const mark = markOf(status as TaskOutcomeStatus)
  return mark === 'none' ? 'good' : mark
}

export function statusOf({ result, verdict, atWork }: TaskStory): string {
  return result?.status ?? (atWork ? AT_WORK : (verdict?.status ?? 'no verdict'))
}

/** What a run came to; without an end it says whether it goes on. */
export function outcomeOf({ result, atWork }: Story): { status: string; message: string; tone: Tone } {
  if (result !== null) return { status: result.status, message: result.message, tone: toneOf(result.status) }
  if (atWork)
    return { status: AT_WORK, message: 'not done yet; what follows is what has happened until now', tone: 'none' }
  return { status: 'no end', message: 'the run was killed: its journal has no end', tone: 'bad' }
}

export function titleOf({ run }: Story): string {
  return run === null ? 'A run that never began' : `Run ${run.run}`
}

/** What the gaps of a task stand under. Where there is a commit they bound what it shows, and take nothing of its verdict back. */
export function gapsTitle(task: TaskStory): string {
  return ['verified', 'checked'].includes(statusOf(task))
    ? 'What this does not show'
    : task.atWork
      ? 'Not verified yet'
      : 'Not verified'
}

/** Where a commit has landed, or where it waits. What a replay makes again lands nowhere, whatever became of it in the run that it replays. */
export function landedWords({ landed }: TaskStory, isReplay: boolean): string | null {
  if (landed === null) return null
  const then = isReplay ? ` ${THEN}` : ''
  if (landed.ref !== null) return `${shortRef(landed.ref)}${then}`
  if (landed.waiting === null) return 'no'
  return `no, it ${isReplay ? 'waited' : 'waits'} on ${shortRef(landed.waiting)}${then}`
}

export function attemptName(n: number): string {
  return n === 0 ? 'Writing the tests' : `Attempt ${n}`
}

/** `4 questions, 3 of them answered to earlier runs; this run 3,944 tokens in, 272 out, $0.0100; with the runs it goes on with ...`. */
export function spentWords(spent: Spent): string {
  const { calls, earlier } = spent
  if (calls === 0) return 'no model was asked'
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
