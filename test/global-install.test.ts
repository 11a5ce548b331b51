import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
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

// Fetches a hundred packages for each Node.
describe.skipIf(!FULL)('the package, installed globally in a clean prefix', () => {
  for (const line of [22, 24])
    it(`does a task on Node ${line}`, async (context) => {
      const node = await nodeFolder(context, line)
      const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-global-')))
      onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }))
      const env = { ...process.env, PATH: `${node}:${process.env['PATH']}` }
      expect((await run('node', ['--version'], { env })).stdout).toMatch(new RegExp(`^v${line}\\.`))
      const packed = await npm(context, env, 'pack', '--ignore-scripts', '--json', '--pack-destination', dir)
      const [{ filename, version }] = JSON.parse(packed) as [{ filename: string; version: string }]
      await npm(context, env, 'install', '--global', '--prefix', dir, join(dir, filename))

      const repository = await makeRepository()
      const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
      const inside = {
        ...repository.env,
        ...model.env,
        PATH: `${join(dir, 'bin')}:${node}:/usr/local/bin:/usr/bin:/bin`,
      }
      const agent = async (...args: string[]) => (await run('agent', args, { cwd: repository.dir, env: inside })).stdout
      expect((await agent('--version')).trim()).toBe(version)
      expect(await agent('status')).toContain('limits  0 of 1 task done')
      const told = await agent('--json', 'next', ...model.args)
      expect(JSON.parse(told.trim().split('\n').at(-1)!)).toMatchObject({ status: 'verified', exitCode: 0 })
      expect(await agent('status')).toContain('limits  1 of 1 task done')
      expect(await agent('report')).toContain('verified')
    })
})
