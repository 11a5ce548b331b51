import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createUnshareBox, prepareTree } from '../src/io/box/unshare.ts'
import { tarball, tiny } from './io/setup/support.ts'
import { agent, eventsOf, next } from './support/agent.ts'
import { AUTHOR, block, CLAMP_RIGHT, CLAMP_STUB, CLAMP_TASK, implement, RIGHT } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const ROOT = join(import.meta.dirname, '..')

/** Commands that need no registry: our own packages are linked, as a person would link them by hand. */
async function linking(): Promise<string[]> {
  const at = async (name: string) => realpath(join(ROOT, 'node_modules', name))
  const links = await Promise.all(['fast-check'].map(async (name) => `ln -s '${await at(name)}' node_modules/`))
  return ['mkdir node_modules', ...links]
}

const yaml = (settings: Record<string, unknown>) =>
  LIGHT_LEVEL +
  Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('')

const never = () => scriptModel({})

describe('a clone without installed dependencies', () => {
  it('is set up by the commands of agent.yaml, and by what an earlier run has made the next time', async () => {
    const setup = [...(await linking()), 'mkdir gen && date +%s%N > gen/made']
    const repository = await makeRepository({
      packages: null,
      files: { 'agent.yaml': yaml({ setup }), '.gitignore': 'node_modules/\ngen/\n' },
    })
    const base = await repository.git('rev-parse', 'HEAD')
    const first = await next(repository, await scriptModel({ author: [AUTHOR], implementer: [RIGHT] }))
    expect(first.code, first.result.message).toBe(0)
    expect(eventsOf(first, 'setup.started')).toMatchObject([
      { managers: ['setup'], commands: setup, afterPatch: false },
    ])
    expect(eventsOf(first, 'setup.finished')).toMatchObject([{ how: 'run', paths: ['gen', 'node_modules'] }])
    const order = first.events.map(({ type }) => type)
    expect(order.indexOf('setup.finished')).toBeLessThan(order.indexOf('baseline.finished'))
    expect(existsSync(join(repository.dir, 'node_modules'))).toBe(false)
    expect(existsSync(join(repository.dir, 'gen'))).toBe(false)

    await repository.git('reset', '--quiet', '--hard', base)
    const again = await next(repository, await scriptModel({ author: [AUTHOR], implementer: [RIGHT] }), [
      '--fresh-tests',
    ])
    expect(again.code, again.result.message).toBe(0)
    expect(eventsOf(again, 'setup.started')).toEqual([])
    expect(eventsOf(again, 'setup.finished')).toMatchObject([{ how: 'cached', paths: ['gen', 'node_modules'] }])
  })

  it('is set up in a folder of its own without isolation', async () => {
    const repository = await makeRepository({
      packages: null,
      files: { 'agent.yaml': yaml({ setup: await linking() }) },
    })
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    const run = await next(repository, model, ['--isolation', 'none'])
    expect(run.code, run.result.message).toBe(0)
    expect(eventsOf(run, 'setup.finished')[0]?.message).toContain('a folder of its own')
  })

  it('ends with 10 and the words of the command that failed, before a model is asked', async () => {
    const setup = ['echo "E: no such mirror" >&2; exit 3']
    const repository = await makeRepository({ packages: null, files: { 'agent.yaml': yaml({ setup }) } })
    const model = await never()
    const run = await next(repository, model)
    expect(run.code).toBe(10)
    expect(run.result).toMatchObject({ status: 'environment' })
    expect(run.result.message).toContain('ended with exit code 3:\nE: no such mirror\nRun it by hand in a fresh clone')
    expect(model.server.requests).toHaveLength(0)
  })

  it('is looked at again by the next run once its user has mended what no commit holds, and asks no model twice', async () => {
    const repository = await makeRepository({
      files: {
        'agent.yaml': `${LIGHT_LEVEL}build: test -e gen/made\ncarry: [gen]\n`,
        '.gitignore': 'node_modules\n.agent\ngen\n',
      },
    })
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    await repository.write({ 'gen/other': 'kept' })
    expect((await next(repository, model)).result).toMatchObject({ status: 'environment', exitCode: 10 })
    await repository.write({ 'gen/made': 'yes' })
    const run = await next(repository, model)
    expect(run.result, run.result.message).toMatchObject({ status: 'verified' })
    expect(model.asked('author')).toHaveLength(1)
  })

  it('leaves nothing behind when it is interrupted while it is set up', async () => {
    const setup = ['sleep 60']
    const repository = await makeRepository({ packages: null, files: { 'agent.yaml': yaml({ setup }) } })
    const model = await never()
    const run = await agent(repository, ['next', ...model.args], {
      model,
      onEvent: (event, child) => void (event.type === 'setup.started' && child.kill('SIGINT')),
    })
    expect(run.code).toBe(130)
  })
})

