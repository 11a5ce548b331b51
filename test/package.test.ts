import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PAGE = join(ROOT, 'test', 'sandbox', 'sim', 'page')
const run = promisify(execFile)

it('of each dependency that has an install script it is said whether it runs, so that npm has nothing to warn of', async () => {
  const json = async (file: string) => JSON.parse(await readFile(join(ROOT, file), 'utf8'))
  const { packages } = (await json('package-lock.json')) as { packages: Record<string, { hasInstallScript?: boolean }> }
  const scripted = Object.entries(packages).filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript)
  const names = scripted.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  const { allowScripts } = (await json('package.json')) as { allowScripts: Record<string, boolean> }
  expect(names.filter((name) => !(name in allowScripts))).toEqual([])
  expect(allowScripts).toMatchObject({ node: true })
})

it('a project that installs the package writes a chaos test from its docs/sim.md, with types', async () => {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-package-')))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], { cwd: ROOT })
  const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  expect(paths).toEqual(expect.arrayContaining(['docs/sim.md', 'README.md', 'bin/agent.js', 'dist/src/cli.js']))
  // The build before is for programs that run.
  expect(new Set(paths.flatMap((path) => /^dist\/([ab])\//.exec(path)?.[1] ?? [])).size).toBe(1)
  expect(paths.filter((path) => /^(test|src|bench|node_modules)\//.test(path))).toEqual([])

  // As npm would install it, but for the packages that it needs, which are there already.
  const modules = join(dir, 'node_modules')
  await mkdir(modules)
  await run('tar', ['-xzf', filename], { cwd: dir })
  await cp(join(dir, 'package'), join(modules, 'specproof'), { recursive: true })
  for (const name of ['fast-check', 'vitest', 'typescript'])
    await symlink(await realpath(join(ROOT, 'node_modules', name)), join(modules, name))
  await cp(join(ROOT, 'sandbox', 'targets', 'typescript'), dir, { recursive: true })
  for (const file of ['src/tally.ts', 'test/tally.test.ts']) {
    const text = await readFile(join(PAGE, file), 'utf8')
    await mkdir(dirname(join(dir, file)), { recursive: true })
    await writeFile(join(dir, file), text.replace('../../../../../sandbox/sim/index.ts', 'specproof/sim'))
  }
  const tool = (path: string, ...args: string[]) =>
    run(process.execPath, [join(ROOT, 'node_modules', path), ...args], { cwd: dir })
  await tool('typescript/bin/tsc', '--noEmit')
  const tested = await tool('vitest/vitest.mjs', 'run')
  expect(tested.stdout).toContain('1 passed')
  // The types are there, and not `any`.
  await writeFile(
    join(dir, 'test', 'wrong.ts'),
    "import { chaos } from 'specproof/sim'\nvoid chaos({ nodes: 5 }, () => {})\n",
  )
  await expect(tool('typescript/bin/tsc', '--noEmit')).rejects.toMatchObject({
    stdout: expect.stringContaining("Type 'number' is not assignable to type 'readonly string[]'"),
  })
})
