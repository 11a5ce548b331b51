import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeTarget, runTests } from './target.ts'

const HOLDS = `import { it } from 'vitest'; it('holds', () => {})`
const by = (problems: { file: string | null; message: string }[], file: string | null) =>
  problems.filter((problem) => problem.file === file).map(({ message }) => message)

describe('a run that could not collect everything', () => {
  it('is broken, and names each file with its reason', async () => {
    const target = await makeTarget({
      'good.test.ts': HOLDS,
      'syntax.test.ts': `import { it } from 'vitest'; it('x', () => {`,
      'missing.test.ts': `import { nothing } from './nowhere.ts'; nothing()`,
      'only.test.ts': `import { it } from 'vitest'; it.only('marked', () => {}); it('y', () => {})`,
      'without.test.ts': 'export {}',
      'elsewhere.ts': HOLDS,
    })
    const files = ['good', 'syntax', 'missing', 'only', 'without'].map((name) => `${name}.test.ts`)
    const result = await runTests(target, { files: [...files, 'elsewhere.ts'] })
    expect(result.status).toBe('broken')
    expect(by(result.problems, 'syntax.test.ts')).toHaveLength(1)
    expect(by(result.problems, 'missing.test.ts')[0]).toContain('nowhere')
    expect(result.tests.find(({ name }) => name === 'marked')?.error?.message).toContain('.only')
    expect(by(result.problems, 'without.test.ts')[0]).toContain('No test suite found')
    expect(by(result.problems, 'elsewhere.ts')[0]).toContain('does not collect')
    expect(result.tests.find(({ file }) => file === 'good.test.ts')?.status).toBe('passed')
  })

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

describe('a run in which nothing was tested', () => {
  it('is empty when no test file exists', async () => {
    const result = await runTests(await makeTarget({ 'index.ts': 'export {}' }), {})
    expect(result).toMatchObject({ status: 'empty', tests: [], problems: [] })
  })

  it('is empty when all tests are skipped', async () => {
    const target = await makeTarget({ 'a.test.ts': `import { it } from 'vitest'; it.skip('x', () => {})` })
    const result = await runTests(target, {})
    expect(result.status).toBe('empty')
    expect(result.tests).toMatchObject([{ id: 'a.test.ts > x', status: 'skipped' }])
  })
})

describe('a run that a limit ends', () => {
  it('names the test that blocks its process', async () => {
    const target = await makeTarget({
      'a.test.ts': `import { it } from 'vitest'; it('ends', () => {}); it('hangs', () => { for (;;); })`,
    })
    const result = await runTests(target, { maxMs: 15_000 })
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
    const result = await runTests(target, { maxMs: 30_000 })
    expect(['failed', 'broken']).toContain(result.status)
    expect(result.problems.map(({ message }) => message).join('\n')).toContain('nobody waits')
    const status = (file: string) => result.tests.find((test) => test.file === file)?.status
    expect(status('good.test.ts')).toBe('passed')
    expect(status('never.test.ts')).toBe('failed')
    expect(status('killed.test.ts')).not.toBe('passed')
  })
})

describe('a run for a length of time', () => {
  it('goes on to further seeds after the requested ones', async () => {
    const law = 'fc.assert(fc.property(fc.nat(), () => {}))'
    const target = await makeTarget({
      'a.test.ts': `import { it } from 'vitest'; import fc from 'fast-check'; it('holds', () => { ${law} })`,
    })
    const result = await runTests(target, { intensity: { seeds: [7], runs: 5, minMs: 300 } })
    const [run] = result.tests[0]!.properties
    expect(run!.seeds[0]).toBe(7)
    expect(run!.seeds.length).toBeGreaterThan(2)
    expect(new Set(run!.seeds).size).toBe(run!.seeds.length)
    expect(run!.runs).toBe(5 * run!.seeds.length)
  })
})
