import { execFile } from 'node:child_process'
import { access, appendFile, cp, mkdtemp, readdir, readFile, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const run = promisify(execFile)

it('a build takes no file from a program that runs, and is left out where nothing has changed', async () => {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-build-')))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const parts = ['bin', 'src', 'sandbox', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json']
  for (const part of parts) await cp(join(ROOT, part), join(dir, part), { recursive: true })
  await symlink(await realpath(join(ROOT, 'node_modules')), join(dir, 'node_modules'))
  const build = () => run(process.execPath, ['scripts/build.mjs'], { cwd: dir })
  const started = async () => /'\.\.\/(.*)'/.exec(await readFile(join(dir, 'dist/src/cli.js'), 'utf8'))![1]!
  const filesOf = async (half: string) => (await readdir(join(dir, 'dist', half), { recursive: true })).sort()

  await build()
  const first = await started()
  const files = await filesOf(first[0]!)
  expect(files).toEqual(
    expect.arrayContaining(['src/cli.js', 'sandbox/harness/main.mjs', 'sandbox/harness/pytest/start.py']),
  )
  // What starts loads two files: one more may be most of the program.
  const importsOf = async (file: string) =>
    [...(await readFile(join(dir, 'dist', file), 'utf8')).matchAll(/^import .*?["'](\..+)["'];$/gm)].map(
      ([, path]) => path,
    )
  expect(await importsOf(first)).toEqual(['./base.js'])
  expect(await importsOf(first.replace('cli.js', 'base.js'))).toEqual([])
  const { mtimeMs } = await stat(join(dir, 'dist/src/cli.js'))
  await build()
  expect((await stat(join(dir, 'dist/src/cli.js'))).mtimeMs).toBe(mtimeMs)

  await appendFile(join(dir, 'src/cli.ts'), '\nprocess.env.SPECPROOF_CHANGED = "1"\n')
  let ended = false
  const second = build().finally(() => {
    ended = true
  })
  // What starts at any time finds a whole program.
  let looks = 0
  while (!ended) {
    await access(join(dir, 'dist', await started()))
    await access(join(dir, 'dist/help.json'))
    looks++
  }
  await second
  expect(looks).toBeGreaterThan(10)
  expect(await started()).not.toBe(first)
  expect(await readFile(join(dir, 'dist', await started()), 'utf8')).toContain('SPECPROOF_CHANGED')
  expect(await filesOf(first[0]!)).toEqual(files)
  expect(await readdir(dir)).toHaveLength(parts.length + 2)
  const { stdout } = await run(process.execPath, ['bin/agent.js', '--version'], { cwd: dir })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
