import type { Counterexample, EvidenceSummary, StampedEvent, TaskResult } from '../core/events.ts'
import { duration, money, plural, shortHash, tokens } from './format.ts'
import { evidenceWords, exitWords } from './summary.ts'
import { clean, oneLine } from './text.ts'
import type { Verified } from './verify.ts'

/** One thing that was shown, or not. `ok` null: it was not run. */
interface Case {
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

/** The job summary of GitHub is cut at 1 MB, a line of a log at much less. Characters. */
const LONGEST_SUMMARY = 200_000
const LONGEST_MESSAGE = 4_000
const MOST_PROBLEMS = 50

/** From the events of a run, the last of which is its result. */
export function runReport(events: readonly StampedEvent[]): CiReport {
  const result = events.findLast((event) => event.type === 'run.result')
  if (result?.type !== 'run.result') throw new Error('a run without a result')
  const told = tasksTold(events)
  const tasks = result.tasks.map((task) => ofRun(task, told.get(`${task.spec}/${task.task}`)))
  const bad = tasks.filter(({ ok }) => ok === false)
  const all = { file: null, line: null, column: null }
  const problems: Problem[] = bad.map(({ id, title, status, cases }) => {
    const where = told.get(id)
    const detail = cases.find(({ ok }) => ok === false)?.detail ?? ''
    return {
      ...all,
      ...place(where),
      level: 'error',
      title: `${id} ${status}`,
      message: `${title}: ${detail || result.message}`,
    }
  })
  if (result.exitCode !== 0 && bad.length === 0)
    problems.push({ ...all, level: 'error', title: result.status, message: result.message })
  return {
    heading: `specproof: ${result.status}`,
    message:
      result.exitCode === 0
        ? result.message
        : `${result.message}\n\nexit ${result.exitCode}: ${exitWords(result.exitCode, result.status)}`,
    facts: [tokens(result.tokens), money(result.usd), duration(events.at(-1)?.t ?? 0)],
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
  const { red, green, property, chaos, teeth, suite } = evidence
  const shown = (name: string, detail: string | null): Case[] => (detail ? [{ name, ok: true, detail }] : [])
  return [
    ...shown('red before', red),
    ...shown('tests', green),
    ...shown('property', property && `${plural(property.seeds, 'seed')}, ${plural(property.runs, 'case')}`),
    ...shown('chaos', chaos && `${chaos.failed} of ${plural(chaos.schedules, 'schedule')} failed`),
    ...shown('teeth', teeth && `${teeth.killed} of ${plural(teeth.total, 'wrong version')} killed`),
    ...shown('suite', suite),
  ]
}

function inWords(found: Counterexample | null): string {
  if (!found) return ''
  return [found.test, found.message, found.value && `counterexample: ${found.value}`].filter(Boolean).join('\n')
}

/** From what `agent verify` found. */
export function verifyReport(found: readonly Verified[], message: string): CiReport {
  const tasks = found.map((one): CiTask => {
    const ok = one.standing === 'broken' ? false : one.standing === 'holds' ? true : null
    const detail = [
      one.reason,
      inWords(one.counterexample),
      one.since && `since ${shortHash(one.since.commit)} ${one.since.subject}`,
    ]
    const cases = [{ name: 'evidence', ok, detail: detail.filter(Boolean).join('\n') }]
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
    return [{ level, file: null, line: null, column: null, title: `${task.id} ${task.status}`, message }]
  })
  return { heading: 'specproof: evidence of ticked tasks', message, facts: [], tasks, problems }
}

/** Workflow commands of GitHub Actions, a line each. Their text comes from outside, so it can end neither line nor command. */
export function annotationsOf({ problems }: CiReport): string {
  return problems.slice(0, MOST_PROBLEMS).map(annotation).join('')
}

function annotation({ level, file, line, column, title, message }: Problem): string {
  const at =
    file === null ? {} : { file, ...(line === null ? {} : { line }), ...(column === null ? {} : { col: column }) }
  const named = Object.entries({ ...at, title: oneLine(title) }).map(
    ([name, value]) => `${name}=${property(String(value))}`,
  )
  return `::${level} ${named.join(',')}::${data(clean(message).slice(0, LONGEST_MESSAGE))}\n`
}

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** Markdown for the summary of a job, or the text of a pull request. */
export function summaryOf({ heading, message, facts, tasks, problems }: CiReport): string {
  const rows = tasks.map(({ id, title, status, ok, commit, evidence }) => {
    const cells = [`${id} ${title}`, ok === false ? `**${status}**` : status, commit ? shortHash(commit) : '', evidence]
    return `| ${cells.map(cell).join(' | ')} |`
  })
  const table =
    rows.length === 0 ? [] : ['| task | status | commit | evidence |', '| --- | --- | --- | --- |', ...rows, '']
  const shown = problems.slice(0, MOST_PROBLEMS).map((one) => {
    const where = one.file === null ? '' : `${one.file}${one.line === null ? '' : `:${one.line}`} `
    return `<details><summary>${markup(`${where}${oneLine(one.title)}`)}</summary>\n\n${fenced(one.message)}\n\n</details>\n`
  })
  const lines = [
    `## ${markup(oneLine(heading))}`,
    '',
    ...clean(message)
      .split('\n')
      .map((line) => markup(line)),
    '',
    ...table,
    ...shown,
    facts.map((fact) => markup(oneLine(fact))).join(' · '),
  ]
  const text = `${lines.join('\n').trimEnd()}\n\n`
  return text.length > LONGEST_SUMMARY ? `${text.slice(0, LONGEST_SUMMARY)}\n\n(cut)\n` : text
}

/** Text that is neither Markdown nor HTML. */
function markup(text: string): string {
  return text
    .replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c)
    .replace(/[\\`*_[\]|@#]/g, '\\$&')
}

const cell = (text: string) => (text.startsWith('**') ? text : markup(oneLine(text)))

function fenced(text: string): string {
  const body = clean(text).slice(0, LONGEST_MESSAGE)
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${body}\n${fence}`
}

/** JUnit XML: a suite for each task, a case for each part of its evidence. */
export function junitOf({ heading, tasks }: CiReport): string {
  const all = tasks.flatMap(({ cases }) => cases)
  const count = (ok: Case['ok']) => all.filter((one) => one.ok === ok).length
  const totals = `tests="${all.length}" failures="${count(false)}" skipped="${count(null)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xml(heading)}" ${totals}>\n${tasks.map(suiteOf).join('')}</testsuites>\n`
}

function suiteOf({ id, title, cases, seconds }: CiTask): string {
  const of = (ok: Case['ok']) => cases.filter((one) => one.ok === ok).length
  const counts = `tests="${cases.length}" failures="${of(false)}" skipped="${of(null)}" time="${seconds.toFixed(3)}"`
  const inner = cases.map(({ name, ok, detail }) => {
    const head = `    <testcase classname="${xml(id)}" name="${xml(name)}"`
    const text = xml(detail.slice(0, LONGEST_MESSAGE))
    if (ok === true) return text === '' ? `${head}/>\n` : `${head}><system-out>${text}</system-out></testcase>\n`
    const kind = ok === false ? 'failure' : 'skipped'
    return `${head}><${kind} message="${xml(oneLine(detail).slice(0, 200))}">${ok === false ? text : ''}</${kind}></testcase>\n`
  })
  return `  <testsuite name="${xml(`${id} ${title}`)}" ${counts}>\n${inner.join('')}  </testsuite>\n`
}

/** Characters that XML cannot hold are gone. */
function xml(text: string): string {
  const known: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
  return clean(text)
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/[&<>"\n]/g, (c) => known[c] ?? '')
}
