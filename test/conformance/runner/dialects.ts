import type { Runner } from '../../../src/io/checks/choose-runner.ts'

/** How test files of one runner are written, so that the same cases can be run by all of them. */
export interface Dialect {
  runner: Runner
  /** What a project must have among its dependencies and scripts. */
  manifest: Record<string, unknown>
  /** Name of a test file. */
  file(name: string): string
  /** What stands at the top of each. */
  header: string
  /** `it(name, with a time limit, function)`. */
  limited(name: string, ms: number, body: string): string
  /** A call that leaves the running test out. */
  skipNow: string | null
  /** Retries that a test asks for itself; null: the runner knows none. */
  retrying: string | null
  snapshot: string | null
  fakeTimers: [on: string, off: string] | null
  concurrent(names: string, body: string): string
}

const vitest: Dialect = {
  runner: 'vitest',
  manifest: { devDependencies: { vitest: '*', 'fast-check': '*' } },
  file: (name) => `${name}.test.ts`,
  header: `import assert from 'node:assert'
import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'`,
  limited: (name, ms, body) => `it('${name}', ${body}, ${ms})`,
  skipNow: '(context: any) => context.skip()',
  retrying: `let tries = 0
it('asks for retries', { retry: 5 }, () => { assert.ok(++tries > 3) })`,
  snapshot: 'expect({ a: 1 }).toMatchSnapshot()',
  fakeTimers: ['vi.useFakeTimers()', 'vi.useRealTimers()'],
  concurrent: (names, body) =>
    `describe.concurrent('at the same time', () => { for (const name of ${names}) it(name, ${body}) })`,
}

const nodeTest: Dialect = {
  runner: 'node:test',
  manifest: { scripts: { test: 'node --test' }, devDependencies: { 'fast-check': '*' } },
  file: (name) => `${name}.test.ts`,
  header: `import assert from 'node:assert'
import fc from 'fast-check'
import { before as beforeAll, describe, it, mock } from 'node:test'`,
  limited: (name, ms, body) => `it('${name}', { timeout: ${ms} }, ${body})`,
  skipNow: '(context: any) => context.skip()',
  retrying: null,
  snapshot: null,
  fakeTimers: ['mock.timers.enable()', 'mock.timers.reset()'],
  concurrent: (names, body) =>
    `describe('at the same time', { concurrency: true }, () => { for (const name of ${names}) it(name, ${body}) })`,
}

const jest: Dialect = {
  runner: 'jest',
  manifest: { devDependencies: { jest: '*', 'fast-check': '*' } },
  file: (name) => `${name}.test.js`,
  header: `const assert = require('node:assert')
const fc = require('fast-check')`,
  limited: (name, ms, body) => `it('${name}', ${body}, ${ms})`,
  skipNow: null,
  retrying: `describe('with retries', () => {
  jest.retryTimes(5)
  let tries = 0
  it('asks for retries', () => { assert.ok(++tries > 3) })
})`,
  snapshot: 'expect({ a: 1 }).toMatchSnapshot()',
  fakeTimers: ['jest.useFakeTimers()', 'jest.useRealTimers()'],
  concurrent: (names, body) =>
    `describe('at the same time', () => { for (const name of ${names}) it.concurrent(name, ${body}) })`,
}

export const DIALECTS: Dialect[] = [vitest, nodeTest, jest]
