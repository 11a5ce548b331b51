import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configText, exampleModel, SCHEMA } from '../src/core/init/config-text.ts'
import type { Survey } from '../src/core/init/survey.ts'
import { tsconfigText } from '../src/core/init/tsconfig-text.ts'
import { parseConfig } from '../src/core/parse-config.ts'
import { NO_COMPILER, NO_TSCONFIG, uncheckedTypes } from '../src/core/types-check.ts'
import { start } from './support/agent.ts'
import { CLAMP_SPEC } from './support/clamp.ts'
import { type Files, makeRepository, type TestRepository } from './support/repository.ts'

interface Told {
  survey: Record<string, unknown>
  steps: { what: string; status: string; text: string; next?: string }[]
}

/** A small project without specs and settings. */
const bare = (files: Files = {}) =>
  makeRepository({
    files: { 'agent.yaml': null, ...Object.fromEntries(Object.keys(CLAMP_SPEC).map((path) => [path, null])), ...files },
    packages: [],
  })

async function init(repository: TestRepository, args: string[] = [], env: Record<string, string> = {}) {
  const ended = await start(repository, ['init', ...args], { env })
  return { ...ended, told: JSON.parse(ended.stdout || '{}') as Told }
}

const did = ({ steps }: Told) => Object.fromEntries(steps.map(({ what, status }) => [what, status]))

/** A package manager that does what its real one would, without a network. */
const npmThat = (repository: TestRepository, script: string) => programThat(repository, 'npm', script)

async function programThat(repository: TestRepository, name: string, script: string): Promise<Record<string, string>> {
  const bin = join(repository.around, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(bin, name), 0o755)
  return { PATH: `${bin}:${repository.env['PATH']}` }
}

