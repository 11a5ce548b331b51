import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from './choose-runner.ts'

/** Oldest versions whose plug-ins and results our harness knows. */
const OLDEST = { vitest: 5, jest: 29 }

/** What is missing or too old in the `node_modules` of these folders, the nearest first, in one sentence; null: nothing. */
export async function missingTools(homes: readonly string[], runner: Runner): Promise<string | null> {
  // Said in the box, by the Python or Go that is used there.
  if (runner === 'pytest' || runner === 'go') return null
  const missing = runner === 'node:test' ? null : await missingRunner(homes, runner)
  if (missing) return missing
  if ((await versionOf(homes, 'fast-check')) !== null) return null
  return (await installedAnything(homes))
    ? 'fast-check is not installed: `npm i -D fast-check`'
    : 'dependencies are not installed: run npm ci (fast-check is not there)'
}

/**
 * Why the properties of a Python project cannot be run: its virtual environment (a folder of this machine) has no Hypothesis. Null: it has, or
 * there is no environment that could be looked into. `paths`, `read`: files of the project, for what is to be done.
 */
export async function missingHypothesis(
  venv: string | null,
  paths: readonly string[],
  read: Read = async () => null,
): Promise<string | null> {
  if (venv === null) return null
  const text = await readFile(join(venv, 'pyvenv.cfg'), 'utf8').catch(() => null)
  if (text === null || /^include-system-site-packages\s*=\s*true/m.test(text)) return null
  const versions = (await readdir(join(venv, 'lib')).catch(() => [])).filter((name) => name.startsWith('python'))
  for (const version of versions) {
    const found = await readdir(join(venv, 'lib', version, 'site-packages')).catch(() => [])
    // What is installed to be edited lies elsewhere.
    if (found.some((name) => /^(hypothesis$|hypothesis-|__editable__.*hypothesis)/.test(name))) return null
  }
  if (versions.length === 0) return null
  const [named] = await namesHypothesis(paths, read)
  if (named !== undefined) return `${named} names Hypothesis, and .venv does not have it: ${howToInstall(named)}`
  return `Hypothesis is not installed, with which properties of Python are tested: ${howToAdd(paths)}, and commit that`
}

/**
 * Whether a virtual environment has the project at `root` installed to be edited, so that its modules are found from anywhere. Null: there is
 * none to look into.
 */
export async function isEditable(venv: string | null, root: string): Promise<boolean | null> {
  if (venv === null || (await readFile(join(venv, 'pyvenv.cfg'), 'utf8').catch(() => null)) === null) return null
  for (const version of await readdir(join(venv, 'lib')).catch(() => [] as string[])) {
    const packages = join(venv, 'lib', version, 'site-packages')
    const names = (await readdir(packages).catch(() => [] as string[])).filter((name) => EDITABLE.test(name))
    const texts = await Promise.all(names.map((name) => readFile(join(packages, name), 'utf8').catch(() => '')))
    // Lines of path files, or strings of a finder that setuptools writes.
    if (texts.some((text) => text.split(/[\n\r'"]/).some((part) => part === root || part.startsWith(`${root}/`))))
      return true
  }
  return false
}

const EDITABLE = /\.(pth|egg-link)$|^__editable__.*\.py$/

/**
 * The same of a project that is not installed yet, by the files that say what is. Null: one of them names it, or none is read by set-up.
 */
export async function unnamedHypothesis(paths: readonly string[], read: Read): Promise<string | null> {
  if (!saysPackages(paths) || (await namesHypothesis(paths, read)).length > 0) return null
  return `no file of the project names Hypothesis, with which properties of Python are tested: ${howToAdd(paths)}, and commit that`
}

type Read = (path: string) => Promise<string | null>

const SAYS = /^(?:[\w.-]*requirements[\w.-]*\.txt|pyproject\.toml|setup\.(?:py|cfg)|(?:uv|poetry)\.lock)$/

/** Whether a file is there that names packages of Python. */
export function saysPackages(paths: readonly string[]): boolean {
  return paths.some((path) => SAYS.test(path))
}

async function namesHypothesis(paths: readonly string[], read: Read): Promise<string[]> {
  const files = paths.filter((path) => SAYS.test(path))
  const texts = await Promise.all(files.map(read))
  return files.filter((_, at) => /(?<![\w.-])hypothesis(?![\w-])/i.test(texts[at] ?? ''))
}

function howToInstall(named: string): string {
  if (named === 'uv.lock') return '`uv sync`'
  if (named === 'poetry.lock') return '`poetry install`'
  if (named.endsWith('.txt')) return `\`.venv/bin/pip install -r ${named}\``
  return 'install the project with what its tests need, or remove .venv, and a run makes its own'
}

function howToAdd(paths: readonly string[]): string {
  if (paths.includes('uv.lock')) return '`uv add --dev hypothesis`'
  if (paths.includes('poetry.lock')) return '`poetry add --group dev hypothesis`'
  const lists = paths.filter((path) => /^[\w.-]*requirements[\w.-]*\.txt$/.test(path))
  const list = lists.find((path) => /test/.test(path)) ?? lists.find((path) => /dev/.test(path)) ?? lists[0]
  if (list === undefined && paths.includes('pyproject.toml'))
    return 'add `"hypothesis"` to an extra `test` under `[project.optional-dependencies]` in pyproject.toml'
  return list === undefined
    ? 'name it where the project names pytest (what is under `setup:` in agent.yaml installs it)'
    : `add the line \`hypothesis\` to ${list}`
}

async function installedAnything(homes: readonly string[]): Promise<boolean> {
  for (const home of homes)
    if (
      await access(join(home, 'node_modules')).then(
        () => true,
        () => false,
      )
    )
      return true
  return false
}

async function missingRunner(homes: readonly string[], runner: 'vitest' | 'jest'): Promise<string | null> {
  if ((await versionOf(homes, runner)) === null)
    return `dependencies are not installed: run npm ci (${runner} is not there)`
  return oldRunner(homes, runner)
}

/** That the runner in the `node_modules` of these folders is too old, with the command that mends it; null: it is not, or none is there. */
export async function oldRunner(homes: readonly string[], runner: string): Promise<string | null> {
  const oldest = runner === 'vitest' || runner === 'jest' ? OLDEST[runner] : null
  const version = oldest === null ? null : await versionOf(homes, runner)
  if (oldest === null || version === null || Number.parseInt(version, 10) >= oldest) return null
  return `${runner} ${version} is installed, and ${oldest} or newer is needed: \`npm i -D ${runner}@${oldest}\``
}

async function versionOf(homes: readonly string[], name: string): Promise<string | null> {
  for (const home of homes) {
    try {
      const manifest = await readFile(join(home, 'node_modules', name, 'package.json'), 'utf8')
      return (JSON.parse(manifest) as { version: string }).version
    } catch {
      // It may lie further up.
    }
  }
  return null
}
