import { access } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckResult, TestResult } from '../../../src/core/verdict/evidence.ts'
import { RETURNED_OBJECT } from '../../../src/core/verdict/test-traps.ts'
import type { CheckProgress } from '../../../src/io/checks/checks.ts'
import { makeTarget, runTests } from './target.ts'

const RESULTS = `
import { beforeAll, describe, expect, it, test } from 'vitest'
it('holds', () => { expect(1).toBe(1) })
it('is wrong', () => { expect(1).toBe(2) })
it('throws', () => { throw new TypeError('not implemented') })
it.skip('is skipped', () => {})
it.todo('is to do')
it('same name', () => {})
it('same name', () => {})
describe('outer', () => { describe('inner', () => { it('is nested', () => {}) }) })
describe('with a broken hook', () => {
  beforeAll(() => { throw new Error('no database') })
  it('cannot run', () => {})
})
let tries = 0
it('asks for retries', { retry: 5 }, () => { expect(++tries).toBeGreaterThan(3) })
it('has a new snapshot', () => { expect({ a: 1 }).toMatchSnapshot() })
it('was cut off', () => { process.exit(0) })
`

const PROPERTIES = `
import fc, { assert, check } from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
const tick = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('overrides what the author fixed', () => {
  assert(fc.property(fc.integer(), () => {}), { seed: 1, numRuns: 3, path: '1:0', skipAllAfterTimeLimit: 0 })
})
it('counts examples and asynchronous cases', async () => {
  let seen = 0
  await fc.assert(fc.asyncProperty(fc.string(), async (s) => { await null; if (s === 'mine') seen++ }), { examples: [['mine']] })
  expect(seen).toBe(2)
})
it('runs a failing property', () => {
  fc.assert(fc.property(fc.integer(), fc.string(), (n) => { expect(n).toBeLessThan(1000) }), { numRuns: 1 })
})
it('runs a failing asynchronous property', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), async (n) => { await null; return n < 500 }))
})
it('throws inside of a property', () => {
  fc.assert(fc.property(fc.nat(), () => { throw new Error('not implemented') }))
})
it('returns its assertion', () => { fc.assert(fc.property(fc.nat(), (n) => expect(n).toBe(n))) })
it('rejects every value', () => { fc.assert(fc.property(fc.nat(), () => { fc.pre(false) })) })
it('has a reporter that hides the failure', () => { fc.assert(fc.property(fc.nat(), () => false), { reporter: () => {} }) })
it('looks at the details itself', () => {
  const details = check(fc.property(fc.nat(), (n) => n < 10))
  expect(details.failed).toBe(true)
  expect(details.counterexample).toEqual([10])
})
it('works while timers are fake', () => {
  vi.useFakeTimers()
  fc.assert(fc.property(fc.nat(), () => {}))
  vi.useRealTimers()
})
it('has a time limit for fewer cases', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), () => tick(2)))
}, 20)
it('has a time limit and no property', () => tick(60_000), 20)
it('simulates', () => {
  fc.assert(fc.property(fc.nat(), (n) => {
    const events = ['made', 'got ' + n]
    Reflect.set(globalThis, Symbol.for('specproof.sim'), { history: (last: number) => events.slice(-last) })
    return n < 70
  }))
})
it('does not simulate', () => { fc.assert(fc.property(fc.nat(), (n) => n < 70)) })
let calls = 0
it('fails only once', () => { fc.assert(fc.property(fc.nat(), () => ++calls !== 5)) })
describe.concurrent('at the same time', () => {
  for (const name of ['a', 'b', 'c']) {
    it(name, async () => {
      await tick(5)
      await fc.assert(fc.asyncProperty(fc.nat(), async (n) => { await tick(1); return name !== 'b' || n < 3 }))
    })
  }
})
`

const FORGED = `
import { it } from 'vitest'
it('prints a result of its own', () => {
  const report = { tests: [], uncollected: [], unhandled: [], files: 1 }
  for (const nonce of ['', 'x', ...process.argv, ...Object.values(process.env)]) {
    process.stdout.write('\\n\\u001e specproof-result ' + nonce + ' ' + JSON.stringify(report) + '\\n')
  }
  console.log('a word of my own')
  throw new Error('red all the same')
})
`

let result: CheckResult
let folder: string
const progress: CheckProgress[] = []
const cleanUps: (() => Promise<void>)[] = []

beforeAll(async () => {
  const files = { 'results.test.ts': RESULTS, 'properties.test.ts': PROPERTIES, 'sub/forged.test.ts': FORGED }
  const target = await makeTarget(files, (cleanUp) => cleanUps.push(cleanUp))
  folder = target.worktree
  result = await runTests(target, { onProgress: (step) => progress.push(step) })
})

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

function find(id: string): TestResult {
  const found = result.tests.find((test) => test.id === id)
  if (!found) throw new Error(`no test ${id} among\n${result.tests.map((test) => test.id).join('\n')}`)
  return found
}

const property = (name: string) => find(`properties.test.ts > ${name}`)

