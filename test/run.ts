// The project's test command: runs every test and closes with one line that counts them.
// `--full` runs every law on ten times as many cases (see setup.ts).
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; name: string; message: string; assertionResults: unknown[] }[]
}

const full = process.argv.includes('--full')
const scratch = mkdtempSync(join(tmpdir(), 'specproof-tests-'))
const file = join(scratch, 'report.json')

// All files draw their samples from one seed, so that those of one suite agree.
const seed = process.env['SPECPROOF_SAMPLE_SEED'] ?? String(Math.floor(Date.now() / 1000) % 1_000_000)

const code = await new Promise<number>((resolve) => {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, SPECPROOF_FULL: full ? '1' : '', SPECPROOF_SAMPLE_SEED: seed },
  })
  child.on('exit', (status) => resolve(status ?? 1))
})

const report = JSON.parse(readFileSync(file, 'utf8')) as Report
rmSync(scratch, { recursive: true, force: true })
// A file that cannot be collected holds no failed test, and is a failure all the same.
const uncollected = report.testResults.filter(
  (result) => result.status === 'failed' && result.assertionResults.length === 0,
)
for (const result of uncollected) console.log(`not collected: ${result.name}: ${result.message}`)
const failed = report.numFailedTests + uncollected.length
const skipped = report.numPendingTests + report.numTodoTests
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : code
