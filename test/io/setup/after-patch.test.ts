import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../src/core/hash.ts'
import { patchedCommands } from '../../../src/io/setup/after-patch.ts'
import { blamesTheFiles, MANAGERS, managersOf, type Source } from '../../../src/io/setup/managers.ts'
import { partsOf } from '../../../src/io/setup/parts.ts'

type Files = Record<string, string>

const sourceOf = (files: Files): Source => ({
  commit: '',
  paths: Object.keys(files).sort(),
  hashOf: (path) => (path in files ? sha256(files[path]!) : null),
  read: async (path) => files[path] ?? null,
})

const EVERY = ['javascript', 'python', 'go', 'rust', 'java'] as const

async function afterPatch(base: Files, patch: Files, setup?: string[]) {
  const patched = sourceOf({ ...base, ...patch })
  const [part] = await partsOf(patched, setup, [...EVERY])
  return patchedCommands(part!, sourceOf(base), patched)
}

const NPM: Files = { 'package.json': '{"dependencies":{"a":"1.0.0"}}', 'package-lock.json': '{\n}' }
const PIP: Files = { 'requirements.txt': 'six==1.16.0\n' }

describe('managers', () => {
  it.each([
    [['package-lock.json'], ['npm']],
    [['npm-shrinkwrap.json'], ['npm']],
    [['pnpm-lock.yaml'], ['pnpm']],
    [['yarn.lock'], ['yarn']],
    [['bun.lockb'], ['bun']],
    [['package.json'], []],
    [['uv.lock', 'pyproject.toml', 'requirements.txt'], ['uv']],
    [['poetry.lock'], ['poetry']],
    [['requirements-dev.txt'], ['pip']],
    [['setup.py'], ['pip']],
    [['sub/package-lock.json'], []],
    [
      ['go.mod', 'package-lock.json'],
      ['npm', 'go'],
    ],
    [['Cargo.lock'], ['cargo']],
    [['pom.xml'], ['maven']],
    [['build.gradle.kts'], ['gradle']],
  ])('%j: %j', async (paths, names) => {
    const source = sourceOf(Object.fromEntries(paths.map((path) => [path, ''])))
    expect((await managersOf(source, [...EVERY])).map(({ name }) => name)).toEqual(names)
  })

  it('go has the modules of each go.mod that is judged, from its own folder', async () => {
    const paths = ['go.mod', 'v2/go.mod', 'v2/my store/go.mod', 'v2/testdata/x/go.mod', '_old/go.mod']
    const commandsOf = async (some: string[]) => {
      const source = sourceOf(Object.fromEntries(some.map((path) => [path, ''])))
      const [go] = await managersOf(source, ['go'])
      return go?.install(source)
    }
    expect(await commandsOf(paths)).toEqual([
      ...['go mod download', 'go -C v2 mod download', "go -C 'v2/my store' mod download"],
    ])
    expect(await commandsOf(['tools/go.mod'])).toEqual(['go -C tools mod download'])
    expect(await commandsOf(['_old/go.mod'])).toBeUndefined()
  })

  it.each(['requirements.txt', 'test-requirements.txt', 'requirements-dev.txt'])(
    'what %s says decides on what is installed',
    async (list) => {
      const of = async (text: string) => (await partsOf(sourceOf({ [list]: text }), undefined, ['python']))[0]
      const [before, after] = [await of('pytest\n'), await of('pytest\nhypothesis\n')]
      expect(before?.commands[1]).toMatch(new RegExp(`-r ${list}$`))
      expect(after?.fingerprint).not.toBe(before?.fingerprint)
    },
  )

  it.each([
    ['[project.optional-dependencies]\ndoc = ["sphinx"]\ntest = [\n  "pytest",\n]\n', "-e '.[test]'"],
    ['[project.optional-dependencies]\ntesting = ["pytest"]\ndev = []\n', "-e '.[dev,testing]'"],
    ['[project.optional-dependencies]\ndoc = ["sphinx"]\n[tool.x]\ntest = ["a"]\n', '-e .'],
    ['', '-e .'],
  ])('a project of Python is installed with what its tests need: %j', async (more, args) => {
    const source = sourceOf({ 'pyproject.toml': `[project]\nname = "a"\n\n${more}` })
    const [pip] = await managersOf(source, ['python'])
    expect((await pip!.install(source))[1]).toMatch(new RegExp(`${args.replace(/[[\].]/g, '\\$&')}$`))
  })

  it('tell a wrong lockfile from a network that is down', () => {
    const npm = MANAGERS.find(({ name }) => name === 'npm')!
    expect(blamesTheFiles(npm, 'npm error code E404\nnpm error 404 Not Found - GET https://r/x')).toBe(true)
    expect(blamesTheFiles(npm, 'npm error code ENOTFOUND\nnpm error E404')).toBe(false)
    expect(blamesTheFiles(npm, 'npm error code ENOSPC')).toBe(false)
    const pip = MANAGERS.find(({ name }) => name === 'pip')!
    expect(blamesTheFiles(pip, 'ERROR: No matching distribution found for nope==1')).toBe(true)
    expect(blamesTheFiles(pip, 'Failed to establish a new connection\nERROR: No matching distribution found')).toBe(
      false,
    )
  })
})

