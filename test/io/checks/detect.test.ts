import { describe, expect, it } from 'vitest'
import { detectProject } from '../../../src/io/checks/detect.ts'
import { withoutRace } from '../../../src/io/checks/go-tests.ts'
import { MANIFEST } from './target.ts'

const detect = (files: Record<string, string>, options?: { build?: string }) =>
  detectProject(async (path) => files[path] ?? null, Object.keys(files), options)

const runner = async (files: Record<string, string>, options = {}) => {
  const project = await detectProject(async (path) => files[path] ?? null, Object.keys(files), options)
  return 'unsupported' in project ? project.unsupported : [project.runner, project.why]
}

describe('detecting a project', () => {
  it('builds with the type checker only where one is set up', async () => {
    expect(await detect({ 'package.json': MANIFEST, 'tsconfig.json': '{}' })).toMatchObject({
      runner: 'vitest',
      build: ['node', 'node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false'],
    })
    expect(await detect({ 'package.json': MANIFEST })).toMatchObject({ build: null })
    const untyped = JSON.stringify({ devDependencies: { vitest: '*' } })
    expect(await detect({ 'package.json': untyped, 'tsconfig.json': '{}' })).toMatchObject({ build: null })
  })

  it('lets the configuration replace the build', async () => {
    const project = await detect({ 'package.json': MANIFEST, 'tsconfig.json': '{}' }, { build: 'make all' })
    expect(project).toMatchObject({ build: ['sh', '-c', 'make all'] })
  })

  it('says in words what it cannot run', async () => {
    expect(await detect({})).toEqual({ unsupported: expect.stringContaining('no package.json') })
    expect(await detect({ 'package.json': '{}' })).toEqual({ unsupported: expect.stringContaining('vitest') })
    expect(await detect({ 'package.json': '{\n  "a": 1,\n}' })).toEqual({
      unsupported: expect.stringMatching(/^package\.json:3:1: /),
    })
    expect(await detect({ 'package.json': 'null' })).toEqual({ unsupported: 'package.json: not an object' })
  })
})

