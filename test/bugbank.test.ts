import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applied, bugsOf, systems } from '../bench/bugbank/bank.ts'
import { judge, judgeReference } from '../bench/bugbank/judge.ts'
import { readSpecFolder } from '../src/io/spec-files.ts'
import { sample } from './support/sample.ts'

const FULL = process.env['SPECPROOF_FULL'] === '1'
const ROOT = join(import.meta.dirname, '..')
const BUGS = systems().flatMap(bugsOf)
const NAMES = BUGS.map((bug) => `${bug.system}/${bug.name}`)

describe('the bug bank', () => {
  it('holds bugs that still apply, each with a sentence, a criterion that its spec has, and a name of its own', async () => {
    expect(new Set(NAMES).size).toBe(BUGS.length)
    for (const system of systems()) {
      const spec = await readSpecFolder(ROOT, `specs/${system}`)
      const criteria = spec?.requirements.flatMap(({ criteria }) => criteria.map(({ id }) => id))
      const bugs = bugsOf(system)
      expect(bugs.length, system).toBeGreaterThan(0)
      for (const bug of bugs) {
        expect(Object.keys(await applied(bug)), bug.name).toHaveLength(1)
        expect(bug.what, bug.name).toMatch(/^[A-Z].*\.$/)
        for (const criterion of bug.violates.split(',')) expect(criteria, bug.name).toContain(criterion.trim())
      }
    }
  })

  it.each(systems())(
    'the reference of %s passes its own suites',
    async (system) => {
      const results = await judgeReference(system, FULL ? 10_000 : 25, FULL ? Date.now() % 1_000_000 : 1)
      for (const { tests, killed, by, message } of results) {
        expect(tests).toBeGreaterThan(0)
        expect({ killed, by, message }).toEqual({ killed: false, by: null, message: null })
      }
    },
    3_600_000,
  )

  it('a sample of the bugs is killed, and none that is said to survive', async () => {
    const deadly = BUGS.filter(({ survives }) => survives === null)
    const harmless = BUGS.filter(({ survives }) => survives !== null)
    const tried = [
      ...sample('bug bank', deadly, 3).map((bug) => [bug, 60_000] as const),
      // In less time campaigns are cut short, and say of marks that they were not reached.
      ...(FULL ? harmless : []).map((bug) => [bug, 60_000] as const),
    ]
    for (const [bug, maxMs] of tried) {
      const { kit } = await judge(bug, 1, maxMs)
      const name = `${bug.system}/${bug.name}`
      expect({ bug: name, killed: kit.killed }).toEqual({ bug: name, killed: bug.survives === null })
    }
  }, 3_600_000)
})