const reachable = await fetch('https://registry.npmjs.org/fast-check', { signal: AbortSignal.timeout(10_000) }).then(
  (answer) => answer.ok,
  () => false,
)
if (!reachable) console.warn('no whole run with npm ci: the registry cannot be reached')

/** The cache of who runs the tests, so that nothing is fetched twice. */
const NPM = {
  npm_config_cache: process.env['npm_config_cache'] ?? join(homedir(), '.npm'),
  npm_config_prefer_offline: 'true',
}

interface NpmProject {
  repository: TestRepository
  manifests: [string, string]
  locks: [string, string]
}

/** A project of npm whose task needs the second version of `tiny`. */
async function npmProject(): Promise<NpmProject> {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'specproof-npm-')))
  onTestFinished(() => rm(place, { recursive: true, force: true }))
  const versions = await Promise.all(
    ['fast-check'].map(async (name) => {
      const manifest = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
      return [name, (JSON.parse(manifest) as { version: string }).version] as const
    }),
  )
  const made = [1, 2].map((n) => {
    const dependencies = { ...Object.fromEntries(versions), tiny: `file:vendor/tiny-${n}.tgz` }
    return `${JSON.stringify({ name: 'target', private: true, type: 'module', scripts: { test: 'node --test' }, dependencies }, null, 2)}\n`
  }) as [string, string]
  const packed = [1, 2].map((n) => tarball(place, tiny(`${n}.0.0`)))
  await mkdir(join(place, 'vendor'))
  for (const [i, bytes] of packed.entries()) await writeFile(join(place, `vendor/tiny-${i + 1}.tgz`), bytes)
  const locks: string[] = []
  for (const manifest of made) {
    await writeFile(join(place, 'package.json'), manifest)
    const args = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']
    execFileSync('npm', args, { cwd: place, env: { ...process.env, ...NPM }, stdio: 'ignore' })
    locks.push(await readFile(join(place, 'package-lock.json'), 'utf8'))
  }
  const tasks = `# Tasks\n\n${CLAMP_TASK}  - Allows: package.json, package-lock.json\n`
  const repository = await makeRepository({
    packages: null,
    committed: false,
    files: { 'package.json': made[0], 'package-lock.json': locks[0]!, 'specs/limits/tasks.md': tasks },
  })
  await mkdir(join(repository.dir, 'vendor'))
  for (const [i, bytes] of packed.entries()) await writeFile(join(repository.dir, `vendor/tiny-${i + 1}.tgz`), bytes)
  await repository.commit({})
  return { repository, manifests: made, locks: locks as [string, string] }
}

/** Products of set-up, newest last. */
function entriesOf(repository: TestRepository): string[] {
  const cache = join(repository.env['XDG_CACHE_HOME']!, 'specproof')
  return readdirSync(cache).flatMap((name) =>
    readdirSync(join(cache, name, 'setup')).map((key) => join(cache, name, 'setup', key, 'products/node_modules')),
  )
}

describe.skipIf(!reachable)('a project of npm', () => {
  it('is set up by npm ci; a permitted change of the lockfile by its own; scripts of packages do not run', async () => {
    const { repository, manifests, locks } = await npmProject()
    const needsTwo = `import tiny from 'tiny'\n\nif (tiny !== '2.0.0') throw new Error(\`tiny is \${tiny}\`)\n\n${CLAMP_RIGHT}`
    const stale = implement(needsTwo)
    const withManifest = `${stale}\n\n${block('package.json', manifests[0], manifests[1])}`
    const whole = `${withManifest}\n\n${block('package-lock.json', locks[0], locks[1])}`
    // The second answer changes the manifest alone, and the third is whole.
    const model = await scriptModel({ author: [AUTHOR], implementer: [withManifest, whole] })
    const env = {
      PATH: `${dirname(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())}:${repository.env['PATH']}`,
      ...NPM,
    }
    const run = await next(repository, model, [], { env: { ...env, PATH: `${repository.env['PATH']}:${env.PATH}` } })
    expect(run.code, run.result.message).toBe(0)
    const [, second = ''] = model.asked('implementer')
    expect(second).toMatch(/It cannot be installed:[\s\S]*EUSAGE[\s\S]*in sync/)
    const ways = eventsOf(run, 'setup.finished').map(({ how, afterPatch }) => [how, afterPatch])
    expect(ways).toEqual([
      ['run', false],
      ['failed', true],
      ['run', true],
    ])
    expect(eventsOf(run, 'setup.started')[0]!.commands).toEqual([
      'npm ci --ignore-scripts --include=dev --no-audit --no-fund',
    ])
    const [one, two] = entriesOf(repository)
    const versions = await Promise.all(
      [one!, two!].map(async (entry) => readFile(join(entry, 'tiny/index.js'), 'utf8')),
    )
    expect(versions.sort()).toEqual(["module.exports = '1.0.0'\n", "module.exports = '2.0.0'\n"])
    for (const entry of [one!, two!]) expect(readdirSync(join(entry, 'tiny'))).not.toContain('ran-its-script')
    expect(existsSync(join(repository.dir, 'node_modules'))).toBe(false)
    expect(CLAMP_STUB).not.toBe(needsTwo)
  })
})

