import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { CheckResult, TestResult } from '../../core/verdict/evidence.ts'
import type { CommandCheck } from '../../world.ts'
import type { BoxResult } from '../box/box.ts'
import { infrastructureOf } from './infrastructure.ts'
import { outputTail, stopped } from './output.ts'
import { type Reports, readReports, removeReports } from './reports.ts'

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>

/** A command may write its JUnit XML to the path that this variable holds. */
export const REPORT_VARIABLE = 'SPECPROOF_REPORT'

/** Exit codes of a shell for a command that is not there or cannot be run. */
const NOT_RUNNABLE = [126, 127]

/** Runs one command in a tree. `start` runs a command line in the box, in the command's folder of the tree. */
export async function runCommand(
  check: CommandCheck,
  tree: string,
  start: (argv: string[]) => Promise<BoxResult>,
): Promise<Findings> {
  const name = `.specproof-report-${randomBytes(6).toString('hex')}.xml`
  // Paths are looked at from the top: the code that runs may have made the folder a link that leads out of the tree.
  const [own, report] = [name, check.report].map((path) => path && posix.join(check.dir ?? '', path))
  if (report) await removeReports(tree, report)
  const result = await start(['sh', '-c', `export ${REPORT_VARIABLE}="$PWD/${name}"\n${check.run}`])
  const reports = await reportsOf(check, tree, report ?? null, own!)
  await rm(join(tree, own!), { force: true })
  return commandFindings(check, result, reports)
}

/** What it was told to write, or what it wrote where the variable says; null: nothing was promised and nothing is there. */
async function reportsOf(
  check: CommandCheck,
  tree: string,
  report: string | null,
  own: string,
): Promise<Reports | null> {
  if (report !== null) return readReports(tree, report)
  if (!check.run.includes(REPORT_VARIABLE)) return null
  return readReports(tree, own)
}

/** What exit code and report say together; where they contradict each other the run is red. */
export function commandFindings({ name, run }: CommandCheck, result: BoxResult, reports: Reports | null): Findings {
  const infrastructure = infrastructureOf(result, false)
  const blank = { tests: [], problems: [], running: null, limit: null, output: outputTail(result) }
  const none = { ...blank, ...(infrastructure ? { infrastructure } : {}) }
  const limit = stopped(result)
  const said = (message: string) => [{ file: null, message: `${name}: ${message}` }]
  if (limit) return { ...none, status: 'stopped', limit, running: `the command \`${name}\`` }
  if (result.cause === 'box') return { ...none, status: 'no-results', problems: said(result.message ?? 'no box') }
  if (result.signal) return { ...none, status: 'no-results', problems: said(`it was ended by ${result.signal}`) }
  const code = result.exitCode ?? 1
  if (NOT_RUNNABLE.includes(code) && !(reports && 'tests' in reports))
    return { ...none, status: 'broken', unstarted: true, problems: said(`\`${run}\` cannot be run: exit code ${code}`) }
  if (reports === null)
    return { ...none, status: code === 0 ? 'passed' : 'failed', tests: [asOneTest(name, code, none.output)] }
  if ('unreadable' in reports) return unreadable(name, code, none, reports.unreadable)
  return { ...none, ...withTests(name, code, reports) }
}

/** A command without results per test is one test, named after it. */
function asOneTest(name: string, code: number, output: string): TestResult {
  const error = { name: 'Error', message: `exit code ${code}\n${output.slice(-2_000)}`.trim(), assertion: false }
  const id = `check ${name}`
  return {
    id,
    file: '',
    name,
    status: code === 0 ? 'passed' : 'failed',
    durationMs: 0,
    error: code === 0 ? null : error,
    properties: [],
  }
}

function unreadable(name: string, code: number, none: Omit<Findings, 'status'>, why: string): Findings {
  const ended = code === 0 ? '' : ` (it ended with exit code ${code})`
  return { ...none, status: 'no-results', problems: [{ file: null, message: `${name}: ${why}${ended}` }] }
}

function withTests(
  name: string,
  code: number,
  { tests, problems }: { tests: TestResult[]; problems: string[] },
): Pick<Findings, 'status' | 'tests' | 'problems'> {
  const named = tests.map((test) => ({ ...test, id: `check ${name} > ${test.id}` }))
  const red = named.some(({ status }) => status === 'failed')
  const said = problems.map((message) => ({ file: null, message: `${name}: ${message}` }))
  if (code !== 0 && !red && said.length === 0)
    said.push({ file: null, message: `${name}: it ended with exit code ${code}, and its report names no failure` })
  if (red || said.length > 0) return { status: 'failed', tests: named, problems: said }
  const passed = named.some(({ status }) => status === 'passed')
  return { status: passed ? 'passed' : 'empty', tests: named, problems: [] }
}