describe('agent init', () => {
  it('without a terminal and without --yes writes agent.yaml alone, and says what else it would do', async () => {
    const repository = await bare()
    const head = await repository.git('rev-parse', 'HEAD')
    const { code, told } = await init(repository)
    expect(code).toBe(0)
    expect(did(told)).toMatchObject({ 'agent.yaml': 'written', packages: 'to do', spec: 'to do' })
    expect(await repository.git('rev-parse', 'HEAD')).toBe(head)
    expect(await repository.git('status', '--porcelain')).toBe('?? agent.yaml')
    const text = await repository.read('agent.yaml')
    expect(text).toContain('Test runner: node:test, because the script `test` starts it: node --test.')
    parseConfig('agent.yaml', text)

    await repository.write({ 'agent.yaml': 'attempts: 1\n' })
    expect(did((await init(repository)).told)).toMatchObject({ 'agent.yaml': 'kept' })
    expect(await repository.read('agent.yaml')).toBe('attempts: 1\n')
  })

  it('with --yes adds the packages in a commit of their own and a spec that runs as it is', async () => {
    const repository = await bare({ 'package.json': '{"scripts":{"test":"node --test"}}\n' })
    await repository.write({ 'staged.txt': 'mine\n' })
    await repository.git('add', 'staged.txt')
    const env = await npmThat(
      repository,
      'echo "$@" >> ../asked\n[ "$1" = install ] || exit 0\necho \'{"devDependencies":{"fast-check":"4"}}\' > package.json\necho {} > package-lock.json',
    )
    const { code, told, stderr } = await init(repository, ['--yes'], env)
    expect(code, stderr).toBe(0)
    expect(did(told)).toMatchObject({
      packages: 'committed',
      'test script': 'written',
      'agent.yaml': 'written',
      spec: 'written',
    })
    expect(await readFile(join(repository.around, 'asked'), 'utf8')).toMatch(
      // Its manifest has no script any more.
      /^install --save-dev --ignore-scripts .*fast-check \/.*\npkg set scripts\.test=node --test\n$/,
    )
    expect(await repository.git('show', '--format=%s', '--name-only', 'HEAD')).toBe(
      'Add fast-check and specproof for property tests\n\npackage-lock.json\npackage.json',
    )
    expect(await repository.git('status', '--porcelain')).toContain('A  staged.txt')
    expect(await repository.read('agent.yaml')).toContain(`$schema=${SCHEMA}`)

    const lint = await start(repository, ['lint', '--strict'])
    expect(lint.code, lint.stdout).toBe(0)
    await repository.commit({})
    expect(JSON.parse((await start(repository, ['status'])).stdout).specs).toMatchObject([{ id: 'first', next: '1' }])
    for (const [, path, line] of told.steps.at(-1)!.text.matchAll(/(specs\/\S+):(\d+)/g))
      expect((await repository.read(path!)).split('\n')[Number(line) - 1]).toMatch(/^(1\. THE|`src|- \[ \] 1\.)/)
  })

  it('adds rapid to a Go module in a commit of its own, and says where the code of the first spec lies', async () => {
    const files = {
      ...{ 'package.json': null, '.gitignore': null },
      'go.mod': 'module example.org/shop\n\ngo 1.22\n',
      'shop.go': 'package shop\n',
    }
    const repository = await bare(files)
    const env = await programThat(
      repository,
      'go',
      'echo "$@" > ../asked\nprintf "\\nrequire pgregory.net/rapid v1.2.0 // indirect\\n" >> go.mod\necho sum > go.sum',
    )
    const { code, told, stderr } = await init(repository, ['--yes'], env)
    expect(code, stderr).toBe(0)
    expect(did(told)).toMatchObject({ packages: 'committed', spec: 'written' })
    expect(await readFile(join(repository.around, 'asked'), 'utf8')).toBe('get pgregory.net/rapid@v1.2.0\n')
    expect(await repository.git('show', '--format=%s', '--name-only', 'HEAD')).toBe(
      'Add pgregory.net/rapid for property tests\n\ngo.mod\ngo.sum',
    )
    expect(await repository.read('go.mod')).toMatch(/\nrequire pgregory\.net\/rapid v1\.2\.0\n$/)
    expect(await repository.read('agent.yaml')).toContain('# runner: go')
    expect(await repository.read('specs/first/design.md')).toContain('slug/slug.go')
    expect((await readdir(repository.dir)).filter((name) => /^(package|node_modules|npm)/.test(name))).toEqual([])
    expect(await repository.read('.gitignore')).toBe('.agent/\n')
    expect(did((await init(repository, ['--yes'], env)).told)).not.toHaveProperty('packages')
  })

  it('has a plain pytest find the modules: one line in a commit of its own, or the words where the file is not committed', async () => {
    const files = {
      'package.json': null,
      'box.py': 'SIZE = 1\n',
      'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "-q"\n',
    }
    const repository = await bare(files)
    const step = ({ told }: { told: Told }) => told.steps.find(({ what }) => what === 'imports')
    const line = 'add `pythonpath = ["."]` under `[tool.pytest.ini_options]` in pyproject.toml'
    expect(step(await init(repository))).toMatchObject({ status: 'to do', text: expect.stringContaining(line) })
    const doctor = async () => {
      const { stdout } = await start(repository, ['doctor'])
      const { findings } = JSON.parse(stdout) as { findings: { name: string; state: string; mend: string }[] }
      return findings.find(({ name }) => name === 'imports')
    }
    expect(await doctor()).toMatchObject({ state: 'warning', mend: `${line}, and commit that` })
    await repository.write({ 'pyproject.toml': `${files['pyproject.toml']}# mine\n` })
    expect(step(await init(repository, ['--yes']))).toMatchObject({ status: 'to do' })
    await repository.git('checkout', '--quiet', 'pyproject.toml')
    expect(step(await init(repository, ['--yes']))).toMatchObject({ status: 'committed' })
    expect(await repository.git('show', '--format=%s', '--name-only', 'HEAD')).toBe(
      'Have pytest find the modules: pythonpath = ["."]\n\npyproject.toml',
    )
    expect(await repository.read('pyproject.toml')).toBe(
      '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-q"\n',
    )
    expect(step(await init(repository, ['--yes']))).toBeUndefined()
    expect(await doctor()).toBeUndefined()

    const without = await bare({ ...files, 'pyproject.toml': null, 'requirements-dev.txt': 'pytest\n' })
    const { told } = await init(without, ['--yes'])
    expect(did(told)).toMatchObject({ 'pytest.ini': 'written', packages: 'to do' })
    expect(told.steps.find(({ what }) => what === 'packages')!.text).toContain(
      'add the line `hypothesis` to requirements-dev',
    )
    await without.write({ 'requirements-dev.txt': 'pytest\nhypothesis\n' })
    expect(did((await init(without, ['--yes'])).told)).not.toHaveProperty('packages')
    expect(await without.read('pytest.ini')).toBe('[pytest]\npythonpath = .\n')
  })

  it('guesses no language where nothing is there but this program', async () => {
    const manifest = JSON.stringify({ devDependencies: { specproof: 'file:../x', node: '24' } })
    const repository = await bare({ 'package.json': manifest, 'README.md': '# Mine\n', '.gitignore': null })
    await repository.write({ 'node_modules/specproof/index.d.ts': 'export {}\n' })
    const { code, told } = await init(repository, ['--yes'])
    expect(code).toBe(10)
    expect(told.steps).toHaveLength(1)
    expect(told.steps.at(-1)).toMatchObject({
      what: 'project',
      status: 'to do',
      text: expect.stringContaining('go mod init'),
    })
    expect(await repository.git('status', '--porcelain')).toBe('?? node_modules/')
    await repository.commit({ 'go.mod': 'module example.org/shop\n\ngo 1.22\n\nrequire pgregory.net/rapid v1.2.0\n' })
    expect(did((await init(repository, ['--yes'])).told)).toMatchObject({ spec: 'written' })
    expect(await repository.read('specs/first/design.md')).toContain('slug/slug.go')
  })

  it('adds them to a new project, in which nothing is committed yet, or leaves it as it was', async () => {
    const repository = await bare({ 'package.json': null })
    const module = 'module example.org/shop\n\ngo 1.22\n'
    await repository.write({ 'go.mod': module, 'shop.go': 'package shop\n' })
    const broken = await programThat(repository, 'go', 'echo sum > go.sum\necho no > go.mod\nexit 1')
    expect(did((await init(repository, ['--yes'], broken)).told)).toMatchObject({ packages: 'failed' })
    expect([await repository.read('go.mod'), existsSync(join(repository.dir, 'go.sum'))]).toEqual([module, false])
    const env = await programThat(repository, 'go', 'printf "\\nrequire pgregory.net/rapid v1.2.0\\n" >> go.mod')
    const { code, told } = await init(repository, ['--yes'], env)
    expect([code, did(told)['packages']]).toEqual([0, 'written'])
    expect(JSON.stringify(told)).toContain('pgregory.net/rapid, in go.mod')
    expect(await repository.read('go.mod')).toContain('pgregory.net/rapid')
  })

  it('leaves everything as it was where the packages cannot be installed, or the manifest is not committed', async () => {
    const repository = await bare()
    const before = await repository.read('package.json')
    const env = await npmThat(repository, 'echo broken > package.json\necho "E404 no such package" >&2\nexit 1')
    const failed = await init(repository, ['--yes'], env)
    expect(failed.code).toBe(10)
    expect(failed.told.steps.find(({ what }) => what === 'packages')).toMatchObject({
      status: 'failed',
      text: expect.stringContaining('E404 no such package'),
    })
    expect(await repository.read('package.json')).toBe(before)

    await repository.write({ 'package.json': '{"name":"mine"}\n' })
    const dirty = await init(repository, ['--yes'], env)
    expect(dirty.code).toBe(10)
    expect(dirty.told.steps.find(({ what }) => what === 'packages')!.text).toContain(
      'because of changes to package.json that are not committed',
    )
    expect(await repository.read('package.json')).toBe('{"name":"mine"}\n')
  })

  it.each(['a signing program that fails', 'a merge that is not finished'])(
    'says what git said where it does not commit, and leaves the manifest as it was: %s',
    async (why) => {
      const repository = await bare({ 'package.json': '{"scripts":{"test":"node --test"}}\n' })
      const before = await repository.read('package.json')
      const merging = why.includes('merge')
      if (merging) {
        await repository.git('checkout', '--quiet', '-b', 'other')
        await repository.commit({ 'a.txt': 'theirs\n' }, 'other')
        await repository.git('checkout', '--quiet', 'main')
        await repository.commit({ 'b.txt': 'ours\n' }, 'ours')
        await repository.git('merge', '--quiet', '--no-commit', 'other')
      } else {
        await repository.git('config', 'commit.gpgSign', 'true')
        await repository.git('config', 'gpg.program', '/bin/false')
      }
      const status = await repository.git('status', '--porcelain')
      const env = await npmThat(repository, 'echo "{}" > package.json\necho {} > package-lock.json')
      const { code, told, stderr } = await init(repository, ['--yes'], env)
      expect([code, did(told)['packages']], stderr).toEqual([10, 'failed'])
      const { text } = told.steps.find(({ what }) => what === 'packages')!
      expect(text).toMatch(merging ? /cannot do a partial commit during a merge/ : /gpg failed to sign the data/)
      expect(await repository.read('package.json')).toBe(before)
      const left = (await repository.git('status', '--porcelain')).split('\n')
      expect(left.filter((line) => !/agent\.yaml|specs\//.test(line)).join('\n')).toBe(status)
    },
  )

  it('writes over nothing: not a file, not a link that leads nowhere, not a folder of specs', async () => {
    const repository = await bare({ 'specs/first/notes.md': 'mine\n' })
    await symlink('nowhere', join(repository.dir, 'agent.yaml'))
    const env = await npmThat(repository, 'exit 1')
    const { told } = await init(repository, ['--yes'], env)
    expect(did(told)).toMatchObject({ 'agent.yaml': 'kept', spec: 'kept' })
    expect(await repository.git('status', '--porcelain')).toBe('?? agent.yaml')
  })

  it('keeps node_modules and the like out of the commit that it proposes', async () => {
    const step = ({ told }: { told: Told }) => told.steps.find(({ what }) => what === '.gitignore')
    const repository = await bare({ '.gitignore': null })
    expect(step(await init(repository))).toMatchObject({ status: 'written' })
    expect(await repository.read('.gitignore')).toBe('node_modules/\n.agent/\n')

    // A file of the user's keeps all that it has, the missing end of its last line included until something is added.
    await repository.write({ '.gitignore': '# mine\n*.log' })
    const { told } = await init(repository)
    const { status, next } = told.steps.find(({ what }) => what === '.gitignore')!
    expect([status, await repository.read('.gitignore')]).toEqual(['to do', '# mine\n*.log'])
    expect(spawnSync('sh', ['-c', next!], { cwd: repository.dir }).status).toBe(0)
    const added = '# mine\n*.log\nnode_modules/\n'
    expect(await repository.read('.gitignore')).toBe(added)
    expect(step(await init(repository))).toBeUndefined()
    await repository.write({ '.gitignore': '# mine\n*.log' })
    const env = await npmThat(repository, 'exit 1')
    expect(step(await init(repository, ['--yes'], env))).toMatchObject({ status: 'written' })
    expect(await repository.read('.gitignore')).toBe(added)
    await repository.write({ '.gitignore': '' })
    const bin = join(import.meta.dirname, '..', 'bin/agent.js')
    const options = { cwd: repository.dir, env: repository.env, input: '', encoding: 'utf8' } as const
    const { stdout } = spawnSync(process.execPath, [bin, 'init'], options)
    expect(stdout).toContain(`Next:\n  printf 'node_modules/\\n' >> .gitignore\n  node ${bin} lint `)
    // What npx does not find here it would fetch from the registry, and there it is another one.
    expect(stdout).toMatch(/\n {2}node \S+ doctor {2,}what this machine can do\n/)
    await mkdir(join(repository.dir, 'node_modules', '.bin'), { recursive: true })
    await symlink(bin, join(repository.dir, 'node_modules', '.bin', 'agent'))
    expect(spawnSync(process.execPath, [bin, 'init'], options).stdout).toMatch(/\n {2}npx agent doctor {2,}what/)

    const python = await bare({ 'package.json': null, '.gitignore': null, 'pyproject.toml': '' })
    await init(python)
    expect(await python.read('.gitignore')).toBe('.venv/\n__pycache__/\n.pytest_cache/\n.hypothesis/\n.agent/\n')
  })

  it('has the types of a project of TypeScript checked: a strict tsconfig.json where there is none, and never another', async () => {
    const dependencies = { typescript: '*', vitest: '*', 'fast-check': '*', specproof: '*', '@types/node': '*' }
    const manifest = JSON.stringify({ devDependencies: dependencies })
    const repository = await bare({ 'package.json': manifest })
    const link = (name: string, to: string) => symlink(join(import.meta.dirname, '..', to), join(repository.dir, name))
    await mkdir(join(repository.dir, 'node_modules/@types'), { recursive: true })
    for (const name of ['typescript', '@types/node', 'fast-check', 'vitest'])
      await link(`node_modules/${name}`, `node_modules/${name}`)
    const doctor = async () => {
      const { findings } = JSON.parse((await start(repository, ['doctor'])).stdout) as {
        findings: { name: string; state: string; text: string }[]
      }
      return findings.find(({ name }) => name === 'types')
    }
    const step = ({ told }: { told: Told }) => told.steps.find(({ what }) => what === 'tsconfig.json')
    const script = async () => (await init(repository)).told.steps.find(({ what }) => what === 'test script')
    expect(await script()).toMatchObject({ status: 'to do', next: 'npm pkg set scripts.test="vitest run"' })
    await repository.write({
      'package.json': JSON.stringify({ devDependencies: dependencies, scripts: { test: 'x' } }),
    })
    expect(await script()).toBeUndefined()
    await repository.write({ 'package.json': manifest })
    const none = 'no tsconfig.json: types are not checked'
    expect(step(await init(repository))).toMatchObject({ status: 'to do', text: expect.stringContaining(none) })
    expect(await doctor()).toMatchObject({ state: 'warning', text: none })

    // Code that a strict one refuses would be a base on which no run begins.
    await repository.write({ 'src/old.ts': 'export const first = (all) => all[0]\n' })
    expect(step(await init(repository, ['--yes']))).toMatchObject({
      status: 'to do',
      text: expect.stringContaining('1 error, the first: src/old.ts(1,23)'),
    })
    expect(await repository.git('status', '--porcelain')).not.toContain('tsconfig')
    await repository.write({ 'src/old.ts': "import { log } from 'node:console'\nlog(import.meta.url, setTimeout)\n" })
    const { told } = await init(repository, ['--yes'])
    expect(step({ told })).toMatchObject({ status: 'written' })
    expect(told.survey['languages']).toEqual(['TypeScript'])
    const text = await repository.read('tsconfig.json')
    expect(text).toMatch(/"strict": true, +\/\/ \S/)
    expect(text).toContain('"types": ["node"]')
    expect(await doctor()).toBeUndefined()
    await repository.write({ 'tsconfig.json': '{}' })
    expect(step(await init(repository, ['--yes']))).toBeUndefined()
    expect(await repository.read('tsconfig.json')).toBe('{}')
  })

  const task = '- [ ] 1. Answer\n'
  const rules = '### Requirement 1: Answers\n\n1. THE server SHALL answer.\n'
  const kiro = { '.kiro/specs/login/tasks.md': task, '.kiro/specs/login/requirements.md': rules }
  it.each<[string, Files, object, string]>([
    [
      'TypeScript with vitest, Kiro specs, GitHub and AGENTS.md',
      {
        'package.json': '{"devDependencies":{"vitest":"*"}}',
        'tsconfig.json': '{}',
        ...kiro,
        '.github/workflows/ci.yml': '',
        'AGENTS.md': 'Be short.\n',
        'pnpm-lock.yaml': '',
      },
      {
        languages: ['TypeScript'],
        manager: 'pnpm',
        ci: [{ name: 'GitHub Actions' }],
        specs: ['.kiro/specs/login'],
        steering: ['AGENTS.md'],
      },
      '# runner: vitest',
    ],
    [
      'Python',
      { 'package.json': null, 'pyproject.toml': '', '.gitlab-ci.yml': '' },
      { languages: ['Python'], ci: [{ name: 'GitLab CI' }], dependencies: null },
      '# runner: pytest',
    ],
    [
      'Python where npm has made a package.json for this program alone',
      {
        'package.json': '{"devDependencies":{"specproof":"file:../clone","node":"^24"}}',
        'package-lock.json': '{}',
        'box.py': 'SIZE = 1\n',
      },
      { languages: ['Python'], manager: null, runner: { name: 'pytest', why: 'box.py makes it a project of Python' } },
      '# runner: pytest',
    ],
    ['Go', { 'package.json': null, 'go.mod': 'module x\n' }, { languages: ['Go'] }, '# runner: go'],
    [
      'specs in a package',
      { 'packages/api/specs/login/tasks.md': task, 'packages/api/specs/login/requirements.md': rules },
      { specs: [], elsewhere: ['packages/api/specs'] },
      'specs: ["packages/api/specs"]',
    ],
    [
      'two runners',
      { 'package.json': '{"devDependencies":{"vitest":"*","jest":"*"}}' },
      { languages: ['JavaScript'] },
      'No test runner that is known',
    ],
    ['nothing at all', { 'package.json': null, '.gitignore': null }, { languages: [] }, 'there is no package.json'],
  ])('sees %s', async (_name, files, survey, setting) => {
    const repository = await bare(files)
    const { code, told } = await init(repository)
    expect(code).toBe(0)
    expect(told.survey).toMatchObject(survey)
    const text = await repository.read('agent.yaml')
    expect(text).toContain(setting)
    parseConfig('agent.yaml', text)
  })

  it('leaves JavaScript alone, and takes an empty project with the compiler for TypeScript', () => {
    const typescript = new Set(['typescript'])
    expect(uncheckedTypes(['package.json', 'src/a.js', 'vitest.config.ts'], typescript)).toBeNull()
    expect(uncheckedTypes(['package.json', 'vitest.config.ts'], new Set())).toBeNull()
    expect(uncheckedTypes(['package.json'], typescript)).toBe(NO_TSCONFIG)
    expect(uncheckedTypes(['package.json', 'a.js', 'b.mts'], typescript)).toBe(NO_TSCONFIG)
    expect(uncheckedTypes(['tsconfig.json', 'b.mts'], typescript)).toBeNull()
    expect(uncheckedTypes(['tsconfig.json', 'b.mts'], new Set())).toBe(NO_COMPILER)
  })

  it.each([
    ['vitest', null, 'esnext'],
    ['vitest', 'module', 'nodenext'],
    ['jest', null, 'nodenext'],
    ['node:test', 'commonjs', 'nodenext'],
    ['node:test', null, 'esnext'],
  ])('reads imports as %s does, with "type" %s', (runner, type, module) => {
    const text = tsconfigText({ runner, type, dependencies: new Set(['react']), globals: true })
    const { compilerOptions } = JSON.parse(text.replace(/ +\/\/ .*/g, '')) as {
      compilerOptions: Record<string, unknown>
    }
    expect(compilerOptions).toMatchObject({ strict: true, noEmit: true, module, jsx: 'react-jsx' })
    expect([compilerOptions['moduleResolution'], compilerOptions['erasableSyntaxOnly']]).toEqual([
      module === 'esnext' ? 'bundler' : undefined,
      runner === 'node:test' ? true : undefined,
    ])
    expect(compilerOptions['types']).toEqual(['vitest/globals'])
  })

  it('writes settings that can be read, whatever files and scripts are called', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('a\nb: c', '"', '#', ': {', '\u2028x', '\u0085y', '\x00'),
    )
    const survey = fc.record({
      languages: fc.subarray(['TypeScript', 'JavaScript', 'Python', 'Go', 'Rust', 'Java']),
      manager: fc.constant(null),
      runner: fc.oneof(
        fc.record({ name: fc.constantFrom('vitest', 'jest'), why: word }),
        fc.record({ unsupported: word }),
      ),
      ci: fc.constant<Survey['ci']>([]),
      specs: fc.constant<string[]>([]),
      elsewhere: fc.array(
        word.map((text) => `${text}/specs`.replace(/^[/\\]|\.\.|^[A-Za-z]:/g, 'x')),
        { maxLength: 3 },
      ),
      steering: fc.constant<string[]>([]),
      dependencies: fc.constant(null),
    })
    fc.assert(
      fc.property(survey, (found) => {
        const config = parseConfig('agent.yaml', configText(found, SCHEMA, 'anthropic/MODEL'))
        expect(config.specs ?? []).toEqual(found.elsewhere)
        expect(config.attempts).toBe(3)
      }),
    )
  })

  it('shows a model of the service that is set up, and a set-up in the language of the project', () => {
    expect(exampleModel({})).toBe('anthropic/MODEL')
    expect(exampleModel({ OPENAI_API_KEY: 'k' })).toBe('openai/MODEL')
    expect(exampleModel({ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' })).toBe('anthropic/MODEL')
    expect(exampleModel({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://host/v1' })).toBe('openai-compatible/NAME')
    const nothing = { manager: null, ci: [], specs: [], elsewhere: [], steering: [], dependencies: null }
    const found = { ...nothing, languages: ['Python'], runner: { name: 'pytest', why: 'it is there' } }
    const text = configText(found, null, 'openai-compatible/NAME')
    expect(text).toContain('# model: openai-compatible/NAME\n')
    expect(text).toContain('# setup: [pip install -e .]\n')
  })

  const hasTerminal = spawnSync('script', ['--version']).status === 0
  it.skipIf(!hasTerminal)('asks in a terminal, and takes a no for a no', async () => {
    const repository = await bare()
    const bin = join(import.meta.dirname, '..', 'bin', 'agent.js')
    const command = `'${process.execPath}' '${bin}' --cwd '${repository.dir}' init`
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { env: repository.env, timeout: 180_000 })
    let shown = ''
    let answered = 0
    // As a person does: an answer to each question, once it is there.
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      const asked = shown.split('[Y/n]').length - 1
      for (; answered < asked; answered++) terminal.stdin.write('n\n')
    })
    const [status] = (await once(terminal, 'close')) as [number | null]
    expect(shown).toContain('Add specproof to the development dependencies, in a commit of its own? [Y/n]')
    expect(status).toBe(0)
    expect(await repository.git('status', '--porcelain')).toBe('?? agent.yaml')
  })
})