/** Whether the box has overlays; without them a path that should be one is not there at all. */
async function hasOverlays(): Promise<boolean> {
  const around = await realpath(await mkdtemp(join(tmpdir(), 'specproof-overlay-')))
  try {
    for (const name of ['tree', 'own']) await mkdir(join(around, name))
    await writeFile(join(around, 'own/file'), '')
    await prepareTree(join(around, 'tree'))
    const policy = { root: join(around, 'repo'), tree: join(around, 'tree'), readOnly: [], mounts: [], env: {} }
    const overlays = [{ from: join(around, 'own'), to: join(around, 'repo/own') }]
    const limits = { wallMs: 20_000, outputBytes: 1e6, fileBytes: 1e6, tmpBytes: 1e7, processes: 64, cpuSeconds: 10 }
    const result = await createUnshareBox().run(['test', '-e', 'own/file'], { ...policy, overlays }, limits, {})
    return result.exitCode === 0
  } finally {
    await rm(around, { recursive: true, force: true })
  }
}

const overlays = await hasOverlays()
if (!overlays) console.warn('no carried overlay is tried: the box does not make them')

const CARRIED_TEST = `import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { it } from 'node:test'

it('what is carried read-only is there and cannot be written', () => {
  assert.equal(readFileSync('secret.env', 'utf8'), 'TOKEN=1\\n')
  assert.equal(readFileSync('data/rows', 'utf8'), 'a\\n')
  for (const path of ['secret.env', 'data/rows', 'data/new']) assert.throws(() => writeFileSync(path, 'x'), /EROFS|EACCES|EPERM/)
})
`

const OVERLAY_TEST = `import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { it } from 'node:test'

it('what is carried as an overlay can be written, and is fresh each time', () => {
  assert.equal(readFileSync('data/rows', 'utf8'), 'a\\n')
  writeFileSync('data/rows', 'b\\n')
  writeFileSync('data/new', 'c\\n')
  assert.equal(readFileSync('data/rows', 'utf8'), 'b\\n')
})
`

const CARRIED = { '.gitignore': 'node_modules/\n*.env\ndata/\n', 'secret.env': 'TOKEN=1\n', 'data/rows': 'a\n' }

describe('git-ignored paths that are carried', () => {
  it('are read-only', async () => {
    const files = {
      ...CARRIED,
      'agent.yaml': yaml({ carry: ['secret.env', './data/'] }),
      'test/carried.test.ts': CARRIED_TEST,
    }
    const repository = await makeRepository({ files })
    const run = await next(repository, await scriptModel({ author: [AUTHOR], implementer: [RIGHT] }))
    expect(eventsOf(run, 'baseline.finished')).toMatchObject([{ status: 'passed', tests: 1, red: 0 }])
    expect(run.code, run.result.message).toBe(0)
  })

  it.skipIf(!overlays)('or a copy that is thrown away', async () => {
    const carry = [{ path: 'data', mode: 'overlay' }]
    const files = { ...CARRIED, 'agent.yaml': yaml({ carry }), 'test/carried.test.ts': OVERLAY_TEST }
    const repository = await makeRepository({ files })
    const run = await next(repository, await scriptModel({ author: [AUTHOR], implementer: [RIGHT] }))
    expect(eventsOf(run, 'baseline.finished')).toMatchObject([{ status: 'passed', tests: 1, red: 0 }])
    expect(run.code, run.result.message).toBe(0)
    expect(await repository.read('data/rows')).toBe('a\n')
  })

  it.each([
    ['../other', 2, ': `carry: ../other`: expected a path inside the repository'],
    ['/etc', 2, 'what lies elsewhere is shown with `show:`'],
    ['.', 2, 'expected a path below the top'],
    ['.git/config', 2, '.git is never shown'],
    ['.agent', 2, '.agent is never shown'],
    ['package.json', 2, 'it is tracked by git'],
    ['specs', 2, 'specs/limits/design.md is tracked by git'],
    ['loose.txt', 2, 'git does not ignore it'],
    ['gone.env', 10, 'there is no such path'],
    ['outside.env', 2, 'it is a link to /etc'],
  ])('%s ends with %i', async (path, code, message) => {
    const repository = await makeRepository({
      files: { 'agent.yaml': yaml({ carry: [path] }), '.gitignore': 'node_modules/\n*.env\n' },
    })
    await repository.write({ 'loose.txt': '' })
    execFileSync('ln', ['-s', '/etc', join(repository.dir, 'outside.env')])
    const model = await never()
    const run = await next(repository, model)
    expect(run.code).toBe(code)
    expect(run.result.message).toContain(message)
    expect(model.server.requests).toHaveLength(0)
  })
})
