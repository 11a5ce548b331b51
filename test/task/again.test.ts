import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bench, firstBroken, runAgain, type Suspect } from '../../src/task/again.ts'
import { result, test } from '../core/verdict/support.ts'

const suspect = (at: number): Suspect => ({ commit: String(at), subject: '', author: '', date: '' })
const lineOf = (length: number) => Array.from({ length }, (_, at) => suspect(at))

describe('the first broken commit', () => {
  it('is found with a logarithm of questions, and exactly where every commit can tell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), fc.nat(), async (length, pick) => {
        const first = pick % length
        let asked = 0
        const found = await firstBroken(lineOf(length), async (commit) => {
          asked++
          return Number(commit) >= first
        })
        expect(found).toMatchObject({ commit: String(first), exact: true })
        expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(length)) + 1)
      }),
    )
  })

  it('is never before the first one, and said to be exact only where the one before it is known to hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), fc.nat(), async (tells, pick) => {
        const first = pick % tells.length
        const last = tells.length - 1
        const found = await firstBroken(lineOf(tells.length), async (commit) =>
          tells[Number(commit)] ? Number(commit) >= first : null,
        )
        const at = Number(found!.commit)
        expect(at).toBeGreaterThanOrEqual(first)
        // The last one is known to be broken without being asked.
        const known = tells.map((told, index) => told || index === last)
        expect(at).toBe(known.findIndex((told, index) => told && index >= first))
        expect(found!.exact).toBe(at === 0 || tells[at - 1] === true)
      }),
    )
  })

  it('is none of no commits', async () => {
    expect(await firstBroken([], async () => true)).toBeNull()
  })
})

describe('the command of a task', () => {
  const check = { name: 'verify', run: './check', report: null, dir: '' }
  const standing = async (found: ReturnType<typeof result>) => {
    const bench: Bench = {
      signal: new AbortController().signal,
      provide: async () => null,
      openWorktree: async (commit) => ({ commit, dir: '/' }),
      closeWorktree: async () => {},
      runChecks: async () => found,
    }
    const rerun = { by: 'command' as const, files: [], seeds: [] }
    const { verdict } = await runAgain(bench, 'c', rerun, { seeds: [], runs: 0, minMs: 0 }, { check, maxMs: 1 })
    return verdict.standing
  }

  it('is not judged where it was not run', async () => {
    const problems = [{ file: null, message: 'no namespaces' }]
    expect(await standing(result([], { status: 'no-results', infrastructure: 'box', problems }))).toBe('not-run')
    expect(await standing(result([], { status: 'broken', unstarted: true, problems }))).toBe('not-run')
    expect(await standing(result([test('check verify', 'failed')]))).toBe('broken')
    expect(await standing(result([test('check verify', 'passed')]))).toBe('holds')
  })
})
