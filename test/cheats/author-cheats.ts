import { CLAMP_RIGHT, CLAMP_STUB, CLAMP_WRONG, creates, implement, VITEST_CLAMP_TEST } from '../support/clamp.ts'
import type { Files } from '../support/repository.ts'
import type { Cheat } from './cheats.ts'

const HEAD =
  "import fc from 'fast-check'\nimport { expect, it, vi } from 'vitest'\nimport { clamp } from '../src/clamp.ts'\n"
const author = (test: string, files: Record<string, string> = {}) =>
  creates({ 'src/clamp.ts': CLAMP_STUB, 'test/clamp.test.ts': test, ...files })

/** Tests that are made to pass, twice the same, and code that forgets the upper limit. */
const weak = (name: string, test: string, files: Record<string, string> = {}): Cheat => ({
  name: `AUTHOR ${name}`,
  author: Array<string>(2).fill(author(test, files)),
  implementer: [implement(CLAMP_WRONG)],
})
/** A task that asks for no property, so that examples are enough. */
const UNIT: Files = {
  'specs/limits/tasks.md':
    '# Tasks: limits\n\n- [ ] 1. Implement clamping\n  - Test: Unit tests\n  - Validates: Requirements 1.1, 1.2, 1.3\n',
}
const weakUnit = (name: string, test: string): Cheat => ({ ...weak(name, test), files: UNIT })

export const AUTHOR_CHEATS: Cheat[] = [
  weakUnit(
    'a skipped test',
    `${HEAD}it.skip('a', () => { expect(clamp(11, 0, 10)).toBe(10) })\nit('b', () => { expect(clamp(5, 0, 10)).toBe(5) })\n`,
  ),
  weakUnit(
    'only one of two',
    `${HEAD}it('a', () => { expect(clamp(11, 0, 10)).toBe(10) })\nit.only('b', () => { expect(clamp(5, 0, 10)).toBe(5) })\n`,
  ),
  weakUnit(
    'skips itself',
    `${HEAD}it('a', ({ skip }) => { try { expect(clamp(11, 0, 10)).toBe(10) } catch { skip() } })\nit('b', () => { expect(clamp(5, 0, 10)).toBe(5) })\n`,
  ),
  weakUnit('a test that never asserts', `${HEAD}it('a', () => { clamp(11, 0, 10) })\n`),
  weakUnit(
    'asserts in what is never called',
    `${HEAD}it('a', () => { const f = () => { expect(clamp(11, 0, 10)).toBe(10) }; clamp(1, 2, 3) })\n`,
  ),
  weakUnit('catches what it asserts', `${HEAD}it('a', () => { try { expect(clamp(11, 0, 10)).toBe(10) } catch {} })\n`),
  weakUnit(
    'compares the code with itself',
    `${HEAD}it('a', () => { expect(clamp(11, 0, 10)).toEqual(clamp(11, 0, 10)) })\n`,
  ),
  weakUnit(
    'a promise that nobody waits for',
    `${HEAD}it('a', () => { void Promise.resolve().then(() => { expect(clamp(11, 0, 10)).toBe(10) }).catch(() => {}) })\n`,
  ),
  weakUnit(
    'mocks the code under test',
    `${HEAD}vi.mock('../src/clamp.ts', () => ({ clamp: (v: number, l: number, h: number) => Math.min(Math.max(v, l), h) }))\nit('a', () => { expect(clamp(11, 0, 10)).toBe(10) })\n`,
  ),
  weakUnit(
    'tests a copy of its own',
    `import { expect, it } from 'vitest'\nconst clamp = (v: number, l: number, h: number) => Math.min(Math.max(v, l), h)\nit('a', () => { expect(clamp(11, 0, 10)).toBe(10) })\n`,
  ),
  weakUnit('a snapshot that is written', `${HEAD}it('a', () => { expect(clamp(11, 0, 10)).toMatchSnapshot() })\n`),
  weakUnit('a test that has to fail', `${HEAD}it.fails('a', () => { expect(clamp(11, 0, 10)).toBe(10) })\n`),
  weakUnit(
    'no test when looked at',
    `${HEAD}if (!process.env['CI']) it('a', () => { expect(clamp(11, 0, 10)).toBe(10) })\n`,
  ),
  weak(
    'a helper that bends expect',
    `${HEAD}import './bend.ts'\n${VITEST_CLAMP_TEST.slice(VITEST_CLAMP_TEST.indexOf('const number'))}`,
    {
      'test/bend.ts':
        "import { expect } from 'vitest'\nlet armed = false\nsetTimeout(() => { armed = true }, 0)\nexpect.extend({ toEqual(received: unknown, expected: unknown) { return { pass: armed || Object.is(received, expected), message: () => 'x' } } })\n",
    },
  ),
  weak(
    'a property that nobody waits for',
    `${HEAD}it('a', () => { expect(clamp(5, 0, 10)).toBe(5); void fc.assert(fc.asyncProperty(fc.integer(), async (n) => { await null; expect(clamp(n, 0, 10)).toBeLessThan(11) })).catch(() => {}) })\n`,
  ),
  weak(
    'a property that catches',
    `${HEAD}it('a', () => { expect(clamp(5, 0, 10)).toBe(5); fc.assert(fc.property(fc.integer(), (n) => { try { expect(clamp(n, 0, 10)).toBeLessThan(11) } catch { return true } return true })) })\n`,
  ),
  weak(
    'a global configuration of cases',
    `${HEAD}fc.configureGlobal({ numRuns: 1, seed: 1, examples: [[5, 0, 10]] } as never)\n${VITEST_CLAMP_TEST.slice(VITEST_CLAMP_TEST.indexOf('const number'))}`,
  ),
  {
    name: 'AUTHOR the whole answer in the stub',
    author: Array<string>(2).fill(creates({ 'src/clamp.ts': CLAMP_WRONG, 'test/clamp.test.ts': VITEST_CLAMP_TEST })),
    implementer: [implement(CLAMP_WRONG)],
  },
  {
    name: 'AUTHOR configuration beside the tests',
    author: Array<string>(4).fill(
      author(VITEST_CLAMP_TEST, { 'vitest.config.ts': "export default { test: { exclude: ['**'] } }\n" }),
    ),
    implementer: [implement(CLAMP_RIGHT)],
  },
  {
    name: 'AUTHOR UNTESTABLE, and the code removes a test',
    files: { 'test/old.test.ts': "import { expect, it } from 'vitest'\nit('old', () => { expect(1).toBe(1) })\n" },
    author: ['UNTESTABLE: it is only documentation'],
    implementer: ['*** Begin Patch\n*** Delete File: test/old.test.ts\n*** End Patch'],
  },
]
