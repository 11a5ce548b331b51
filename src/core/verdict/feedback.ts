import type { PropertyRun, TestResult } from './evidence.ts'

/** How much is told of what: characters, and numbers of lines and tests. */
interface Size {
  reason: number
  /** Of the first failure. */
  case: number
  message: number
  history: number
  drawn: number
  event: number
  /** Of a failure that is not the first: its case and the beginning of its message. */
  briefCase: number
  briefMessage: number
  tests: number
  named: number
  name: number
}

const FULL: Size = {
  ...{ reason: 3_000, case: 4_000, message: 2_500, history: 20, drawn: 40, event: 300 },
  ...{ briefCase: 1_000, briefMessage: 400, tests: 3, named: 20, name: 300 },
}
/** Tried in this order until all that is told fits. */
const SIZES: Size[] = [
  FULL,
  {
    ...{ reason: 2_000, case: 1_200, message: 1_000, history: 16, drawn: 28, event: 120 },
    ...{ briefCase: 300, briefMessage: 200, tests: 3, named: 12, name: 160 },
  },
  {
    ...{ reason: 1_000, case: 800, message: 600, history: 10, drawn: 16, event: 80 },
    ...{ briefCase: 120, briefMessage: 120, tests: 2, named: 6, name: 100 },
  },
  {
    ...{ reason: 600, case: 400, message: 300, history: 5, drawn: 8, event: 40 },
    ...{ briefCase: 60, briefMessage: 60, tests: 1, named: 3, name: 60 },
  },
]
/** What an attempt that failed adds to the next question, at most. */
const MOST_TOKENS = 1_500
const PIECE = /[A-Za-z]{1,4}|\d{1,3}|[^\sA-Za-z\d]|\n+/gu

/**
 * What the next attempt is told about a failed test: shrunk case, last events, assertion; never a raw log. `brief`: without
 * the events, and only the beginning of the assertion.
 */
export function describeFailure(test: TestResult, brief = false, size = FULL): string {
  const run = test.properties.find((property) => property.failed)
  const lines = [`### ${nameOf(test, size)}`]
  const { failed = 0, of = 0 } = test.repeated ?? {}
  if (failed < of) lines.push('', `It failed in ${failed} of ${of} runs: what it shows happens not always.`)
  if (run) {
    lines.push(
      '',
      `Smallest failing case found (seed ${run.seed}, path ${run.path}, ${run.shrinks} shrinks):`,
      '',
      fenced(cut(run.counterexample ?? '(none)', brief ? size.briefCase : size.case)),
    )
    if (!brief) lines.push(...whatHappened(run, size))
  }
  const message = bothEnds(stripReport(test.error?.message ?? ''), brief ? size.briefMessage : size.message)
  if (message !== '') lines.push('', 'Failure:', '', fenced(message))
  return lines.join('\n')
}

/** The picture where there is one: it shows the last events as well, and who is who. */
function whatHappened({ picture, history }: PropertyRun, size: Size): string[] {
  if (picture !== undefined && picture.length > 0) {
    const drawn = picture.slice(0, size.drawn).map((line) => cut(line, size.event))
    return ['', 'What happened in that case, a column for each node:', '', fenced(drawn.join('\n'))]
  }
  if (history.length === 0) return []
  const events = history.slice(-size.history).map((event) => cut(event, size.event))
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

/**
 * The first failed test is shown in full, the next two briefly, others by name; all of it in 1,500 tokens, so that what is long is cut
 * the more the more there is.
 */
export function describeFailures(reason: string, failed: TestResult[]): string {
  const told = tellingFirst(failed)
  let text = ''
  for (const size of SIZES) {
    text = described(reason, told, size)
    if (mostTokens(text) <= MOST_TOKENS) break
  }
  return text
}

/** More than any vocabulary is likely to need. */
function mostTokens(text: string): number {
  return [...text.matchAll(PIECE)].reduce((sum, [piece]) => sum + (piece.charCodeAt(0) < 128 ? 1 : 2), 0)
}

function described(reason: string, told: TestResult[], size: Size): string {
  const shown = told.slice(0, size.tests).map((test, at) => describeFailure(test, at > 0, size))
  const named = told.slice(size.tests, size.tests + size.named).map((test) => `- ${nameOf(test, size)}`)
  const left = told.length - shown.length - named.length
  if (left > 0) named.push(`- and ${left} more`)
  const rest = named.length > 0 ? [`Also failed:\n${named.join('\n')}`] : []
  return [toldReason(bothEnds(reason, size.reason)), ...shown, ...rest].join('\n\n')
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

const MOST_NAME = 120
const MOST_MESSAGE = 200

/** `"name": what it said` in one line: both cut, the report of fast-check left out. */
export function redInWords({ name, error }: TestResult): string {
  const short = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`)
  const said = stripReport(error?.message ?? '')
    .split('\n')
    .find((line) => line.trim() !== '')
  const message = short((said ?? 'it is red').trim().replace(/\.$/, ''), MOST_MESSAGE)
  return `"${short(name.replace(/\s+/g, ' ').trim(), MOST_NAME)}": ${message}`
}

function withoutNumbers(text: string): string {
  return text.replace(/[+-]?\d[\d.]*/g, '#')
}

function nameOf(test: TestResult, { name }: Size): string {
  return unfenced(cut(test.name.replace(/\s+/g, ' ').trim(), name))
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

/** Its beginning, and of its end as much as tells how it came out. */
function bothEnds(text: string, most: number): string {
  if (text.length <= most) return text
  const end = Math.floor(most / 4)
  return `${text.slice(0, most - end)} ... (${text.length - most} more characters) ... ${text.slice(-end)}`
}
