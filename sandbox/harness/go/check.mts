/**
 * Compiles every package of the project in the current folder, with its tests; what the compiler says goes to stderr. With `--warm` it only
 * fills the build cache.
 */
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../errors.mts'
import { checkAll, warm } from './build.mts'

try {
  await mkdir(tmpdir(), { recursive: true })
  const scratch = await mkdtemp(join(tmpdir(), 'specproof-harness-'))
  const problems = process.argv.includes('--warm') ? await warm(scratch) : await checkAll(scratch)
  for (const { message } of problems) process.stderr.write(`${message}\n`)
  process.exitCode = problems.length > 0 ? 1 : 0
} catch (error) {
  process.stderr.write(`the build could not be started: ${messageOf(error)}\n`)
  process.exitCode = 1
}
