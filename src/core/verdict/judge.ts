import { counted } from '../counted.ts'
import type { EvidenceSummary } from '../event-parts.ts'
import { countFailed, countOutcomes, countTests } from './count-tests.ts'
import type { CheckResult, PropertyRun, TestResult } from './evidence.ts'

/** What a check says about an attempt: fine, or the reason why not in words for the next prompt. */
export type CheckVerdict = { ok: true } | { ok: false; reason: string; failed: TestResult[] }

const STOPPED: Record<string, string> = {
  'wall-clock': 'did not end in time: something loops, waits for ever or is far too slow',
  output: 'printed more than it may',
  cancelled: 'was interrupted',
  'cpu-time': 'used up its CPU time',
  'file-size': 'wrote a file that is too large',
  processes: 'started too many processes',
  memory: 'used too much memory',
  disk: 'wrote more to the disk than it may',
}

/** A service that ended explains what else went wrong. */
function withServices(result: CheckResult, reason: string): string {
  return [reason, ...(result.services ?? [])].join('\n')
}

const MOST_PROBLEMS = 200
const LONGEST_PROBLEM = 4_000

/** Problems one below the other, each once: a loop in a test makes thousands of one. */
export function problemWords(messages: readonly string[]): string {
  const times = new Map<string, number>()
  for (const message of messages) times.set(message, (times.get(message) ?? 0) + 1)
  const lines = [...times].slice(0, MOST_PROBLEMS).map(([message, n]) => {
    const text = message.length > LONGEST_PROBLEM ? `${message.slice(0, LONGEST_PROBLEM)} ...` : message
    return n === 1 ? text : `${text} (${n} times)`
  })
  const more = times.size - lines.length
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

/** Judges a run of the frozen test files: each test must have run and passed. Missing and skipped ones are red. */
export function judgeFrozen(result: CheckResult, frozen: string[]): CheckVerdict {
  const unusable = notJudged(result)
  if (unusable) return { ok: false, reason: unusable, failed: [] }
  const byId = new Map(result.tests.map((test) => [test.id, test]))
  const failed = result.tests.filter((test) => test.status === 'failed')
  if (failed.length > 0) {
    const reason = withServices(result, `${countFailed(failed)} of ${countTests(idsOf(result))} tests failed`)
    return { ok: false, reason, failed }
  }
  const skipped = result.tests.filter((test) => test.status === 'skipped').map((test) => test.id)
  const missing = frozen.filter((id) => byId.get(id)?.status !== 'passed')
  const notRun = [...new Set([...missing, ...skipped])]
  if (notRun.length > 0) return { ok: false, reason: `frozen tests did not run: ${notRun.join(', ')}`, failed: [] }
  return judgeRest(result, null)
}

/** What is wrong beside single tests and was not wrong before: files not collected, errors that no test caught. */
function judgeRest(result: CheckResult, baseline: CheckResult | null): CheckVerdict {
  const red = (reason: string): CheckVerdict => ({ ok: false, reason, failed: [] })
  const before = new Set((baseline?.problems ?? []).map((problem) => problem.message))
  const problems = result.problems.filter((problem) => !before.has(problem.message))
  if (problems.length > 0) return red(problemWords(problems.map((problem) => problem.message)))
  // A red without a name is a red all the same.
  const named = result.problems.length > 0 || result.tests.some((test) => test.status === 'failed')
  if (result.status === 'failed' && !named) return red('the test run failed without naming a test')
  if (!result.tests.some((test) => test.status === 'passed')) return red('no test passed')
  return { ok: true }
}

/** Judges the whole suite against the base: nothing red that was not red, nothing green that is gone. */
export function judgeSuite(result: CheckResult, baseline: CheckResult | null, frozen: string[]): CheckVerdict {
  const unusable = notJudged(result)
  if (unusable) return { ok: false, reason: unusable, failed: [] }
  const before = new Map((baseline?.tests ?? []).map((test) => [test.id, test.status]))
  const now = new Map(result.tests.map((test) => [test.id, test]))
  const red = result.tests.filter((test) => test.status === 'failed' && before.get(test.id) !== 'failed')
  if (red.length > 0) {
    const many = countFailed(red)
    const are = many === 1 ? 'is' : 'are'
    const reason = withServices(result, `${counted(many, 'test')} of the whole suite ${are} newly red`)
    return { ok: false, reason, failed: red }
  }
  const green = [...before].filter(([, status]) => status === 'passed').map(([id]) => id)
  const gone = [...green, ...frozen].filter((id) => now.get(id)?.status !== 'passed')
  if (gone.length > 0) return { ok: false, reason: `tests that must pass did not run: ${gone.join(', ')}`, failed: [] }
  return judgeRest(result, baseline)
}

/** Both tries ended by what lies outside of the code: nothing is known, and it is nobody's attempt. */
export function notTheCode(result: CheckResult): string | null {
  if (result.infrastructure !== 'box') return null
  return `it could not be run here, twice: ${result.problems[0]?.message ?? result.output.slice(-500)}`
}

function notJudged(result: CheckResult): string | null {
  switch (result.status) {
    case 'passed':
    case 'failed':
      return null
    case 'empty':
      return 'no test ran'
    case 'broken':
      return `the tests could not be run:\n${problemWords(result.problems.map(({ file, message }) => (file ? `${file}: ${message}` : message)))}`
    case 'stopped':
      return withServices(result, `${result.running ?? 'the test run'} ${STOPPED[result.limit ?? ''] ?? 'was stopped'}`)
    case 'no-results':
      return withServices(
        result,
        `the test run ended without results (did the code end the process?):\n${result.output.slice(-800)}`,
      )
  }
}

/**
 * Judges what the harness says about the properties of frozen tests: a property that failed is red though its test
 * went on, and one that was not run on the seeds and cases that were asked for proves nothing. `least` is the number of
 * properties that each test ran before; a test cannot run fewer now.
 */
export function judgeProperties(
  result: CheckResult,
  frozen: string[],
  asked: { seeds: number[]; runs: number },
  least: ReadonlyMap<string, number>,
): CheckVerdict {
  for (const test of result.tests.filter((one) => frozen.length === 0 || frozen.includes(one.id))) {
    const red = (reason: string): CheckVerdict => ({ ok: false, reason: `"${test.name}" ${reason}`, failed: [test] })
    if (test.properties.length < (least.get(test.id) ?? 0)) return red('ran fewer properties than before')
    for (const run of test.properties) {
      if (run.failed) return red('passed although one of its properties failed')
      if (asked.seeds.some((seed, i) => run.seeds[i] !== seed))
        return red('did not run on the seeds that were asked for')
      const enough = run.cut ? fewest(asked.runs) : asked.runs
      if (!run.exhausted && run.runs < run.seeds.length * enough)
        return red(
          `ran ${run.runs} cases on ${run.seeds.length} ${run.seeds.length === 1 ? 'seed' : 'seeds'}, not ${enough} on each`,
        )
    }
  }
  return { ok: true }
}

/** Cases on each seed below which a property proves too little, also where its time was over. */
function fewest(runs: number): number {
  return Math.min(runs, Math.max(20, Math.ceil(runs / 10)))
}

/** Whether no property drew more than one case in twenty: examples in the clothes of properties. */
export function drawsOneCase(runs: readonly PropertyRun[]): boolean {
  const counted = runs.filter(
    ({ distinct, runs: cases, exhausted }) => distinct !== undefined && (exhausted || cases >= 20),
  )
  return counted.length > 0 && counted.length === runs.length && counted.every(({ distinct }) => distinct === 1)
}

/** Tests that wait, try, or expect something to throw have a use for assertions that say no. */
const HAS_A_USE = /\b(waitFor|waitUntil|poll|retry|toThrow\w*|rejects|throws|doesNotThrow|soft|catch|eventually)\b/

/** Frozen tests that passed although assertions in them said no: the code swallows what a callback of the test throws. */
export function judgeSwallowed(result: CheckResult, textOf: (file: string) => string | null): CheckVerdict {
  const failed = result.tests.filter(
    ({ file, status, swallowed = 0 }) =>
      status === 'passed' && swallowed > 0 && !HAS_A_USE.test(textOf(file) ?? 'catch'),
  )
  const [first] = failed
  if (!first) return { ok: true }
  const reason = `"${first.name}" passed although ${first.swallowed} of its assertions said no: the code catches what a callback of the test throws. Let such errors through`
  return { ok: false, reason, failed }
}

/** Number of properties by test. */
export function propertyCounts(result: CheckResult): Map<string, number> {
  return new Map(result.tests.map((test) => [test.id, test.properties.length]))
}

/** All `fc.assert` calls of a run. */
export function propertyRuns(result: CheckResult | null): PropertyRun[] {
  return (result?.tests ?? []).flatMap((test) => test.properties)
}

/**
 * The property that was run least: the weakest of the claims, and so the one to state. One of which every case was run is none, unless all
 * are such.
 */
export function weakest(runs: PropertyRun[]): { seeds: number; runs: number } | null {
  if (runs.length === 0) return null
  const drawn = runs.filter((run) => !run.exhausted)
  const least = (drawn.length > 0 ? drawn : runs).reduce((a, b) => (b.runs < a.runs ? b : a))
  return { seeds: least.seeds.length, runs: least.runs }
}

export const NO_EVIDENCE: EvidenceSummary = {
  red: null,
  green: null,
  property: null,
  chaos: null,
  teeth: null,
  suite: null,
}

const idsOf = ({ tests }: CheckResult) => tests.map(({ id }) => id)

/** `41/41`, with what was red before the task. */
export function suiteSummary(result: CheckResult, baseline: CheckResult | null): string {
  const { passed } = countOutcomes(result.tests)
  const redBefore = countFailed(baseline?.tests ?? [])
  return `${passed}/${countTests(idsOf(result))}, ${redBefore} red on base${redBefore > 0 ? ' (not judged)' : ''}`
}