describe('after a patch', () => {
  it('detected managers install with nothing built', async () => {
    const lock =
      '{\n"node_modules/a": { "version": "2.0.0",\n"resolved": "https://registry.npmjs.org/a/-/a-2.0.0.tgz",\n"funding": { "url": "https://github.com/sponsors/a" }\n}}'
    expect(await afterPatch(NPM, { 'package-lock.json': lock })).toMatchObject({
      commands: ['npm ci --ignore-scripts --include=dev --no-audit --no-fund'],
    })
    expect(
      await afterPatch(PIP, {
        'requirements.txt': 'six==1.17.0 ; python_version > "3.8" \\\n    --hash=sha256:abc0\n# why\n',
      }),
    ).toMatchObject({
      commands: ['python3 -m venv .venv', expect.stringMatching(/-r requirements\.txt --only-binary :all:$/)],
    })
  })

  it.each<[string, Files, Files, string[]?]>([
    ['a registry of its own', NPM, { '.npmrc': 'registry=https://evil.example/' }],
    ['another registry for pip', PIP, { 'requirements.txt': '--index-url https://evil.example/\nsix==1.16.0\n' }],
    ['a build that is switched on again', PIP, { 'requirements.txt': 'six==1.16.0\n--no-binary :all:\n' }],
    ['a project of the tree that is built', PIP, { 'requirements.txt': 'six==1.16.0\n-e .\n' }],
    ['a path', PIP, { 'requirements.txt': './pkg\n' }],
    ['a code repository for pip', PIP, { 'requirements.txt': 'x @ git+https://example.com/x\n' }],
    ['a list in a list', PIP, { 'requirements.txt': '-r ../../outside.txt\n' }],
    ['an editable install', { 'setup.py': '' }, { 'setup.py': 'import os' }],
    [
      'a code repository for npm',
      NPM,
      { 'package-lock.json': '{\n"resolved": "git+ssh://git@github.com/a/b.git#1"\n}' },
    ],
    ['a shorthand of a code repository', NPM, { 'package.json': '{"dependencies":{"a":"evil/a"}}' }],
    ['a folder outside', NPM, { 'package.json': '{"dependencies":{"a":"file:../../home/.ssh"}}' }],
    [
      'a link outside',
      NPM,
      { 'package-lock.json': '{\n"node_modules/a": {\n"resolved": "../.ssh",\n"link": true\n}}' },
    ],
    ['the root of the machine', NPM, { 'package-lock.json': '{\n"resolved": "file:/root/x.tgz"\n}' }],
    ['another program that installs', NPM, { 'package.json': '{"packageManager":"yarn@https://evil.example/y.js"}' }],
    ['a hook of pnpm', { 'pnpm-lock.yaml': '' }, { '.pnpmfile.cjs': 'x', 'pnpm-lock.yaml': 'a' }],
    ['a plug-in of yarn', { 'yarn.lock': '' }, { '.yarn/plugins/x.cjs': 'x', 'yarn.lock': 'a' }],
    [
      'a toolchain of Rust',
      { 'Cargo.lock': '' },
      { 'rust-toolchain.toml': '[toolchain]\npath = "evil"', 'Cargo.lock': 'a' },
    ],
    ['a code repository for cargo', { 'Cargo.lock': '' }, { 'Cargo.lock': 'source = "git+https://example.com/x"\n' }],
    ['a source of uv', { 'uv.lock': '' }, { 'uv.lock': 'source = { url = "https://example.com/x.tar.gz" }\n' }],
    ['Maven, whose plug-ins are code', { 'pom.xml': '' }, { 'pom.xml': '<project/>' }],
    ['Gradle, whose build is code', { 'build.gradle': '' }, { 'build.gradle': 'x' }],
    ['a command that is not known', NPM, { 'package-lock.json': '{}' }, ['npm ci', 'make gen']],
    ['a shell in a command', NPM, { 'package-lock.json': '{}' }, ['npm ci && make']],
    ['another folder', NPM, { 'package-lock.json': '{}' }, ['npm --prefix x ci']],
  ])('%s stops for a person', async (_, base, patch, setup) => {
    expect(await afterPatch(base, patch, setup)).toMatchObject({ refused: expect.any(String) })
  })

  it("the user's own commands go on with scripts off, unless a package needs its script", async () => {
    const lock = { 'package-lock.json': '{\n"node_modules/a": {}\n}' }
    expect(await afterPatch(NPM, lock, ['npm ci --legacy-peer-deps'])).toMatchObject({
      commands: ['npm ci --legacy-peer-deps --ignore-scripts'],
    })
    const native = { 'package-lock.json': '{\n"node_modules/better-sqlite3": {\n"hasInstallScript": true\n}\n}' }
    expect(await afterPatch(NPM, native, ['npm ci'])).toMatchObject({
      refused: expect.stringContaining('better-sqlite3'),
    })
    const pip = ['python3 -m venv .venv', '.venv/bin/pip install -r requirements.txt']
    expect(await afterPatch(PIP, { 'requirements.txt': 'six==1.17.0\n' }, pip)).toMatchObject({
      commands: [pip[0], `${pip[1]} --only-binary :all:`],
    })
  })
})
