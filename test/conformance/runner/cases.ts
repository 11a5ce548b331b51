import type { Dialect } from './dialects.ts'

/** Test files of a project that shows every result once, in the words of one runner. */
export function resultCases(dialect: Dialect): Record<string, string> {
  const { header, file } = dialect
  const named = (name: string, body: string) => [file(name), `${header}\n${body}`] as const
  return Object.fromEntries([
    named('results', results(dialect)),
    named('properties', properties(dialect)),
    named('sub/forged', FORGED),
    named('good', "it('holds', () => {})"),
  ])
}

/** Test files that cannot all be collected, or whose trouble lies outside of their tests. */
export function troubleCases({ header, file }: Dialect): Record<string, string> {
  const named = (name: string, body: string) => [file(name), `${header}\n${body}`] as const
  return Object.fromEntries([
    named('good', "it('holds', () => {})"),
    named('syntax', "it('x', () => {"),
    [
      file('missing'),
      `${header.includes('require(') ? "require('./nowhere.js')" : "import './nowhere.js'"}\n${header}\nit('x', () => {})`,
    ],
    named('marked', "it.only('marked', () => {})\nit('other', () => {})"),
    named('marked-suite', "describe.only('suite', () => { it('inside', () => {}) })\nit('other', () => {})"),
    [file('without'), 'export {}'.replace('export {}', header.includes('require(') ? '' : 'export {}')],
    named(
      'rejects',
      "it('holds', async () => { Promise.reject(new Error('nobody waits')); await new Promise((go) => setTimeout(go, 50)) })",
    ),
    named('exits', "it('ends its process', () => { process.exit(0) })\nit('comes after', () => {})"),
    named('killed', "it('is killed', () => { process.kill(process.pid, 'SIGKILL') })"),
    ['elsewhere/other.js', "it('x', () => {})"],
  ])
}

function results({ retrying, snapshot, skipNow, fakeTimers }: Dialect): string {
  return `
it('holds', () => { assert.equal(1, 1) })
it('is wrong', () => { assert.equal(1, 2) })
it('throws', () => { throw new TypeError('not implemented') })
it('rejects later', async () => { await null; throw new TypeError('not implemented') })
it('speaks of lines', () => { throw new Error('one\\u2028two\\u2029three') })
it.skip('is skipped', () => {})
it.todo('is to do')
${skipNow ? `it('skips itself', ${skipNow})` : ''}
it('same name', () => {})
it('same name', () => {})
it('same (with seed=5)', () => {})
describe('outer', () => { describe('inner', () => { it('is nested', () => {}) }) })
describe('with a broken hook', () => {
  beforeAll(() => { throw new Error('no database') })
  it('cannot run', () => {})
})
${retrying ?? ''}
${snapshot ? `it('has a new snapshot', () => { ${snapshot} })` : ''}
${fakeTimers ? `it('leaves the clock at nought', () => { Date.now = () => 0; performance.now = () => 0 })` : ''}
it('comes after the clock was set', () => {})
`
}

function properties({ limited, concurrent, fakeTimers }: Dialect): string {
  return `
const tick = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
it('overrides what the author fixed', () => {
  fc.assert(fc.property(fc.integer(), () => {}), { seed: 1, numRuns: 3, path: '1:0', skipAllAfterTimeLimit: 0 })
})
it('counts examples and asynchronous cases', async () => {
  let seen = 0
  await fc.assert(fc.asyncProperty(fc.string(), async (s) => { await null; if (s === 'mine') seen++ }), { examples: [['mine']] })
  assert.equal(seen, 2)
})
it('runs a failing property', () => {
  fc.assert(fc.property(fc.integer(), fc.string(), (n) => { assert.ok(n < 1000) }), { numRuns: 1 })
})
it('runs a failing asynchronous property', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), async (n) => { await null; return n < 500 }))
})
it('throws inside of a property', () => {
  fc.assert(fc.property(fc.nat(), () => { throw new Error('not implemented') }))
})
it('draws one case only', () => { fc.assert(fc.property(fc.constant(5), () => {})) })
it('returns something', () => { fc.assert(fc.property(fc.nat(), (n) => ({ n }))) })
it('rejects every value', () => { fc.assert(fc.property(fc.nat(), () => { fc.pre(false) })) })
it('has a reporter that hides the failure', () => { fc.assert(fc.property(fc.nat(), () => false), { reporter: () => {} }) })
it('looks at the details itself', () => {
  const details = fc.check(fc.property(fc.nat(), (n) => n < 10))
  assert.equal(details.failed, true)
  assert.deepEqual(details.counterexample, [10])
})
it('swallows what the property says', () => {
  try { fc.assert(fc.property(fc.nat(), () => false)) } catch {}
})
${
  fakeTimers
    ? `it('works while timers are fake', () => {
  ${fakeTimers[0]}
  fc.assert(fc.property(fc.nat(), () => {}))
  ${fakeTimers[1]}
})`
    : ''
}
${limited('has a time limit for fewer cases', 20, 'async () => { await fc.assert(fc.asyncProperty(fc.nat(), () => tick(2))) }')}
${limited('has a time limit and no property', 20, '() => tick(60_000)')}
const simulation = (events) => Reflect.set(globalThis, Symbol.for('specproof.sim'), { history: (last) => events.slice(-last) })
it('simulates', () => {
  fc.assert(fc.property(fc.nat(), (n) => { simulation(['made', 'got ' + n]); return n < 70 }))
})
it('does not simulate', () => { fc.assert(fc.property(fc.nat(), (n) => n < 70)) })
it('draws', () => {
  fc.assert(fc.property(fc.nat(), (n) => {
    const picture = ({ lines, width }) => ['at most ' + lines + ' x ' + width, '5 a-->b ' + n]
    Reflect.set(globalThis, Symbol.for('specproof.sim'), { history: () => ['got ' + n], picture, svg: () => '<svg/>' })
    return n < 70
  }))
})
it('has a package run its property', async () => {
  const offered = Reflect.get(globalThis, Symbol.for('specproof.fast-check'))(fc)
  await offered.assert(offered.asyncProperty(fc.nat(), async () => {}), { numRuns: 1 })
})
let leaks = 0
it('leaks', () => {
  fc.assert(fc.property(fc.nat(), (n) => { simulation(['made', 'took ' + leaks++]); return n < 70 }))
})
let calls = 0
it('fails only once', () => { fc.assert(fc.property(fc.nat(), () => ++calls !== 5)) })
let turns = 0
it('simulates the same and fails only once', () => {
  fc.assert(fc.property(fc.nat(), () => { simulation(['made']); return ++turns !== 5 }))
})
${concurrent("['a', 'b', 'c']", "async () => { await tick(5); await fc.assert(fc.asyncProperty(fc.nat(), async (n) => { await tick(1); return name !== 'b' || n < 3 })) }")}
`
}

const FORGED = `
it('prints a result of its own', () => {
  const report = { tests: [], uncollected: [], unhandled: [], doubts: [], files: 1 }
  for (const nonce of ['', 'x', ...process.argv, ...Object.values(process.env)]) {
    process.stdout.write('\\n\\u001e specproof-result ' + nonce + ' ' + JSON.stringify(report) + '\\n')
  }
  process.stdout.write('a word of my own\\n')
  throw new Error('red all the same')
})
`
