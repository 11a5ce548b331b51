import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { goEnvironment, shareBuildCache } from './support/go.ts'
import { GO_AUTHOR, GO_RIGHT, goQueueSpec, implementGo } from './support/go-queue.ts'
import { pythonEnvironment } from './support/python.ts'
import { implementQueue, QUEUE_AUTHOR, QUEUE_RIGHT, QUEUE_SPEC } from './support/python-queue.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const ROOT = join(import.meta.dirname, '..')
const FULL = process.env['SPECPROOF_FULL'] === '1'
const OFFLINE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENETUNREACH|ETIMEDOUT|network/
const run = promisify(execFile)

/** Runs npm; where no registry can be reached the test is passed over, with the reason. */
async function npm(context: TestContext, env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  try {
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
    return (await run('npm', [...args, ...quiet], { cwd: ROOT, env, maxBuffer: 1 << 26 })).stdout
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    if (OFFLINE.test(stderr)) context.skip(`the registry cannot be reached: ${stderr.split('\n')[0]}`)
    throw error
  }
}

/** The folder of a Node of this line: the one at work, or one that is fetched once into the cache of the user. */
async function nodeFolder(context: TestContext, line: number): Promise<string> {
  if (process.versions.node.startsWith(`${line}.`)) return dirname(process.execPath)
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const prefix = join(cache, 'specproof-tests', `node-${line}`)
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(prefix, 'node_modules', name, 'bin')
  if (existsSync(join(folder, 'node'))) return folder
  await mkdir(prefix, { recursive: true })
  await npm(context, process.env, 'install', '--prefix', prefix, `${name}@${line}`)
  return folder
}

/** What a project has where the package is installed globally: a folder of programs with `agent` in it. */
async function installed(context: TestContext, line: number): Promise<{ bin: string; node: string; version: string }> {
  const node = await nodeFolder(context, line)
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-global-')))
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }))
  const env = { ...process.env, PATH: `${node}:${process.env['PATH']}` }
  expect((await run('node', ['--version'], { env })).stdout).toMatch(new RegExp(`^v${line}\\.`))
  const packed = await npm(context, env, 'pack', '--ignore-scripts', '--json', '--pack-destination', dir)
  const [{ filename, version }] = JSON.parse(packed) as [{ filename: string; version: string }]
  await npm(context, env, 'install', '--global', '--prefix', dir, join(dir, filename))
  return { bin: join(dir, 'bin'), node, version }
}

const go = await goEnvironment()
const python = await pythonEnvironment()
const LEVEL =
  'level: { seeds: 2, runs: 50, schedules: 60, chaosSeconds: 0, maxMinutes: 4, mutants: 6, teethSeconds: 120 }\n'

// Fetches a hundred packages for each Node.
describe.skipIf(!FULL)('the package, installed globally in a clean prefix', () => {
  for (const line of [22, 24])
    it(`does a task on Node ${line}`, async (context) => {
      const { bin, node, version } = await installed(context, line)
      const repository = await makeRepository()
      const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
      const inside = { ...repository.env, ...model.env, PATH: `${bin}:${node}:/usr/local/bin:/usr/bin:/bin` }
      const agent = async (...args: string[]) => (await run('agent', args, { cwd: repository.dir, env: inside })).stdout
      expect((await agent('--version')).trim()).toBe(version)
      expect(await agent('status')).toContain('limits  0 of 1 task done')
      const told = await agent('--json', 'next', ...model.args)
      expect(JSON.parse(told.trim().split('\n').at(-1)!)).toMatchObject({ status: 'verified', exitCode: 0 })
      expect(await agent('status')).toContain('limits  1 of 1 task done')
      expect(await agent('report')).toContain('verified')
    })

  it.runIf('env' in go)('does a task of Go in a project without a file of npm, and writes none', async (context) => {
    if ('missing' in go) return
    const repository = await makeRepository({ files: await goQueueSpec(), packages: null })
    await shareBuildCache(repository)
    const answers = { author: [GO_AUTHOR], implementer: [implementGo(GO_RIGHT)] }
    await taskWithoutNpm(context, repository, answers, go.env)
  })

  it.runIf('venv' in python)(
    'does a task of Python in a project without a file of npm, and writes none',
    async (context) => {
      if ('missing' in python) return
      const repository = await makeRepository({ files: QUEUE_SPEC, packages: null })
      await symlink(python.venv, join(repository.dir, '.venv'))
      await taskWithoutNpm(
        context,
        repository,
        { author: [QUEUE_AUTHOR], implementer: [implementQueue(QUEUE_RIGHT)] },
        {},
      )
    },
  )
})

/** From `agent init` to a verified task, with no other `agent` than the global one. */
async function taskWithoutNpm(
  context: TestContext,
  repository: TestRepository,
  answers: Parameters<typeof scriptModel>[0],
  env: Record<string, string>,
): Promise<void> {
  const { bin, node } = await installed(context, 24)
  const model = await scriptModel(answers)
  const path = `${bin}:${node}:${env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`
  const inside = { ...repository.env, ...env, ...model.env, PATH: path }
  const agent = async (...args: string[]) => (await run('agent', args, { cwd: repository.dir, env: inside })).stdout
  const ofNpm = async () => {
    const names = await readdir(repository.dir)
    const ignored = await readFile(join(repository.dir, '.gitignore'), 'utf8').catch(() => '')
    return [
      ...names.filter((name) => /^(package|node_modules|npm)/.test(name)),
      ...(ignored.match(/node_modules/g) ?? []),
    ]
  }
  expect(await agent('init', '--yes')).toMatch(
    /^ {2}agent doctor {2,}what .*\n {2}agent lint [\s\S]*\n {2}agent next --model /m,
  )
  expect(await ofNpm()).toEqual([])
  await repository.commit({ 'agent.yaml': LEVEL })
  expect(await agent('doctor')).toContain('agent doctor --all')
  const told = await agent('--json', 'next', ...model.args)
  expect(JSON.parse(told.trim().split('\n').at(-1)!)).toMatchObject({ status: 'verified', exitCode: 0 })
  expect(await agent('report')).toContain('verified')
  expect(await ofNpm()).toEqual([])
}
