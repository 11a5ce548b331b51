import type { PropertyRun, TestResult } from './evidence.ts'

const MOST_TESTS = 3
const MOST_NAMED = 20
const MOST_NAME = 300
const MOST_REASON = 3_000
const MOST_CASE = 4_000
const MOST_MESSAGE = 2_500
const MOST_HISTORY = 20
const MOST_DRAWN = 40
const MOST_EVENT = 300
/** Of a failure that is not the first: its case and the beginning of its message. */
const BRIEF_CASE = 1_000
const BRIEF_MESSAGE = 400

/**
 * What the next attempt is told about a failed test: shrunk case, last events, assertion; never a raw log. `brief`: without
 * the events, and only the beginning of the assertion.
 */
export function describeFailure(test: TestResult, brief = false): string {
  const run = test.properties.find((property) => property.failed)
  const lines = [`### ${nameOf(test)}`]
  const { failed = 0, of = 0 } = test.repeated ?? {}
  if (failed < of) lines.push('', `It failed in ${failed} of ${of} runs: what it shows happens not always.`)
  if (run) {
    lines.push(
      '',
      `Smallest failing case found (seed ${run.seed}, path ${run.path}, ${run.shrinks} shrinks):`,
      '',
      fenced(cut(run.counterexample ?? '(none)', brief ? BRIEF_CASE : MOST_CASE)),
    )
    if (!brief) lines.push(...whatHappened(run))
  }
  const message = cut(stripReport(test.error?.message ?? ''), brief ? BRIEF_MESSAGE : MOST_MESSAGE)
  lines.push('', 'Failure:', '', fenced(message))
  return lines.join('\n')
}

/** The picture where there is one: it shows the last events as well, and who is who. */
function whatHappened({ picture, history }: PropertyRun): string[] {
  if (picture !== undefined && picture.length > 0) {
    const drawn = picture.slice(0, MOST_DRAWN).map((line) => cut(line, MOST_EVENT))
    return ['', 'What happened in that case, a column for each node:', '', fenced(drawn.join('\n'))]
  }
  if (history.length === 0) return []
  const events = history.slice(-MOST_HISTORY).map((event) => cut(event, MOST_EVENT))
  return ['', 'Last events of the simulation of that case:', '', fenced(events.join('\n'))]
}

/** The report of fast-check repeats seed, path and counterexample, which stand above already; what failed follows it. */
export function stripReport(message: string): string {
  const end = message.startsWith('Property failed') ? message.indexOf('\n\n') : -1
  return end < 0 ? message : message.slice(end).trim()
}

/**
 * Those that explain most come first: what a simulation tells, and of these the smallest case. A stable order, so that the
 * same failures read the same.
 */
export function tellingFirst(failed: readonly TestResult[]): TestResult[] {
  const size = (test: TestResult) => caseOf(test)?.length ?? Number.POSITIVE_INFINITY
  return [...failed].sort((a, b) => Number(hasHistory(b)) - Number(hasHistory(a)) || compare(size(a), size(b)))
}

function caseOf(test: TestResult): string | null {
  return test.properties.find((run) => run.failed)?.counterexample ?? null
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** `reason` is cut at 3,000 characters, the first failed test is shown in full, the next two briefly, others by name. */
export function describeFailures(reason: string, failed: TestResult[]): string {
  const told = tellingFirst(failed)
  const shown = told.slice(0, MOST_TESTS).map((test, at) => describeFailure(test, at > 0))
  const named = told.slice(MOST_TESTS, MOST_TESTS + MOST_NAMED).map((test) => `- ${nameOf(test)}`)
  const left = failed.length - shown.length - named.length
  if (left > 0) named.push(`- and ${left} more`)
  const rest = named.length > 0 ? [`Also failed:\n${named.join('\n')}`] : []
  return [toldReason(cut(reason, MOST_REASON)), ...shown, ...rest].join('\n\n')
}

/** Our own words as a sentence; what a compiler, a service or a test may have written, as quoted data. */
function toldReason(reason: string): string {
  const own = /^[\w ,.()'-]{0,200}(?=$|: )/.exec(reason)?.[0] ?? ''
  const other = reason.slice(own.length).replace(/^: /, '').trim()
  if (other === '') return `${own}.`
  return own === '' ? fenced(other) : `${own}:\n\n${fenced(other)}`
}

/** A simulation that tells what happened explains more than a bare value. */
export function hasHistory(test: TestResult): boolean {
  return test.properties.some((run) => run.failed && run.history.length > 0)
}

/**
 * Two failures are the same when the same tests fail in the same way on the same smallest case; numbers in messages
 * vary with the seed.
 */
export function failureSignature(reason: string, failed: TestResult[]): string {
  const tests = failed.map((test) => `${assertionOf(test)} ${caseOf(test) ?? ''}`)
  return [withoutNumbers(reason), ...tests].join('\n')
}

/** The assertion that made a test red, whatever case it was found in. */
export function assertionOf({ id, error }: TestResult): string {
  const [first = ''] = stripReport(error?.message ?? '').split('\n')
  return `${id}: ${withoutNumbers(first)}`
}

function withoutNumbers(text: string): string {
  return text.replace(/[+-]?\d[\d.]*/g, '#')
}

function nameOf(test: TestResult): string {
  return unfenced(cut(test.name.replace(/\s+/g, ' ').trim(), MOST_NAME))
}

function fenced(text: string): string {
  return `\`\`\`\n${unfenced(text)}\n\`\`\``
}

/** No text of a test run may open or close a code block of the prompt. */
function unfenced(text: string): string {
  return text.replaceAll('```', "'''")
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)} ... (${text.length - most} more characters)`
}
