import { describe, expect, it } from 'vitest'
import { eventsOf, next, start } from './support/agent.ts'
import { CLAMP_RIGHT, CLAMP_STUB, CLAMP_WRONG, creates, implement, RIGHT, VITEST_AUTHOR } from './support/clamp.ts'
import { type Files, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const BODY = `
const number = fc.integer({ min: -1000, max: 1000 })
it('an answer lies within the limits and is the value where that does (1.1, 1.2, 1.3)', () => {
  fc.assert(
    fc.property(number, number, number, (value, a, b) => {
      const low = Math.min(a, b)
      const high = Math.max(a, b)
      assert.deepEqual(clamp(value, low, high), value < low ? low : value > high ? high : value)
    }),
  )
})
`

interface Kind {
  runner: string
  why: RegExp
  packages: string[]
  files: Files
  author: string
  wrong: string
  right: string
}

/** The stub, patch and test of the small task as a project of CommonJS has them. */
const commonJs = (code: string) =>
  code.replace('export function clamp', 'module.exports.clamp = function clamp').replaceAll(': number', '')
const inJs = (reply: string) =>
  reply.replaceAll('src/clamp.ts', 'src/clamp.js').replaceAll(CLAMP_STUB, commonJs(CLAMP_STUB))

const KINDS: Kind[] = [
  {
    runner: 'node:test',
    why: /the script `test` starts it/,
    packages: ['fast-check'],
    files: {
      'package.json': JSON.stringify({
        name: 'target',
        type: 'module',
        scripts: { test: 'node --test' },
        devDependencies: { 'fast-check': '*' },
      }),
    },
    author: creates({
      'src/clamp.ts': CLAMP_STUB,
      'test/clamp.test.ts': `import assert from 'node:assert/strict'\nimport { it } from 'node:test'\nimport fc from 'fast-check'\nimport { clamp } from '../src/clamp.ts'\n${BODY}`,
    }),
    wrong: implement(CLAMP_WRONG),
    right: implement(CLAMP_RIGHT),
  },
  {
    runner: 'jest',
    why: /jest is among the dependencies/,
    packages: ['jest', 'fast-check'],
    files: {
      'package.json': JSON.stringify({ name: 'target', devDependencies: { jest: '*', 'fast-check': '*' } }),
    },
    author: creates({
      'src/clamp.js': commonJs(CLAMP_STUB),
      'test/clamp.test.js': `const assert = require('node:assert')\nconst fc = require('fast-check')\nconst { clamp } = require('../src/clamp.js')\n${BODY}`,
    }),
    wrong: inJs(implement(commonJs(CLAMP_WRONG))),
    right: inJs(implement(commonJs(CLAMP_RIGHT))),
  },
]

describe.each(KINDS.map((kind) => [kind.runner, kind] as const))('a project of %s', (runner, kind) => {
  it('gets a task verified: red on both stubs, a counterexample for the wrong patch, then a commit', async () => {
    const repository = await makeRepository({ files: kind.files, packages: kind.packages })
    const model = await scriptModel({ author: [kind.author], implementer: [kind.wrong, kind.right] })
    const run = await next(repository, model)
    expect(eventsOf(run, 'runner.chosen')).toMatchObject([{ runner, why: expect.stringMatching(kind.why) }])
    expect(run.result.status, run.result.message).toBe('verified')
    expect(eventsOf(run, 'tests.frozen')).toMatchObject([{ tests: 1, red: '1/1, 1 by assertion' }])
    const red = eventsOf(run, 'check.finished').find((event) => event.stage === 'tests' && event.failed > 0)
    expect(red?.counterexample).toMatchObject({ value: expect.stringMatching(/^\[/), path: expect.any(String) })
    expect(model.asked('author')[0]).toContain(runner === 'jest' ? 'jest, whose `describe`' : "Node's own runner")
    expect(model.asked('implementer')[1]).toContain(red!.counterexample!.value)
    const message = await repository.git('log', '-1', '--format=%B')
    expect(message).toMatch(/^Verdict: verified$/m)
    // What made the wrong patch fail stands in the test as it was landed.
    expect(message).toMatch(/; 2 held-out seeds x 50 cases; 1 counterexample kept as examples/)
    const screen = run.stderr.replace(/\s+/g, ' ')
    expect(screen).toMatch(/final the whole suite: 1 test passed; 2 held-out seeds /)
    expect(screen).toMatch(
      /evidence .*; tests green 1\/1 \(1 property test\); .*; suite 1\/1, 0 red on base; 2 held-out seeds x 50 cases/,
    )
    const [test] = eventsOf(run, 'tests.frozen')[0]!.files
    expect(await repository.git('show', `HEAD:${test}`)).toContain(`{ examples: [${red!.counterexample!.value}] }`)
    expect(message).toMatch(/red 1\/1 at .*; green 1\/1; property 3 seeds x 50 cases/)
  })
})

describe('a project of vitest whose packages were installed anew', () => {
  it('is judged though a cache of its own runs lies in node_modules, which the box has read-only', async () => {
    const repository = await makeRepository({ vitest: true })
    // As `npm test` leaves it; an install changes the hash, and vitest then clears the folder before it starts.
    const stale = JSON.stringify({ lockfileHash: 'of packages that were others' })
    await repository.write({ 'node_modules/.vitest-cache/_metadata.json': stale })
    const model = await scriptModel({ author: [VITEST_AUTHOR], implementer: [RIGHT] })
    const run = await next(repository, model)
    expect(run.result.status, run.result.message).toBe('verified')
    const verified = await start(repository, ['verify'])
    expect(verified.code, verified.stderr).toBe(0)
    expect(JSON.parse(verified.stdout).tasks).toMatchObject([{ task: '1', standing: 'holds' }])
    expect(await repository.read('node_modules/.vitest-cache/_metadata.json')).toBe(stale)
  })
})
