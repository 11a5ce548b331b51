import type { TaskResult } from '../../core/event-parts.ts'
import type { EventOf, StampedEvent } from '../../core/events.ts'
import { leftOpen } from '../left-open.ts'
import { oneLine } from '../text.ts'
import { teethGaps } from './teeth-gaps.ts'

/** What an attempt is told by, in its order. */
export type Moment = Extract<
  StampedEvent,
  {
    type:
      | 'baseline.finished'
      | 'setup.finished'
      | 'prompt.built'
      | 'model.finished'
      | 'model.retrying'
      | 'model.fallback'
      | 'need.answered'
      | 'tests.frozen'
      | 'patch.applied'
      | 'patch.refused'
      | 'check.finished'
      | 'teeth.finished'
      | 'verdict'
      | 'decision'
  }
> & {
  /** Of an answer: who was asked, and in which round. */
  asked?: { role: string; round: number }
}

/** Milliseconds are those since the start of the run. */
export interface AttemptStory {
  /** 0: the tests are written; from 1 on attempts of the implementer. */
  n: number
  start: number
  end: number
  moments: Moment[]
}

export interface Spent {
  calls: number
  input: number
  output: number
  cached: number
  /** Answers of earlier runs that were taken over, and the tokens that those were billed for them. */
  earlier: { calls: number; input: number; output: number }
  /** US dollars of the calls whose price is known. */
  usd: number
  /** False: some call had no known price. */
  priced: boolean
}

export interface TaskStory {
  spec: string
  task: string
  title: string
  requirement: string | null
  /** All criteria, where `requirement` may not hold all of them. */
  criteria: { id: string; text: string }[]
  test: string | null
  start: number
  end: number
  attempts: AttemptStory[]
  spent: Spent
  verdict: EventOf<'verdict'> | null
  commit: EventOf<'commit'> | null
  landed: EventOf<'landed'> | null
  /** From the end of the run; null: it was killed, or did not get there. */
  result: TaskResult | null
  /** Whether more is to come of it. */
  atWork: boolean
  /** What the outcome does not show, and why; a sentence each. */
  gaps: string[]
}

/** A run as its journal tells it. */
export interface Story {
  run: EventOf<'run.started'> | null
  isolation: EventOf<'isolation.ready'> | null
  runner: EventOf<'runner.chosen'> | null
  /** What no check of a project sees, in words. */
  unchecked: string[]
  /** What it went on with, what was left out, which tools are missing. */
  notes: string[]
  tasks: TaskStory[]
  spent: Spent
  /** Null: it was killed, or is still at work. */
  result: EventOf<'run.result'> | null
  /** Whether it is: what is told is what happened until now. */
  atWork: boolean
  /** How long it took, or has told of until now. */
  ms: number
}

const NOTHING: Spent = {
  ...{ calls: 0, input: 0, output: 0, cached: 0, usd: 0, priced: true },
  earlier: { calls: 0, input: 0, output: 0 },
}

/** Reads the events of one run, oldest first. Whatever is missing at the end of them is told as missing. `atWork`: whether it goes on. */
export function storyOfRun(events: readonly StampedEvent[], atWork = false): Story {
  const story: Story = {
    run: null,
    isolation: null,
    runner: null,
    unchecked: [],
    notes: [],
    tasks: [],
    spent: NOTHING,
    result: null,
    atWork: false,
    ms: 0,
  }
  const teller = createTeller(story)
  for (const event of events) {
    story.ms = Math.max(story.ms, event.t)
    ofRun(story, event)
    teller(event)
  }
  story.atWork = atWork && story.result === null
  for (const task of story.tasks) {
    task.result = story.result?.tasks.find((one) => one.spec === task.spec && one.task === task.task) ?? null
    task.atWork = story.atWork && !isOver(task)
    task.gaps = gapsOf(task, story)
  }
  // Of several at work at once, those that had their turn first come first.
  const turn = ({ result }: TaskStory) => (result === null ? Number.POSITIVE_INFINITY : done.indexOf(result))
  const done = story.result?.tasks ?? []
  if (done.length > 0) story.tasks.sort((a, b) => (turn(a) === turn(b) ? 0 : turn(a) - turn(b)))
  return story
}

function ofRun(story: Story, event: StampedEvent): void {
  if (event.type === 'run.started') story.run = event
  else if (event.type === 'isolation.ready') story.isolation = event
  else if (event.type === 'runner.chosen') runnerOf(story, event)
  else if (event.type === 'run.result') story.result = event
  else if (event.type === 'run.recovered') story.notes.push(...event.found)
  else if (event.type === 'limit.reached') story.notes.push(event.message)
  else if (event.type === 'toolchains.ready')
    story.notes.push(...event.missing.map(({ language, why }) => `${language}: ${why}`), ...event.warnings)
}

function runnerOf(story: Story, event: EventOf<'runner.chosen'>): void {
  story.runner = event
  if (event.unchecked === undefined) return
  const text = event.dir ? `${event.dir}: ${event.unchecked}` : event.unchecked
  if (!story.unchecked.includes(text)) story.unchecked.push(text)
}

