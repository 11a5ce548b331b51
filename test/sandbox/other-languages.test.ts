import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { goEnvironment, outsideOfBoxes } from '../support/go.ts'
import { pythonEnvironment } from '../support/python.ts'

const run = promisify(execFile)
const SANDBOX = join(import.meta.dirname, '..', '..', 'sandbox')
const [go, python] = await Promise.all([goEnvironment(), pythonEnvironment()])
for (const one of [go, python]) if ('missing' in one) it.skip(`an example is not tried here: ${one.missing}`, () => {})

/** A target with its reference in it; answers its folder. */
async function solved(spec: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-example-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await cp(join(SANDBOX, 'targets', spec), dir, { recursive: true })
  return dir
}
const withReference = (dir: string, spec: string) => cp(join(SANDBOX, 'reference', spec), dir, { recursive: true })

describe('the examples in other languages', () => {
  it.runIf('env' in go)(
    'the priority queue in Go: red as it comes, green with the reference, as gofmt prints it',
    async () => {
      if ('missing' in go) return
      const dir = await solved('priority-queue')
      const env = outsideOfBoxes({ ...process.env, ...go.env } as Record<string, string>)
      const test = () => run('go', ['test', '-race', '-count=1', './...'], { cwd: dir, env })
      await expect(test()).rejects.toMatchObject({ stdout: expect.stringContaining('not implemented') })
      await withReference(dir, 'priority-queue')
      expect((await test()).stdout).toContain('ok')
      expect((await run('gofmt', ['-l', '.'], { cwd: dir, env })).stdout).toBe('')
    },
    120_000,
  )

  it.runIf('venv' in python)(
    'the job queue in Python: green with the reference',
    async () => {
      if ('missing' in python) return
      const dir = await solved('job-queue-python')
      await withReference(dir, 'job-queue-python')
      const args = ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
      expect((await run(join(python.venv, 'bin', 'python3'), args, { cwd: dir })).stdout).toContain('3 passed')
    },
    60_000,
  )
})
