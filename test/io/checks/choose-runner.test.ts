import { describe, expect, it } from 'vitest'
import { chooseRunner, type Manifest } from '../../../src/io/checks/choose-runner.ts'
import { nodeTestScript } from '../../../src/io/checks/node-script.ts'

const manifest = (dependencies: string[], scripts: Record<string, string> = {}, jest = false): Manifest => ({
  dependencies: new Set(dependencies),
  scripts,
  jest,
})

describe('choosing a runner', () => {
  it.each([
    [manifest(['vitest']), [], 'vitest', 'vitest is among the dependencies'],
    [manifest(['jest', 'typescript']), [], 'jest', 'jest is among the dependencies'],
    [manifest([], {}, true), [], 'jest', 'package.json has a section `jest`'],
    [manifest([]), ['src/a.ts', 'jest.config.mjs'], 'jest', 'there is a jest.config.mjs'],
    [manifest([], { test: 'node --test' }), [], 'node:test', 'the script `test` starts it: node --test'],
    [manifest([], { unit: 'node --test src' }), [], 'node:test', 'the script `unit` starts it: node --test src'],
    [manifest(['vitest', 'jest'], { test: 'jest --ci' }), [], 'jest', 'the script `test` starts it: jest --ci'],
    [manifest(['vitest'], { test: 'npx vitest run' }), [], 'vitest', 'the script `test` starts it: npx vitest run'],
    // A library of jest's is not jest.
    [manifest(['vitest', 'jest-diff'], { test: 'npm run lint' }), [], 'vitest', 'vitest is among the dependencies'],
  ] as const)('%o, %j: %s', (given, paths, runner, why) => {
    expect(chooseRunner(given, paths, undefined)).toEqual({ runner, why })
  })

  it('does as agent.yaml says before anything else', () => {
    const both = manifest(['vitest', 'jest'], { test: 'vitest' })
    expect(chooseRunner(both, [], 'jest')).toEqual({ runner: 'jest', why: 'agent.yaml says so' })
  })

  it('refuses what is not clear, and says what to write', () => {
    expect(chooseRunner(manifest(['vitest', 'jest']), [], undefined)).toEqual({
      unsupported:
        'package.json: vitest is among the dependencies, and jest is among the dependencies: say `runner: vitest`, `runner: jest` or `runner: node:test` in agent.yaml',
    })
    expect(chooseRunner(manifest([], { test: 'jest && node --test' }), [], undefined)).toEqual({
      unsupported: expect.stringContaining('starts jest and node:test'),
    })
    expect(chooseRunner(manifest(['mocha']), [], undefined)).toEqual({
      unsupported: expect.stringMatching(/no test runner is found.*`checks:`/),
    })
  })
})

describe('a script that runs node:test', () => {
  it.each([
    ['node --test', [], []],
    ['node --test "src/**/*.spec.ts" test', [], ['src/**/*.spec.ts', 'test']],
    ['npm run build && node --test dist', [], ['dist']],
    ['NODE_ENV=test node --import ./hooks.mjs --test --test-reporter spec', ['--import', './hooks.mjs'], []],
    [
      'node --conditions=dev -r ./a.cjs --test --test-concurrency=4 --test-only',
      ['--conditions=dev', '-r', './a.cjs'],
      [],
    ],
    ['node --experimental-strip-types --test --watch', [], []],
    ["node --test 'a b/*.js'", [], ['a b/*.js']],
    ['tsx --test', ['--import', 'tsx'], []],
  ])('%s', (script, flags, globs) => {
    expect(nodeTestScript(script)).toEqual({ flags, globs })
  })

  it.each(['node test.js', 'vitest run', 'echo node --test-like', 'node --test-reporter=spec x.js', ''])(
    '%s: does not',
    (script) => expect(nodeTestScript(script)).toBe(null),
  )
})
