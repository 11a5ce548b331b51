import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/io/checks/checks.ts'
import { goBuildCache } from '../../../src/io/setup/go-cache.ts'

it('a build cache is kept when all compiles, and not where something is missing', async () => {
  const around = await mkdtemp(join(tmpdir(), 'specproof-go-cache-'))
  onTestFinished(() => rm(around, { recursive: true, force: true }))
  const codes = [1, 0]
  let filled = 0
  /** Compiles nothing: what it leaves and how it ends is all that is looked at. */
  const run = async (_: string[], { tree }: { tree: string }) => {
    filled++
    await writeFile(join(tree, '.specproof-go-build', 'object'), '')
    return { exitCode: codes.shift() ?? 0 }
  }
  const make = () =>
    goBuildCache({
      dir: join(around, 'store'),
      box: { name: 'none', run } as never,
      limits: DEFAULT_LIMITS,
      tree: { paths: [], read: async () => ({ kind: 'absent' }), commit: 'c' },
      policy: async ({ dir }) => ({ root: dir, tree: dir, env: {} }) as never,
      open: async (commit) => {
        const dir = await mkdtemp(join(around, 'tree-'))
        await mkdir(join(dir, '.specproof-go-build'))
        return { commit, dir }
      },
      close: ({ dir }) => rm(dir, { recursive: true }),
      onStart: () => {},
      signal: new AbortController().signal,
    })
  expect(await make()).toBeNull()
  expect(await make()).toMatchObject({ made: true })
  expect(await make()).toMatchObject({ made: false })
  expect(filled).toBe(2)
})
