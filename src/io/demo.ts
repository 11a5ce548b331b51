import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { git } from './git/git.ts'
import { PACKAGE_ROOT } from './package-root.ts'
import { runProgram } from './run-program.ts'

const PROBE_MS = 20_000

interface Language {
  /** A file at the top of such a target. */
  manifest: string
  /** How it is tested by hand. */
  test: string
  /** What a machine must have, and the program that tells: its first version number has to be `least` or newer. */
  needs: string
  probe: [program: string, ...args: string[]]
  least: [major: number, minor: number]
}

const OTHERS: Language[] = [
  {
    ...{ manifest: 'go.mod', test: 'go test -race ./...', needs: 'Go 1.22 or newer' },
    ...{ probe: ['go', 'version'], least: [1, 22] },
  },
  {
    ...{
      manifest: 'pyproject.toml',
      test: 'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/pytest',
      needs: 'Python 3.10 or newer with venv and pip',
    },
    // Debian's Python has venv without what it needs.
    probe: ['python3', '-c', 'import platform, venv, ensurepip; print(platform.python_version())'],
    least: [3, 10],
  },
]

/**
 * Makes a fresh repository with one of the shipped specs, its steering and the target project, which is an empty one in TypeScript where the
 * spec has none of its own. Its dependencies are linked to the ones of this package, so that nothing is fetched; those of other languages come
 * as in any project. Answers its path.
 */
export async function makeDemoRepository(spec = 'job-queue'): Promise<string> {
  const own = join(PACKAGE_ROOT, 'sandbox', 'targets', spec)
  const target = existsSync(own) ? own : join(PACKAGE_ROOT, 'sandbox', 'targets', 'typescript')
  const other = languageOf(target)
  if (other !== undefined) await expectTools(spec, other)
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-demo-')))
  await cp(target, dir, { recursive: true })
  await cp(join(PACKAGE_ROOT, 'specs', spec), join(dir, 'specs', spec), { recursive: true })
  // npm leaves .gitignore files out of packages, so the target gets its own here.
  await writeFile(join(dir, '.gitignore'), other ? '.agent/\n.venv/\n__pycache__/\n.hypothesis/\n' : 'node_modules/\n')
  if (other === undefined) {
    await cp(join(PACKAGE_ROOT, 'specs', 'steering'), join(dir, 'specs', 'steering'), { recursive: true })
    await linkDependencies(dir)
    await linkPrograms(dir)
  }
  await git(dir, ['init', '--quiet', '--initial-branch=main'])
  await git(dir, ['config', 'user.name', 'specproof demo'])
  await git(dir, ['config', 'user.email', 'demo@specproof.invalid'])
  await git(dir, ['add', '--all'])
  await git(dir, ['commit', '--quiet', '--message', 'The spec and an empty project'])
  return dir
}

const languageOf = (dir: string) => OTHERS.find(({ manifest }) => existsSync(join(dir, manifest)))

/** How the tests of such a repository are run by hand. */
export function demoTests(dir: string): string {
  const other = languageOf(dir)
  return other ? `${other.test}      # needs ${other.needs}` : 'npm test      # needs Node 22.12 or newer'
}

/** Throws where the machine cannot build such a target, before anything is made. */
async function expectTools(spec: string, { probe, needs, least }: Language): Promise<void> {
  const [program, ...args] = probe
  const { exitCode, stdout, stderr } = await runProgram(program, args, { timeoutMs: PROBE_MS })
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? []
  if (exitCode === 0 && (major > least[0] || (major === least[0] && minor >= least[1]))) return
  const said = exitCode === 0 ? `this is ${stdout}` : (stderr.split('\n').at(-1) ?? '')
  const found = exitCode === null ? `there is no \`${program}\` on PATH` : said
  throw new UserError(
    `The demo of ${spec} needs ${needs}: ${found}. Install it; \`agent demo\` alone needs neither Go nor Python.`,
    'environment',
  )
}

/** Programs that the project's own scripts call, as npm would link them. */
const PROGRAMS = { vitest: 'vitest/vitest.mjs', tsc: 'typescript/bin/tsc' }

async function linkPrograms(dir: string): Promise<void> {
  await mkdir(join(dir, 'node_modules', '.bin'), { recursive: true })
  for (const [name, program] of Object.entries(PROGRAMS))
    await symlink(join('..', program), join(dir, 'node_modules', '.bin', name))
}

async function linkDependencies(dir: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  for (const name of Object.keys(manifest.devDependencies)) {
    const link = join(dir, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    if (name === 'specproof') await installKit(link)
    else await symlink(packageFolder(name), link)
  }
}

function packageFolder(name: string): string {
  const require = createRequire(join(PACKAGE_ROOT, 'package.json'))
  for (const base of require.resolve.paths(name) ?? []) {
    try {
      return dirname(require.resolve(join(base, name, 'package.json')))
    } catch {}
  }
  throw new UserError(
    `The demo runs in a clone of specproof after \`npm ci\`: ${name} is not installed beside it.`,
    'environment',
  )
}

/** The kit as an installed package would bring it: the manifest and the compiled simulation, nothing else. */
async function installKit(link: string): Promise<void> {
  await mkdir(link, { recursive: true })
  await cp(join(PACKAGE_ROOT, 'package.json'), join(link, 'package.json'))
  await cp(join(PACKAGE_ROOT, 'dist', 'sandbox', 'sim'), join(link, 'dist', 'sandbox', 'sim'), { recursive: true })
}
