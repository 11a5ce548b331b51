import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CheckResult } from '../../../src/core/verdict/evidence.ts'
import { HANGS } from '../../support/clamp.ts'
import { makeTarget, runTests } from './target.ts'

const HOLDS = `import { it } from 'vitest'; it('holds', () => {})`

/** With ever more time, until the limit strikes after what it is to strike: a busy machine takes long to come to that. */
async function inTime(target: Parameters<typeof runTests>[0], struck: (result: CheckResult) => boolean) {
  let result: CheckResult | null = null
  for (const maxMs of [6_000, 20_000, 60_000]) {
    result = await runTests(target, { maxMs })
    if (struck(result)) break
  }
  return result!
}

describe('a run that cannot begin', () => {
  it('is broken when the dependencies, or the runner among them, are not installed', async () => {
    const target = await makeTarget({ 'good.test.ts': HOLDS })
    await rm(join(target.repository, 'node_modules', 'vitest'))
    const half = await runTests(target, {})
    expect(half.status).toBe('broken')
    expect(half.problems[0]?.message).toContain('vitest')
    await rm(join(target.repository, 'node_modules'), { recursive: true })
    const none = await runTests(target, {})
    expect(none.problems).toEqual([{ file: null, message: 'dependencies are not installed: run npm ci' }])
  })
})

describe('a run that a limit ends', () => {
  it('names the test that blocks its process', async () => {
    const target = await makeTarget({
      'a.test.ts': `import { it } from 'vitest'; it('ends', () => {}); it('hangs', () => { ${HANGS} })`,
    })
    const result = await inTime(target, ({ running }) => running?.endsWith('hangs') ?? false)
    expect(result).toMatchObject({ status: 'stopped', limit: 'wall-clock', running: 'a.test.ts > hangs', tests: [] })
  })

  it('names the test that floods the output', async () => {
    const flood = `const line = 'x'.repeat(99) + '\\n'; for (let n = 0; n < 1_000_000; n++) process.stdout.write(line)`
    const target = await makeTarget({
      'a.test.ts': `import { it } from 'vitest'; it('ends', () => {}); it('floods', () => { ${flood} })`,
    })
    const result = await runTests(target, { limits: { outputBytes: 5_000_000 } })
    expect(result).toMatchObject({ status: 'stopped', limit: 'output', running: 'a.test.ts > floods' })
    expect(result.output).toHaveLength(4_000)
  })

  it('is stopped when the user cancels it', async () => {
    const target = await makeTarget({ 'a.test.ts': HOLDS })
    const result = await runTests(target, { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ status: 'stopped', limit: 'cancelled' })
  })
})

describe('a run with trouble outside of the tests', () => {
  it('fails for a rejected promise, a hanging promise and a killed process, and keeps the other results', async () => {
    const target = await makeTarget({
      'good.test.ts': HOLDS,
      'rejects.test.ts': `import { it } from 'vitest'; it('holds', () => { Promise.reject(new Error('nobody waits')) })`,
      'killed.test.ts': `import { it } from 'vitest'; it('dies', () => { process.kill(process.pid, 'SIGKILL') })`,
      'never.test.ts': `import { it } from 'vitest'; it('never ends', () => new Promise(() => {}))`,
    })
    const result = await inTime(target, ({ limit }) => limit !== 'wall-clock')
    expect(['failed', 'broken']).toContain(result.status)
    expect(result.problems.map(({ message }) => message).join('\n')).toContain('nobody waits')
    const status = (file: string) => result.tests.find((test) => test.file === file)?.status
    expect(status('good.test.ts')).toBe('passed')
    expect(status('never.test.ts')).toBe('failed')
    expect(status('killed.test.ts')).not.toBe('passed')
  })
})
