import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../src/io/git/cache-folder.ts'
import type { TestRepository } from './repository.ts'
import { isRequired } from './required.ts'

const run = promisify(execFile)
/** One folder for all tests of this machine and user: fetching modules and compiling the standard library take longer than most tests. */
const SHARED = join(tmpdir(), `specproof-go-tests-${process.getuid?.() ?? 0}`)
const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'go')
const MOST_MS = 180_000

/** A go.mod with rapid and gopter, and its go.sum. */
export async function goModule(): Promise<Record<'go.mod' | 'go.sum', string>> {
  const [mod, sum] = await Promise.all(['go.mod', 'go.sum'].map((name) => readFile(join(FIXTURE, name), 'utf8')))
  return { 'go.mod': mod!, 'go.sum': sum! }
}

/** Variables with which Go builds offline, with the fixture's modules and a build cache that lasts; or why it cannot. */
export async function goEnvironment(): Promise<{ env: Record<string, string> } | { missing: string }> {
  try {
    const { stdout } = await run('go', ['env', 'GOMODCACHE', 'GOROOT'])
    const [modules = '', goroot = ''] = stdout.trim().split('\n')
    await run('go', ['mod', 'download'], { cwd: FIXTURE, timeout: MOST_MS })
    await mkdir(join(SHARED, 'build'), { recursive: true })
    const path = `${dirname(process.execPath)}:${join(goroot, 'bin')}:/usr/local/bin:/usr/bin:/bin`
    const env = {
      PATH: path,
      GOMODCACHE: modules,
      GOPROXY: 'off',
      GOSUMDB: 'off',
      GOFLAGS: '-buildvcs=false',
      GOENV: 'off',
    }
    return { env }
  } catch (error) {
    if (isRequired('go')) throw error
    const words = String((error as { stderr?: string }).stderr || (error as Error).message).trim()
    return { missing: `Go with rapid and gopter: ${words.split('\n').at(-1)}` }
  }
}

/** For runs of the harness without a box. */
export function outsideOfBoxes(env: Record<string, string>): Record<string, string> {
  return { ...env, GOCACHE: join(SHARED, 'build'), SPECPROOF_GO_MODULES: SHARED }
}

/** The build cache that runs in a repository fill is that of all tests. */
export async function shareBuildCache(repository: TestRepository): Promise<void> {
  const store = join(SHARED, 'setup')
  await mkdir(store, { recursive: true, mode: 0o755 })
  const cache = cacheFolder({ root: repository.dir }, repository.env)
  await mkdir(cache, { recursive: true })
  await symlink(store, join(cache, 'setup'))
}
