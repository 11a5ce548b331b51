import { describe, expect, it } from 'vitest'
import type { Operation } from '../../../src/core/patch/patch.ts'
import { classify, createGuard, type GuardOptions, isJudge } from '../../../src/core/patch/protect.ts'
import { isTestPath } from '../../../src/core/patch/test-paths.ts'
import { create, edit } from './support.ts'

const PROJECT = {
  allows: [] as string[],
  frozen: ['test/frozen.test.ts'],
  specDirs: ['specs/job-queue', 'docs/steering'],
  specRoots: ['docs/features'],
  existingTests: ['checks/odd-name.ts'],
  isTest: isTestPath,
}
const EXISTING = new Set(['src/a.ts', 'test/old.test.ts', 'test/frozen.test.ts', 'package.json', 'checks/odd-name.ts'])

function kindsOf(operations: Operation[], options: Partial<GuardOptions> = {}) {
  const guard = createGuard({ ...PROJECT, ...options })
  return guard({ operations }, (path) => EXISTING.has(path)).map(({ code, kind }) => kind ?? code)
}

describe('kinds of protected paths', () => {
  it.each([
    [
      'spec',
      [
        'specs/job-queue/tasks.md',
        'specs/job-queue/any.txt',
        '.kiro/specs/x/design.md',
        'Specs/JOB-queue/Tasks.md',
        'specs/other/requirements.md',
        'docs/features/login/tasks.md',
      ],
    ],
    [
      'steering',
      [
        '.kiro/steering/tech.md',
        'docs/steering/a.md',
        '.KIRO/Steering/new.md',
        'steering/new.md',
        'specs/steering/new.md',
      ],
    ],
    ['frozen-test', ['test/frozen.test.ts', 'TEST/Frozen.test.ts']],
    ['existing-test', ['test/old.test.ts', 'checks/odd-name.ts', 'Checks/Odd-Name.ts']],
    [
      'new-test',
      [
        'src/new.test.ts',
        'test/helper.ts',
        'src/__tests__/a.ts',
        'pkg/x_test.go',
        'test_x.py',
        'src/__snapshots__/x.snap',
        'y.snap',
      ],
    ],
    [
      'runner-config',
      [
        'vitest.config.ts',
        'packages/a/vite.config.mjs',
        'jest.config.json',
        'playwright.config.ts',
        '.mocharc.yml',
        '.mocharc',
        'ava.config.js',
        'karma.conf.js',
        'vitest.setup.ts',
        'jest.setup.js',
        'test/setup.ts',
        'tests/x/setup.mjs',
        'src/setupTests.ts',
        'tsconfig.json',
        'tsconfig.build.json',
        'biome.json',
        'biome.jsonc',
        'eslint.config.js',
        '.eslintrc',
        '.eslintrc.json',
        'a/conftest.py',
        'sitecustomize.py',
        'a/pytest.py',
        'src/pluggy/__init__.py',
        'hypothesis.py',
        'src/unittest/__init__.py',
        'evil-1.0.dist-info/entry_points.txt',
        'pytest.ini',
        'tox.ini',
        'setup.cfg',
        'vitest.workspace.ts',
        'node_modules/vitest/index.js',
        '__mocks__/fs.js',
        'VITEST.Config.TS',
        'babel.config.js',
        '.babelrc',
      ],
    ],
    [
      'ci',
      [
        '.github/workflows/x.yml',
        '.GitHub/x',
        '.gitlab-ci.yml',
        '.circleci/config.yml',
        '.ci/run.sh',
        'Jenkinsfile',
        'azure-pipelines.yml',
      ],
    ],
    [
      'lockfile',
      [
        'package-lock.json',
        'npm-shrinkwrap.json',
        'a/yarn.lock',
        'pnpm-lock.yaml',
        'bun.lock',
        'bun.lockb',
        'poetry.lock',
        'uv.lock',
        'go.sum',
        'Cargo.lock',
      ],
    ],
    [
      'manifest',
      [
        'package.json',
        'pkg/a/package.json',
        'pnpm-workspace.yaml',
        '.npmrc',
        '.nvmrc',
        'pyproject.toml',
        'go.mod',
        'Cargo.toml',
        'Makefile',
        'PACKAGE.JSON',
        'pac\u212Aage.json',
      ],
    ],
    [
      'git-config',
      ['.gitignore', 'src/.gitignore', '.gitattributes', '.gitmodules', '.husky/pre-commit', '.githooks/x'],
    ],
    ['agent-config', ['agent.yaml', '.agent/x', 'AGENTS.md', 'CLAUDE.md']],
    [
      null,
      [
        'src/a.ts',
        'src/setup.ts',
        'README.md',
        '.mailmap',
        'src/testing.ts',
        'docs/design.md',
        'src/package.json.ts',
        'src/specs.ts',
        'latest/a.ts',
        'src/shop/unittest/helpers.py',
        'lib/hypothesis/model.py',
      ],
    ],
  ] as const)('is %s', (kind, paths) => {
    for (const path of paths) expect(classify(path, PROJECT, EXISTING.has(path)), path).toBe(kind)
  })

  it('lets the author of tests use a folder with the name of a module', () => {
    expect(classify('tests/unittest/test_a.py', PROJECT, false)).toBe('new-test')
  })

  it('counts a snapshot as a test of its own: existing or new', () => {
    expect(classify('src/x.snap', PROJECT, true)).toBe('existing-test')
    expect(classify('src/x.snap', PROJECT, false)).toBe('new-test')
  })

  it('calls only what judges the task a judge', () => {
    const kinds = [
      'spec',
      'steering',
      'frozen-test',
      'existing-test',
      'new-test',
      'runner-config',
      'ci',
      'lockfile',
      'manifest',
      'git-config',
      'agent-config',
    ] as const
    expect(kinds.filter(isJudge)).toEqual(['spec', 'steering', 'frozen-test', 'existing-test'])
  })
})

