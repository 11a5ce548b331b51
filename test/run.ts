// The project's test command: runs every test and closes with one line that counts them.
// `--full` runs every law on ten times as many cases (see setup.ts); `--durations` writes down how long files took, for the order of the
// next runs (see longest-first.ts). Whatever else is said is for vitest.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { DURATIONS } from './longest-first.ts'
import { limitFiles } from './under-way.ts'

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: {
    status: string
    name: string
    message: string
    startTime: number
    endTime: number
    assertionResults: unknown[]
  }[]
}

const ROOT = join(import.meta.dirname, '..')
/** What takes less is not worth an order. */
const LEAST_SECONDS = 3

const asked = process.argv.slice(2)
const full = asked.includes('--full')
/** The longest of all takes a tenth of it where nothing else runs. */
const minutes = Number(process.env['SPECPROOF_FILE_MINUTES'] ?? (full ? 240 : 20))
const scratch = mkdtempSync(join(tmpdir(), 'specproof-tests-'))
const file = join(scratch, 'report.json')
const underWay = join(scratch, 'under-way')
mkdirSync(underWay)

// All files draw their samples from one seed, so that those of one suite agree.
const seed = process.env['SPECPROOF_SAMPLE_SEED'] ?? String(Math.floor(Date.now() / 1000) % 1_000_000)

const args = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${file}`,
  ...asked.filter((word) => !['--full', '--durations'].includes(word)),
]
const child = spawn(process.execPath, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    SPECPROOF_FULL: full ? '1' : '',
    SPECPROOF_SAMPLE_SEED: seed,
    SPECPROOF_TESTS_UNDER_WAY: underWay,
  },
})
const limits = limitFiles(underWay, minutes, () => {
  console.log(`vitest runs no test since ${minutes} minutes, and is stopped`)
  child.kill('SIGKILL')
})
const code = await new Promise<number>((resolve) => child.on('exit', (status) => resolve(status ?? 1)))
limits.end()

const report = readReport()
rmSync(scratch, { recursive: true, force: true })
// A file that cannot be collected, or that was stopped, holds no failed test, and is a failure all the same.
const uncollected = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
)
for (const result of uncollected) console.log(`not collected: ${result.name}: ${result.message}`)
const lost = new Set([...uncollected.map(({ name }) => name), ...limits.stopped])
const failed = report.numFailedTests + lost.size
const skipped = report.numPendingTests + report.numTodoTests
if (asked.includes('--durations') && failed === 0) writeDurations()
// What fails beside the tests (an error that nobody caught) is told by vitest, and counted as one.
const counted = failed === 0 && code !== 0 ? 1 : failed
console.log(`${report.numPassedTests} passed, ${counted} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = counted > 0 || report.numPassedTests === 0 ? 1 : 0

function readReport(): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch (error) {
    console.log(`vitest left no report: ${error instanceof Error ? error.message : error}`)
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
  }
}

function writeDurations(): void {
  const taken = report.testResults
    .map(
      ({ name, startTime, endTime }) =>
        [relative(ROOT, name).split(sep).join('/'), Math.round((endTime - startTime) / 1000)] as const,
    )
    .filter(([, seconds]) => seconds >= LEAST_SECONDS)
    .toSorted(([, a], [, b]) => b - a)
  writeFileSync(DURATIONS, `${JSON.stringify(Object.fromEntries(taken), null, 2)}\n`)
}