describe('a project of Python', () => {
  it.each([
    ['pytest.ini', '', 'is there'],
    ['pyproject.toml', '[tool.pytest.ini_options]\n', 'has a section `tool.pytest`'],
    ['pyproject.toml', '[dependency-groups]\ndev = ["pytest>=8"]\n', 'names pytest among the dependencies'],
    ['setup.cfg', '[tool:pytest]\n', 'has a section `tool:pytest`'],
    ['tox.ini', '[testenv]\ncommands = pytest\n', 'starts pytest'],
    ['noxfile.py', 'session.run("pytest")', 'starts pytest'],
    ['requirements-dev.txt', 'pytest==9\n', 'names pytest'],
    ['uv.lock', '', 'makes it a project of Python'],
    ['tests/test_queue.py', 'import unittest', 'is a test of Python'],
  ])('is told by %s', async (path, text, words) => {
    expect(await runner({ [path]: text })).toEqual(['pytest', `${path} ${words}`])
  })

  it('is one beside a package.json without tests; beside one with tests a person says which', async () => {
    const python = { 'pyproject.toml': '[project]\nname = "x"\ndependencies = ["pytest"]\n' }
    const tools = JSON.stringify({ devDependencies: { prettier: '*' } })
    const tested = JSON.stringify({ scripts: { test: 'vitest run' }, devDependencies: { vitest: '*' } })
    expect(await runner({ ...python, 'package.json': tools })).toMatchObject(['pytest', expect.any(String)])
    expect(await runner({ ...python, 'package.json': tested })).toContain('`runner: vitest` or `runner: pytest`')
    expect(await runner({ ...python, 'package.json': tested }, { runner: 'pytest' })).toMatchObject([
      'pytest',
      'agent.yaml says so',
    ])
    const go = { 'go.mod': 'module x\n' }
    expect(await runner({ ...go, 'package.json': tested })).toContain('`runner: vitest` or `runner: go`')
    expect(await runner({ ...go, 'pytest.ini': '' })).toContain('`runner: go` or `runner: pytest`')
    expect(await runner({ ...go, ...python, 'package.json': tools })).toContain('`runner: go` or `runner: pytest`')
    const scripts = { 'pyproject.toml': '[project]\nname = "x"\n' }
    expect(await runner({ ...go, ...scripts, 'package.json': tools })).toMatchObject(['go', expect.any(String)])
    expect(await runner({ ...python, 'package.json': tested }, { runner: 'vitest' })).toMatchObject([
      'vitest',
      'agent.yaml says so',
    ])
  })

  it('is one where all code is of Python, beside a package.json that brings this program alone', async () => {
    const ours = JSON.stringify({
      scripts: { test: 'echo "Error: no test specified"' },
      devDependencies: { specproof: '*' },
    })
    const told = ['pytest', 'box.py makes it a project of Python']
    expect(await runner({ 'box.py': '', 'package.json': ours })).toEqual(told)
    expect(await runner({ 'box.py': '' })).toEqual(told)
    for (const other of [{ 'main.rs': '' }, { 'index.js': '' }])
      expect(await runner({ 'box.py': '', 'package.json': ours, ...other })).toContain('vitest')
    const own = JSON.stringify({ devDependencies: { specproof: '*', react: '*' } })
    expect(await runner({ 'box.py': '', 'package.json': own })).toContain('vitest')
    expect(await runner({ 'box.py': '', 'package.json': ours }, { commands: true })).toMatchObject([
      null,
      expect.any(String),
    ])
  })

  it('is none where Python only serves tools beside tests of JavaScript, or package.json cannot be read', async () => {
    const tested = JSON.stringify({ scripts: { test: 'vitest run' }, devDependencies: { vitest: '*' } })
    const docs = { 'requirements.txt': 'mkdocs==1.6\n' }
    expect(await runner({ ...docs, 'package.json': tested })).toMatchObject(['vitest', expect.any(String)])
    expect(await runner({ ...docs, 'package.json': tested, 'tests/test_a.py': '' })).toContain('tests/test_a.py is a')
    expect(await runner({ ...docs, 'package.json': '{ "name": ' })).toMatch(/^package\.json.*JSON/)
    expect(await runner({ 'pytest.ini': '', 'package.json': '[' })).toMatch(/^package\.json.*JSON/)
  })
})

describe('a project of Go', () => {
  it.each([
    ['go.mod', 'go.mod'],
    ['go.work', 'go.work'],
    ['services/queue/go.mod', 'services/queue/go.mod'],
  ])('is told by %s, without a setting', async (path, named) => {
    expect(await runner({ [path]: '' })).toEqual(['go', `${named} makes it a project of Go`])
  })

  it('without a go.mod is told how to get one', async () => {
    expect(await runner({ 'cache.go': '', 'cache_test.go': '' })).toMatch(
      /Go \(cache\.go\) and no go\.mod.*go mod init/,
    )
    expect(await runner({ 'vendor/a/a.go': '' })).toContain('nothing of Python or Go')
  })

  it('is none for the modules of others', async () => {
    expect(await runner({ 'internal/testdata/x/go.mod': '' })).toContain('nothing of Python or Go')
  })

  it('is compiled with its tests unless agent.yaml says how', async () => {
    const read = async () => null
    expect(await detectProject(read, ['go.mod'])).toMatchObject({
      build: ['node', expect.stringMatching(/go\/check\.mts$/)],
    })
    expect(await detectProject(read, ['go.mod'], { build: 'make' })).toMatchObject({ build: ['sh', '-c', 'make'] })
  })

  it('says what it does without the race detector', async () => {
    expect(await withoutRace({}, '/usr/bin', 'mips')).toContain('mips')
    expect(await withoutRace({ CGO_ENABLED: '0' }, '/usr/bin', 'x64')).toContain('CGO_ENABLED=0')
    expect(await withoutRace({}, '/nowhere', 'x64')).toContain('gcc')
  })
})
