import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { missingPath, type PytestImports, pytestImports } from '../../src/core/pytest-imports.ts'
import { makeTarget, runTests } from '../io/checks/target.ts'
import { pythonEnvironment } from '../support/python.ts'

const python = await pythonEnvironment()
if ('missing' in python) it.skip(`how pytest imports is not tried here: ${python.missing}`, () => {})
const bin = 'venv' in python ? join(python.venv, 'bin') : ''

type Files = Record<string, string>
const TEST = 'from box import size\n\ndef test_size(): assert size() == 1\n'
const top: Files = { 'box.py': 'def size(): return 1\n', 'tests/test_box.py': TEST }
const source: Files = { 'src/box.py': 'def size(): return 1\n', 'tests/test_box.py': TEST }
const TOML = '[tool.pytest.ini_options]\n'

// As the program `pytest` does it, without the folder that it is called in; loaded once, and forked for each project.
const PLAIN = `
import hypothesis, os, pytest, sys
from _pytest import config
from importlib import import_module
for name in config.default_plugins: import_module("_pytest." + name)
for folder in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        code = pytest.main(["-q", "-p", "no:cacheprovider"])
        sys.stdout.flush()
        os._exit(code)
    print("\\ncode", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
`

/** What a plain \`pytest\` makes of each project. */
async function plain(folders: string[]): Promise<('green' | 'not found')[]> {
  const { stdout } = await promisify(execFile)(join(bin, 'python3'), ['-I', '-B', '-c', PLAIN, ...folders])
  const told = [...stdout.matchAll(/([\s\S]*?)\ncode (\d)\n/g)]
  expect(told, stdout).toHaveLength(folders.length)
  return told.map(([, words, code]) => {
    if (code !== '0') expect(words).toContain("No module named 'box'")
    return code === '0' ? 'green' : 'not found'
  })
}

const importsOf = (files: Files): Promise<PytestImports> =>
  pytestImports(async (path) => files[path] ?? null, Object.keys(files))

/** `add`: the file and the line that are missing. */
const CASES: [name: string, files: Files, way: PytestImports['way'], plain: 'green' | 'not found', add?: string][] = [
  ['nothing', top, null, 'not found', 'pytest.ini: pythonpath = .'],
  ['requirements', { ...top, 'requirements-dev.txt': 'pytest\n' }, null, 'not found', 'pytest.ini: pythonpath = .'],
  ['code below src', source, null, 'not found', 'pytest.ini: pythonpath = src'],
  [
    'code in a package',
    { ...top, 'src/__init__.py': '', 'src/box.py': '' },
    null,
    'not found',
    'pytest.ini: pythonpath = .',
  ],
  [
    'a section without a path',
    { ...top, 'pyproject.toml': `${TOML}testpaths = ["tests"]\n[tool.x]\n` },
    null,
    'not found',
    'pyproject.toml: pythonpath = ["."]',
  ],
  [
    'no section, code below src',
    { ...source, 'pyproject.toml': '[tool.x]\r\ny = 1\r\n' },
    null,
    'not found',
    'pyproject.toml: pythonpath = ["src"]',
  ],
  [
    'pytest.ini before pyproject.toml',
    { ...top, 'pytest.ini': '', 'pyproject.toml': `${TOML}pythonpath = ["."]\n` },
    null,
    'not found',
    'pytest.ini: pythonpath = .',
  ],
  [
    'setup.cfg',
    { ...top, 'setup.cfg': '[tool:pytest]\naddopts = -q\n' },
    null,
    'not found',
    'setup.cfg: pythonpath = .',
  ],
  [
    'conftest.py at the top, code below src',
    { ...source, 'conftest.py': '' },
    null,
    'not found',
    'pytest.ini: pythonpath = src',
  ],
  [
    'conftest.py at the top, with importlib',
    { ...top, 'conftest.py': '', 'pytest.ini': '[pytest]\naddopts = --import-mode=importlib\n' },
    null,
    'not found',
    'pytest.ini: pythonpath = .',
  ],
  ['a path', { ...top, 'pyproject.toml': `${TOML}pythonpath = ["."]\n` }, 'settings', 'green'],
  ['another path', { ...top, 'pyproject.toml': `${TOML}pythonpath = ["src"]\n` }, 'settings', 'not found'],
  ['a path in tox.ini', { ...source, 'tox.ini': '[pytest]\npythonpath =\n  src\n' }, 'settings', 'green'],
  ['conftest.py at the top', { ...top, 'conftest.py': '' }, 'settings', 'green'],
  [
    'a conftest.py that sets the path',
    { ...source, 'tests/conftest.py': 'import sys\nsys.path.insert(0, "src")\n' },
    'command',
    'green',
  ],
  ['tests in a package', { ...top, 'tests/__init__.py': '' }, 'packages', 'green'],
  ['tests beside the code', { 'box.py': top['box.py']!, 'test_box.py': TEST }, 'packages', 'green'],
  ['its own command', { ...top, Makefile: 'test:\n\tpython3 -m pytest\n' }, 'command', 'not found'],
  ['a session of nox', { ...top, 'noxfile.py': 'session.run("python", "-m", "pytest")\n' }, 'command', 'not found'],
]

