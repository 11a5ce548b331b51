import { describe, expect, it } from 'vitest'
import { instrument } from '../../../src/core/teeth/instrument.ts'
import { mutantsOf } from '../../../src/core/teeth/mutants.ts'
import { LIGHT, makeTarget, runRequest, runTests } from './target.ts'

// `test.projects` gives a project of vitest's configurations of their own; every one of them has to be judged by the harness.

const PROPERTY = `import fc from 'fast-check'
import { expect, it } from 'vitest'
it('holds', () => fc.assert(fc.property(fc.nat(), (n) => { expect(n + 1).toBeGreaterThan(n) })))
`
const RED = `import { expect, it } from 'vitest'
let tries = 0
it('is red at first', { retry: 3 }, () => expect(++tries).toBe(2))
`
const FILES = { 'lib/a/a.test.ts': PROPERTY, 'lib/b/b.test.ts': RED }
/** A plugin changes what Vite does: such a project cannot share the server of the whole. */
const PLUGIN = `plugins: [{ name: 'own' }]`
const inline = (dir: string, more = '') =>
  `{ ${more} test: { name: '${dir}', include: ['lib/${dir}/*.test.ts'], retry: 3 } }`
const own = 'export default { test: { retry: 3 } }\n'

const FORMS: [string, string, Record<string, string>?][] = [
  ['that share all but a few options', `[${inline('a')}, ${inline('b')}]`],
  ['that extend the whole', `[${inline('a', 'extends: true,')}, ${inline('b', 'extends: true,')}]`],
  ['that stand alone', `[${inline('a', 'extends: false,')}, ${inline('b', 'extends: false,')}]`],
  ['with plugins of their own', `[${inline('a', `${PLUGIN},`)}, ${inline('b', `${PLUGIN},`)}]`],
  ['made by a function', `[() => (${inline('a')}), async () => (${inline('b')})]`],
  ['in folders', `['lib/a', './lib/b/']`, { 'lib/b/vitest.config.ts': own }],
  [
    'in folders that a pattern finds',
    `['lib/*', '!lib/c']`,
    { 'lib/b/vite.config.ts': own, 'lib/c/c.test.ts': 'no code' },
  ],
  [
    'by files of configuration',
    `['lib/a/vitest.config.ts', 'lib/*/vitest.b.config.ts']`,
    { 'lib/a/vitest.config.ts': own, 'lib/b/vitest.b.config.ts': own },
  ],
]

const CONTAINER = `export default { test: { projects: ['b', '../lib/a'] } }\n`

describe('projects of vitest', () => {
  it.each(FORMS)('%s are judged', async (_, projects, more = {}) => {
    const config = `export default { test: { projects: ${projects} } }\n`
    const target = await makeTarget({ 'vitest.config.ts': config, ...FILES, ...more })
    const result = await runTests(target, {})
    expect(result.problems).toEqual([])
    expect(result.tests).toMatchObject([
      { id: 'lib/a/a.test.ts > holds', status: 'passed', properties: [{ runs: 100 }] },
      { id: 'lib/b/b.test.ts > is red at first', status: 'failed' },
    ])
  })

  it('that one of them declares in turn are judged', async () => {
    const config = `export default { test: { projects: ['lib'] } }\n`
    const target = await makeTarget({ 'vitest.config.ts': config, 'lib/vitest.config.ts': CONTAINER, ...FILES })
    expect(await runTests(target, {})).toMatchObject({
      problems: [],
      tests: [{ status: 'passed' }, { status: 'failed' }],
    })
  })

  it('of which one is the whole, and one runs its file again, are judged each for itself', async () => {
    const config = `export default { test: { exclude: ['**/b.test.ts'], projects: ['vitest.config.ts', ${inline('a')}] } }\n`
    const result = await runTests(await makeTarget({ 'vitest.config.ts': config, ...FILES }), {})
    expect(result.problems).toEqual([])
    const runs = [{ runs: 100 }]
    expect(result.tests).toMatchObject([
      { id: 'lib/a/a.test.ts > holds', status: 'passed', properties: runs },
      { id: 'lib/a/a.test.ts > holds (2)', status: 'passed', properties: runs },
    ])
  })

  it('whose folder does not exist are told by vitest, and nothing is believed', async () => {
    const config = `export default { test: { projects: ['lib/gone'] } }\n`
    const result = await runTests(await makeTarget({ 'vitest.config.ts': config, ...FILES }), {})
    expect(result.status).toBe('broken')
    expect(JSON.stringify(result.problems)).toContain('lib/gone')
  })

  it('kill wrong versions of what they test', async () => {
    const source = 'export function within(n: number): boolean { return n <= 30 }\n'
    const test = `import { expect, it } from 'vitest'
import { within } from '../src/a.ts'
it('keeps the limit', () => expect([within(30), within(31)]).toEqual([true, false]))
`
    const mutants = mutantsOf('src/a.ts', source, null, 1)
    const target = await makeTarget({
      'vitest.config.ts': `export default { test: { projects: ['test', { extends: true, test: { include: ['more/*.test.ts'] } }] } }\n`,
      'src/a.ts': instrument('src/a.ts', source, mutants, 'specproof_test'),
      'test/a.test.ts': test,
      'more/a.test.ts': test.replace('keeps', 'keeps again'),
    })
    const teeth = {
      key: 'specproof_test',
      mutants: mutants.map(({ id }) => id),
      control: true,
      maxMs: 30_000,
      waitMs: 500,
    }
    const files = ['test/a.test.ts', 'more/a.test.ts']
    const result = await runRequest(target, {
      kind: 'tests',
      stage: 'teeth',
      files,
      intensity: LIGHT,
      maxMs: 60_000,
      teeth,
    })
    expect(result.problems).toEqual([])
    expect(result.mutants?.map(({ status }) => status)).toEqual(mutants.map(() => 'killed'))
  })
})
