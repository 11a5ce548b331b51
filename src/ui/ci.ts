import type { Counterexample, EvidenceSummary, TaskResult } from '../core/event-parts.ts'
import type { StampedEvent } from '../core/events.ts'
import { duration, isUnasked, money, plural, shortHash, tokens } from './format.ts'
import { evidenceWords, exitWords, propertyWords } from './summary.ts'
import { partsOf, sumInWords } from './teeth-sum.ts'
import { changedWords, type Verified } from './verify.ts'

/** One thing that was shown, or not. `ok` null: it was not run. */
export interface Case {
  name: string
  ok: boolean | null
  detail: string
}

/** What a CI service shows of a task. */
export interface CiTask {
  /** `spec/task`. */
  id: string
  title: string
  status: string
  ok: boolean | null
  commit: string | null
  evidence: string
  cases: Case[]
  seconds: number
}

/** Something to look at. Without a file it is about the whole. */
export interface Problem {
  level: 'error' | 'warning' | 'notice'
  file: string | null
  line: number | null
  column: number | null
  title: string
  message: string
}

/** A run, a verification or a lint as CI services take it. */
export interface CiReport {
  heading: string
  message: string
  facts: string[]
  tasks: CiTask[]
  problems: Problem[]
}

/** Where a problem is about the whole. */
const WHOLE = { file: null, line: null, column: null }

/** From the events of a run, the last of which is its result. */
export function runReport(events: readonly StampedEvent[]): CiReport {
  const result = events.findLast((event) => event.type === 'run.result')
  if (result?.type !== 'run.result') throw new Error('a run without a result')
  const told = tasksTold(events)
  const tasks = result.tasks.map((task) => ofRun(task, told.get(`${task.spec}/${task.task}`)))
  const bad = tasks.filter(({ ok }) => ok === false)
  const problems: Problem[] = bad.map(({ id, title, status, cases }) => {
    const where = told.get(id)
    const detail = cases.find(({ ok }) => ok === false)?.detail ?? ''
    return {
      ...WHOLE,
      ...place(where),
      level: 'error',
      title: `${id} ${status}`,
      message: `${title}: ${detail || result.message}`,
    }
  })
  if (result.exitCode !== 0 && bad.length === 0)
    problems.push({ ...WHOLE, level: 'error', title: result.status, message: result.message })
  return {
    heading: `specproof: ${result.status}`,
    message:
      result.exitCode === 0
        ? result.message
        : `${result.message}\n\nexit ${result.exitCode}: ${exitWords(result.exitCode, result.status)}`,
    facts: [tokens(result.tokens), ...(isUnasked(result) ? [] : [money(result.usd)]), duration(events.at(-1)?.t ?? 0)],
    tasks,
    problems,
  }
}

interface Told {
  title: string
  file: string | null
  line: number | null
  since: number
  until: number
  verdict: string
  counterexample: Counterexample | null
}

function tasksTold(events: readonly StampedEvent[]): Map<string, Told> {
  const told = new Map<string, Told>()
  let current = ''
  for (const event of events) {
    if (event.type === 'task.selected') {
      current = `${event.spec}/${event.task}`
      const { title, file = null, line = null } = event
      const since = told.get(current)?.since ?? event.t
      told.set(current, { title, file, line, since, until: event.t, verdict: '', counterexample: null })
    }
    const task = told.get(event.of ?? current)
    if (!task || event.type === 'run.result') continue
    task.until = event.t
    if (event.type === 'verdict') task.verdict = event.summary
    if (event.type === 'check.finished' && event.counterexample) task.counterexample = event.counterexample
  }
  return told
}

const place = (told: Told | undefined) => ({ file: told?.file ?? null, line: told?.line ?? null })

function ofRun({ spec, task, status, commit, evidence }: TaskResult, told: Told | undefined): CiTask {
  const ok = ['verified', 'checked', 'nothing'].includes(status)
  const why = ok || !told ? '' : [told.verdict, inWords(told.counterexample)].filter(Boolean).join('\n\n')
  return {
    ...{ id: `${spec}/${task}`, title: told?.title ?? '', status, ok, commit },
    evidence: evidenceWords(evidence),
    cases: [...casesOf(evidence), { name: 'verdict', ok, detail: ok ? '' : why || status }],
    seconds: told ? (told.until - told.since) / 1_000 : 0,
  }
}

function casesOf(evidence: EvidenceSummary): Case[] {
  const { red, added, green, property, chaos, teeth, suite } = evidence
  const shown = (name: string, detail: string | null): Case[] => (detail ? [{ name, ok: true, detail }] : [])
  return [
    ...shown('red before', red && `${red}${added ? `, ${added} added later` : ''}`),
    ...shown('tests', green),
    ...shown('property', property && propertyWords(property)),
    ...shown('chaos', chaos && `${chaos.failed} of ${plural(chaos.schedules, 'schedule')} failed`),
    ...shown('teeth', teeth && sumInWords(partsOf(teeth))),
    ...shown('suite', suite),
  ]
}

function inWords(found: Counterexample | null): string {
  if (!found) return ''
  return [found.test, found.message, found.value && `counterexample: ${found.value}`].filter(Boolean).join('\n')
}

/** From what `agent verify` found. `cut`: why it did not come to its end, as the name of that end and in words; null: it did. */
export function verifyReport(
  found: readonly Verified[],
  message: string,
  cut: { title: string; message: string } | null = null,
): CiReport {
  const tasks = found.map((one): CiTask => {
    const ok = one.standing === 'broken' ? false : one.standing === 'holds' ? true : null
    const detail = [
      one.reason,
      inWords(one.counterexample),
      one.since && `since ${shortHash(one.since.commit)} ${one.since.subject}`,
    ]
    const cases: Case[] = [
      { name: 'evidence', ok, detail: detail.filter(Boolean).join('\n') },
      ...one.changed.map((change) => ({ name: change.path, ok: null, detail: changedWords(change) })),
    ]
    const evidence = one.tests > 0 ? `${plural(one.tests, 'test')}, ${plural(one.runs, 'case')}` : ''
    return {
      id: `${one.spec}/${one.task}`,
      title: one.title,
      status: one.standing,
      ok,
      commit: one.commit,
      evidence,
      cases,
      seconds: one.ms / 1_000,
    }
  })
  const problems = tasks.flatMap((task): Problem[] => {
    if (task.ok === true || task.status === 'no-tests') return []
    const level = task.ok === false ? 'error' : 'warning'
    const message = `${task.title}: ${task.cases[0]?.detail ?? ''}`
    return [{ ...WHOLE, level, title: `${task.id} ${task.status}`, message }]
  })
  for (const { spec, task, changed } of found)
    for (const change of changed)
      problems.push({
        ...{ ...WHOLE, file: change.path },
        ...{ level: 'warning', title: `${spec}/${task} tests changed`, message: changedWords(change) },
      })
  if (cut) problems.unshift({ ...WHOLE, ...cut, level: 'error' })
  const told = [cut?.message, found.length > 0 || !cut ? message : ''].filter(Boolean).join('\n')
  return { heading: 'specproof: evidence of ticked tasks', message: told, facts: [], tasks, problems }
}