describe.runIf('venv' in python)('how a plain pytest finds the modules', () => {
  it.each(CASES)('is told by the files: %s', async (_name, files, way, _expected, add) => {
    const imports = await importsOf(files)
    expect(imports.way).toBe(way)
    const missing = missingPath(imports, null)
    expect(missing === null ? undefined : `${missing.path}: ${missing.line}`).toBe(add)
  })

  it('is so, and the line that is added mends it', async () => {
    const targets = await Promise.all(CASES.map(([, files]) => makeTarget({ 'package.json': null, ...files })))
    const mended = await Promise.all(
      CASES.filter(([, , , , add]) => add !== undefined).map(async ([, files]) => {
        const { path, text } = (await importsOf(files)).add
        return makeTarget({ 'package.json': null, ...files, [path]: text })
      }),
    )
    const found = await plain([...targets, ...mended].map(({ worktree }) => worktree))
    const wanted = CASES.map(([name, , , expected]) => [name, expected])
    expect(CASES.map(([name], at) => [name, found[at]])).toEqual(wanted)
    expect(found.slice(CASES.length)).toEqual(mended.map(() => 'green'))
  })

  it('where the project says it, the harness finds what plain pytest finds; else its top and src too', async () => {
    const path = `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`
    const judged = async (name: string) => {
      const files = CASES.find((one) => one[0] === name)![1]
      return runTests(await makeTarget({ 'package.json': null, ...files }), { path })
    }
    const [said, other, none, below] = await Promise.all(
      ['a path', 'another path', 'nothing', 'code below src'].map(judged),
    )
    for (const one of [said, none, below]) expect(one, JSON.stringify(one)).toMatchObject({ status: 'passed' })
    expect(other!.problems).toMatchObject([
      { file: 'tests/test_box.py', message: expect.stringMatching(/No module named 'box'\n.*needs "\."/) },
    ])
  })
})

it('before there is code, the specs say where it will be', async () => {
  const lineFor = async (place: string) =>
    (await importsOf({ 'specs/jobs/design.md': `\`${place}\` has the class \`Queue\`.`, 'tests/conftest.py': '' })).add
      .line
  expect(await lineFor('src/jobs/queue.py')).toBe('pythonpath = src')
  expect(await lineFor('jobs/queue.py')).toBe('pythonpath = .')
})

it('a project that is installed needs nothing more; an environment knows better than files', async () => {
  const project = { 'pyproject.toml': '[project]\nname = "box"\n', 'src/box.py': '' }
  const imports = await importsOf(project)
  expect(imports.way).toBe('installed')
  expect([null, true, false].map((installed) => missingPath(imports, installed)?.line)).toEqual([
    undefined,
    undefined,
    'pythonpath = ["src"]',
  ])
  expect((await importsOf({ ...project, 'requirements.txt': 'six\n' })).way).toBeNull()
  expect((await importsOf({ ...project, 'requirements.txt': 'six\n-e .[test]\n' })).way).toBe('installed')
  expect((await importsOf({ 'pyproject.toml': '[tool]\npytest.ini_options.x = 1\n' })).add.text).toBeNull()
})