/** Puts each event to the task and the attempt that it belongs to. */
function createTeller(story: Story): (event: StampedEvent) => void {
  const asked = new Map<string | undefined, { role: string; round: number }>()
  const attempts = new Map<string | undefined, number>()
  const current = new Map<string | undefined, TaskStory>()
  return (event) => {
    const { of } = event
    if (event.type === 'task.selected') {
      current.set(of, taskIn(story, event))
      attempts.set(of, 0)
      return
    }
    const task = current.get(of) ?? null
    if (event.type === 'model.started') asked.set(of, { role: event.role, round: event.round })
    if (event.type === 'model.finished') story.spent = plus(story.spent, event)
    if (task === null) return
    task.end = Math.max(task.end, event.t)
    if ((event.type === 'prompt.built' || event.type === 'model.started') && event.role === 'implementer')
      attempts.set(of, event.attempt)
    if (event.type === 'model.finished') task.spent = plus(task.spent, event)
    if (event.type === 'verdict') task.verdict = event
    else if (event.type === 'commit') task.commit = event
    else if (event.type === 'landed') task.landed = event
    if (!isMoment(event)) return
    const attempt = attemptIn(task, attempts.get(of) ?? 0, event)
    const who = event.type === 'model.finished' ? asked.get(of) : undefined
    attempt.moments.push(who === undefined ? event : { ...event, asked: who })
    attempt.end = Math.max(attempt.end, event.t)
  }
}

function taskIn(story: Story, event: EventOf<'task.selected'> & { t: number }): TaskStory {
  const { spec, task, title, requirement, criteria = [], test, t } = event
  const known = story.tasks.find((one) => one.spec === spec && one.task === task)
  if (known !== undefined) return known
  const fresh: TaskStory = {
    ...{ spec, task, title, requirement, criteria, test, start: t, end: t, attempts: [], spent: NOTHING },
    ...{ verdict: null, commit: null, landed: null, result: null, atWork: false, gaps: [] },
  }
  story.tasks.push(fresh)
  return fresh
}

const MOMENTS: readonly string[] = [
  ...['baseline.finished', 'setup.finished', 'prompt.built', 'model.finished', 'model.retrying', 'model.fallback'],
  ...['need.answered', 'tests.frozen', 'patch.applied', 'patch.refused', 'check.finished', 'teeth.finished'],
  ...['verdict', 'decision'],
]

function isMoment(event: StampedEvent): event is Moment {
  return MOMENTS.includes(event.type)
}

function attemptIn(task: TaskStory, n: number, event: Moment): AttemptStory {
  const last = task.attempts.at(-1)
  if (last?.n === n) return last
  const began = 'ms' in event ? event.t - event.ms : event.t
  const fresh: AttemptStory = { n, start: Math.max(task.start, began), end: event.t, moments: [] }
  task.attempts.push(fresh)
  return fresh
}

function plus(spent: Spent, { usage, usd, earlier }: EventOf<'model.finished'>): Spent {
  return {
    calls: spent.calls + 1,
    input: spent.input + usage.input,
    output: spent.output + usage.output,
    cached: spent.cached + usage.cached,
    earlier: {
      calls: spent.earlier.calls + (earlier ? 1 : 0),
      input: spent.earlier.input + (earlier?.input ?? 0),
      output: spent.earlier.output + (earlier?.output ?? 0),
    },
    usd: spent.usd + (usd ?? 0),
    priced: spent.priced && usd !== null,
  }
}

function isOver({ landed, attempts }: TaskStory): boolean {
  const last = attempts.at(-1)?.moments.at(-1)
  return landed !== null || (last?.type === 'decision' && last.decision === 'stop')
}

function gapsOf(task: TaskStory, { run, result, unchecked }: Story): string[] {
  const { atWork } = task
  const moments = task.attempts.flatMap((attempt) => attempt.moments)
  const last = task.attempts.at(-1)?.moments ?? []
  const baseline = moments.find((one) => one.type === 'baseline.finished')
  const remarks = moments.findLast((one) => one.type === 'tests.frozen')?.remarks
  // Beside what is left open its author often says how a contradiction was read.
  const open = leftOpen(remarks) === null ? null : oneLine(remarks ?? '')
  const status = task.result?.status ?? (atWork ? null : (task.verdict?.status ?? null))
  const why = task.verdict?.summary ?? ''
  return [
    ...(status === null ? [atWork ? 'there is no verdict yet' : 'the run ended before there was a verdict'] : []),
    ...(status !== null && status !== 'verified' ? [`the task is ${status}${why === '' ? '' : `: ${why}`}`] : []),
    ...(baseline !== undefined && baseline.red > 0
      ? [`${baseline.red} of ${baseline.tests} tests were red before any change and are not judged`]
      : []),
    ...unchecked,
    ...(open === null ? [] : [`the test author says: ${open}${later(last)}`]),
    ...last.flatMap((one) => (one.type === 'teeth.finished' ? teethGaps(one) : [])),
    // Nothing of a replay is meant to land.
    ...(run?.replays === undefined ? landingGaps(task, result !== null) : []),
  ]
}

/** Whoever added tests may have made a rule of what the author left open. */
function later(moments: readonly Moment[]): string {
  const files = moments.flatMap((one) => (one.type === 'teeth.finished' ? (one.added?.files ?? []) : []))
  return files.length === 0 ? '' : ` (said before ${files.join(', ')} was added, which may hold some of it)`
}

function landingGaps({ atWork, commit, landed }: TaskStory, hasEnded: boolean): string[] {
  if (landed === null) {
    if (hasEnded || commit === null) return []
    return [atWork ? 'the commit has not landed yet' : 'the run ended before the commit landed']
  }
  if (landed.ref !== null) return []
  return [`the commit has not landed${landed.reason === null ? '' : `: ${landed.reason}`}`]
}