describe('the guard', () => {
  it('lets ordinary files pass', () => {
    expect(kindsOf([edit('src/a.ts', ['a', 'b']), create('src/b.ts', '')])).toEqual([])
  })

  it('looks at every operation, and at both ends of a move', () => {
    const move: Operation = { action: 'move', path: 'src/a.ts', to: 'test/frozen.test.ts', edits: [], line: 1 }
    const back: Operation = { action: 'move', path: 'test/old.test.ts', to: 'src/old.ts', edits: [], line: 1 }
    const remove = { action: 'delete', path: 'package.json', line: 1 } as const
    expect(kindsOf([move, back, remove])).toEqual(['frozen-test', 'existing-test', 'manifest'])
  })

  it('says which kind it is and which line would permit it', () => {
    const [refusal] = createGuard(PROJECT)({ operations: [edit('package.json', ['a', 'b'])] }, () => true)
    expect(refusal).toMatchObject({ code: 'protected', path: 'package.json', block: null, nearest: null })
    expect(refusal?.message).toMatch(/manifest.*`Allows: package\.json`/)
  })

  it('says plainly that nothing the model writes lifts the protection of a judge', () => {
    for (const path of ['specs/job-queue/tasks.md', '.kiro/steering/a.md', 'test/frozen.test.ts', 'test/old.test.ts']) {
      const [refusal] = createGuard(PROJECT)({ operations: [edit(path, ['a', 'b'])] }, () => true)
      expect(refusal?.message).toContain('nothing you answer can permit')
    }
  })

  it('lifts what Allows names, by path, glob or folder, whatever its case', () => {
    const operations = [
      edit('package.json', ['a', 'b']),
      edit('test/old.test.ts', ['a', 'b']),
      create('.github/x.yml', ''),
    ]
    expect(kindsOf(operations)).toEqual(['manifest', 'existing-test', 'ci'])
    expect(kindsOf(operations, { allows: ['Package.json', './test/*.test.ts', '.github/'] })).toEqual([])
    expect(kindsOf(operations, { allows: ['**'] })).toEqual([])
    expect(kindsOf(operations, { allows: ['*.json'] })).toEqual(['existing-test', 'ci'])
  })

  it('never lifts specs, steering and frozen tests, and reads no glob as its opposite', () => {
    const judges = ['specs/job-queue/tasks.md', '.kiro/steering/a.md', 'test/frozen.test.ts'].map((path) =>
      create(path, ''),
    )
    expect(kindsOf(judges, { allows: ['**'] })).toEqual(['spec', 'steering', 'frozen-test'])
    expect(kindsOf([create('Makefile', '')], { allows: ['!x'] })).toEqual(['manifest'])
    expect(kindsOf([create('Makefile', '')], { allows: ['', ' '] })).toEqual(['manifest'])
  })

  it('refuses unsafe paths, which globs cannot judge', () => {
    expect(kindsOf([create('src/../package.json', ''), create('.//package.json', '')])).toEqual([
      'unsafe-path',
      'unsafe-path',
    ])
  })

  it('lets the author of tests create, tests too, and nothing else', () => {
    const whole = { action: 'replace', path: 'test/new.test.ts', content: '', line: 1 } as const
    const over = { action: 'replace', path: 'src/a.ts', content: '', line: 1 } as const
    const author = { createOnly: true, frozen: [] }
    expect(kindsOf([create('test/a.test.ts', ''), create('src/stub.ts', ''), whole], author)).toEqual([])
    expect(
      kindsOf([edit('src/a.ts', ['a', 'b']), over, { action: 'delete', path: 'src/a.ts', line: 1 }], author),
    ).toEqual(['create-only', 'create-only', 'create-only'])
    expect(kindsOf([create('src/a.ts', '')], author)).toEqual(['create-only'])
    expect(kindsOf([create('vitest.config.ts', ''), create('test/setup.ts', '')], author)).toEqual([
      'runner-config',
      'runner-config',
    ])
    expect(kindsOf([edit('test/old.test.ts', ['a', 'b'])], author)).toEqual(['existing-test'])
    const extending = { ...author, extends: (path: string) => path.endsWith('.ts') }
    expect(kindsOf([edit('src/a.ts', ['a', 'b'])], extending)).toEqual([])
    expect(kindsOf([edit('README.md', ['a', 'b']), over], extending)).toEqual(['create-only', 'create-only'])
    expect(kindsOf([edit('test/old.test.ts', ['a', 'b'])], extending)).toEqual(['existing-test'])
  })
})

describe('test paths', () => {
  it.each([
    'a.test.ts',
    'src/b.spec.tsx',
    'c.test.mjs',
    'd.spec.cjs',
    'e.test.jsx',
    'test/x.json',
    'pkg/tests/y.ts',
    'a/__tests__/z.ts',
    'test_a.py',
    'x/a_test.py',
    'b_test.go',
    'SRC/A.Test.TS',
  ])('knows %s', (path) => {
    expect(isTestPath(path)).toBe(true)
  })

  it.each([
    'src/a.ts',
    'src/test.ts',
    'latest/a.ts',
    'src/a.test.md',
    'contest.ts',
    'src/attest_x.py',
    'test',
    'a.tests.ts',
  ])('passes over %s', (path) => {
    expect(isTestPath(path)).toBe(false)
  })
})