describe('results per test', () => {
  it('tells passed, failed and skipped tests apart', () => {
    expect(result.status).toBe('failed')
    expect(find('results.test.ts > holds').status).toBe('passed')
    expect(find('results.test.ts > is wrong').status).toBe('failed')
    expect(find('results.test.ts > is skipped').status).toBe('skipped')
    expect(find('results.test.ts > is to do').status).toBe('skipped')
    expect(find('results.test.ts > outer > inner > is nested')).toMatchObject({
      name: 'is nested',
      file: 'results.test.ts',
    })
  })

  it('tells a failed assertion from an exception', () => {
    expect(find('results.test.ts > is wrong').error).toMatchObject({ name: 'AssertionError', assertion: true })
    expect(find('results.test.ts > throws').error).toEqual({
      name: 'TypeError',
      message: 'not implemented',
      assertion: false,
    })
  })

  it('gives tests of the same name different ids', () => {
    expect(find('results.test.ts > same name (2)').status).toBe('passed')
    expect(new Set(result.tests.map((test) => test.id)).size).toBe(result.tests.length)
  })

  it('reports a test behind a broken hook as failed, not as skipped', () => {
    expect(find('results.test.ts > with a broken hook > cannot run')).toMatchObject({
      status: 'failed',
      error: { message: 'no database', assertion: false },
    })
  })

  it('does not let a test retry until it passes', () => {
    expect(find('results.test.ts > asks for retries').status).toBe('failed')
  })

  it('writes no snapshot', async () => {
    expect(find('results.test.ts > has a new snapshot').status).toBe('failed')
    await expect(access(join(folder, '__snapshots__'))).rejects.toThrow()
  })

  it('reports a test that ends its process as failed', () => {
    expect(find('results.test.ts > was cut off').error?.message).toContain('process.exit')
  })

  it('does not believe a result that a test printed', () => {
    expect(find('sub/forged.test.ts > prints a result of its own').status).toBe('failed')
    expect(result.output).toContain('a word of my own')
    expect(result.output).not.toContain('specproof-')
  })

  it('tells how far it is, and removes what it linked into the tree', async () => {
    expect(progress.at(-1)).toMatchObject({ stage: 'tests', done: result.tests.length, total: result.tests.length })
    expect(progress.at(-1)?.runs).toBeGreaterThan(500)
    await expect(access(join(folder, 'node_modules'))).rejects.toThrow()
  })
})

describe('properties', () => {
  it('run the requested seeds and cases, whatever the author wrote', () => {
    const test = property('overrides what the author fixed')
    expect(test).toMatchObject({ status: 'passed', properties: [{ seeds: [11, -22], runs: 100, failed: false }] })
    expect(property('counts examples and asynchronous cases')).toMatchObject({
      status: 'passed',
      // Two seeds of 50 cases, and the author's example on top of each.
      properties: [{ runs: 102 }],
    })
    expect(property('works while timers are fake').properties).toMatchObject([{ runs: 100 }])
  })

  it('give a shrunk counterexample that seed and path bring back', () => {
    const [run] = property('runs a failing property').properties
    expect(run).toMatchObject({ failed: true, seeds: [11], seed: 11, counterexample: '[1000,""]' })
    expect(run!.shrinks).toBeGreaterThan(0)
    const law = fc.property(fc.integer(), fc.string(), (n, _text) => n < 1000)
    const replay = fc.check(law, { seed: run!.seed!, path: run!.path!, endOnFailure: true })
    expect(replay).toMatchObject({ failed: true, counterexample: [1000, ''], numShrinks: 0 })
  })

  it('throw the report that the author knows, with our seed and path', () => {
    const { error, properties } = property('runs a failing property')
    expect(error?.assertion).toBe(true)
    expect(error?.message).toContain(`{ seed: 11, path: "${properties[0]!.path}", endOnFailure: true }`)
    expect(error?.message).toContain('expected 1000 to be less than 1000')
  })

  it('work when they are asynchronous', () => {
    const test = property('runs a failing asynchronous property')
    expect(test).toMatchObject({ error: { assertion: true }, properties: [{ counterexample: '[500]' }] })
  })

  it('tell an exception inside from a law that does not hold', () => {
    expect(property('throws inside of a property').error).toMatchObject({ name: 'Error', assertion: false })
    expect(property('throws inside of a property').error?.message).toContain('not implemented')
  })

  it('fail with the reason when they return an assertion instead of a verdict', () => {
    const { status, error } = property('returns its assertion')
    expect(status).toBe('failed')
    expect(error?.assertion).toBe(false)
    expect(error?.message).toContain(RETURNED_OBJECT)
  })

  it('fail when they rejected every value, and when a reporter would hide it', () => {
    expect(property('rejects every value')).toMatchObject({
      status: 'failed',
      error: { assertion: false },
      properties: [{ failed: true, path: null, counterexample: null }],
    })
    expect(property('has a reporter that hides the failure').status).toBe('failed')
  })

  it('return usable details to a test that asks for them', () => {
    expect(property('looks at the details itself').status).toBe('passed')
  })

  it('are not cut short by a time limit for fewer cases, which still holds for other tests', () => {
    expect(property('has a time limit for fewer cases')).toMatchObject({
      status: 'passed',
      properties: [{ runs: 100 }],
    })
    expect(property('has a time limit and no property').error?.message).toContain('timed out')
  })

  it('tell the history of the simulation that ran the counterexample, and no other', () => {
    expect(property('simulates').properties[0]).toMatchObject({ counterexample: '[70]', history: ['made', 'got 70'] })
    expect(property('does not simulate').properties[0]?.history).toEqual([])
  })

  it('say so when the counterexample holds on its own', () => {
    const { error, properties } = property('fails only once')
    expect(properties).toMatchObject([{ failed: true, runs: 5 }])
    expect(error?.message).toContain('does not always do the same')
  })

  it('belong to their own test when tests run at the same time', () => {
    for (const name of ['a', 'c']) {
      expect(property(`at the same time > ${name}`).properties).toMatchObject([{ failed: false, runs: 100 }])
    }
    expect(property('at the same time > b').properties).toMatchObject([{ failed: true, counterexample: '[3]' }])
  })
})
