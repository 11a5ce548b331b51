import type { Case, CiReport, CiTask, Problem } from './ci.ts'
import { shortHash } from './format.ts'
import { clean, oneLine } from './text.ts'

/** The job summary of GitHub is cut at 1 MB, a line of a log at much less. Characters. */
const LONGEST_SUMMARY = 200_000
const LONGEST_MESSAGE = 4_000
const MOST_PROBLEMS = 50

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
    const [shown, ...rest] = [status, commit ? shortHash(commit) : '', evidence].map(cell)
    return `| ${[cell(`${id} ${title}`), ok === false ? `**${shown}**` : shown, ...rest].join(' | ')} |`
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

const cell = (text: string) => markup(oneLine(text))

function fenced(text: string): string {
  const body = clean(text).slice(0, LONGEST_MESSAGE)
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${body}\n${fence}`
}

/**
 * JUnit XML: a suite for each task, a case for each part of its evidence. What is wrong and belongs to no task is one of its own, so
 * that a report of what was cut short is not green.
 */
export function junitOf({ heading, tasks: told, problems }: CiReport): string {
  const tasks = told.some(({ ok }) => ok === false) ? told : [...told, ...ofTheWhole(heading, problems)]
  const all = tasks.flatMap(({ cases }) => cases)
  const count = (ok: Case['ok']) => all.filter((one) => one.ok === ok).length
  const totals = `tests="${all.length}" failures="${count(false)}" skipped="${count(null)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xml(heading)}" ${totals}>\n${tasks.map(suiteOf).join('')}</testsuites>\n`
}

function ofTheWhole(
  heading: string,
  problems: readonly Problem[],
): Pick<CiTask, 'id' | 'title' | 'cases' | 'seconds'>[] {
  const cases = problems.filter(({ level }) => level === 'error').map(({ title, message }) => failing(title, message))
  return cases.length === 0 ? [] : [{ id: heading, title: '', cases: cases.slice(0, MOST_PROBLEMS), seconds: 0 }]
}

const failing = (name: string, detail: string): Case => ({ name, ok: false, detail })

function suiteOf({ id, title, cases, seconds }: Pick<CiTask, 'id' | 'title' | 'cases' | 'seconds'>): string {
  const of = (ok: Case['ok']) => cases.filter((one) => one.ok === ok).length
  const counts = `tests="${cases.length}" failures="${of(false)}" skipped="${of(null)}" time="${seconds.toFixed(3)}"`
  const inner = cases.map(({ name, ok, detail }) => {
    const head = `    <testcase classname="${xml(id)}" name="${xml(name)}"`
    const text = xml(detail.slice(0, LONGEST_MESSAGE))
    if (ok === true) return text === '' ? `${head}/>\n` : `${head}><system-out>${text}</system-out></testcase>\n`
    const kind = ok === false ? 'failure' : 'skipped'
    return `${head}><${kind} message="${xml(oneLine(detail).slice(0, 200))}">${ok === false ? text : ''}</${kind}></testcase>\n`
  })
  return `  <testsuite name="${xml(`${id} ${title}`.trim())}" ${counts}>\n${inner.join('')}  </testsuite>\n`
}

/** Characters that XML cannot hold are gone. */
function xml(text: string): string {
  const known: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
  return clean(text)
    .replace(/[\ufffe\uffff]/g, '')
    .replace(/[&<>"\n]/g, (c) => known[c] ?? '')
}
