import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { distributionName, holds, parseRequirements } from '../../core/requirements.ts'
import type { Manager, Source } from './managers.ts'

/** `unknown`: something is installed, and nothing says from which lockfile. */
export type Fit = 'fits' | 'differs' | 'unknown' | 'absent'

/** Whether what lies installed in the checkout is what the commit's lockfile asks for. Runs no manager. */
export async function fitOf(repository: string, manager: Manager, source: Source): Promise<Fit> {
  if (manager.folder === null) return 'absent'
  const folder = join(repository, manager.folder)
  const names = await readdir(folder).catch(() => [] as string[])
  if (!names.some((name) => !name.startsWith('.') || name === '.pnpm')) return 'absent'
  if (manager.name === 'npm') return npmFit(repository, source, manager.lockfiles)
  if (manager.name === 'pnpm') return pnpmFit(folder, source)
  if (manager.name === 'pip') return pipFit(folder, source)
  return 'unknown'
}

interface Locked {
  version?: string
  integrity?: string
  link?: boolean
  optional?: boolean
  devOptional?: boolean
}

async function npmFit(repository: string, source: Source, lockfiles: string[]): Promise<Fit> {
  const wanted = packagesOf(await firstText(source, lockfiles))
  if (!wanted) return 'unknown'
  const hidden = packagesOf(
    await readFile(join(repository, 'node_modules', '.package-lock.json'), 'utf8').catch(() => null),
  )
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || entry.link) continue
    // Linked or copied folders have no record of npm's: what each package says of itself has to do.
    const there = hidden ? hidden[path] : await manifestOf(join(repository, path))
    if (!there) {
      if (entry.optional || entry.devOptional) continue
      return 'differs'
    }
    if (there.version !== entry.version) return 'differs'
    if (there.integrity && entry.integrity && there.integrity !== entry.integrity) return 'differs'
  }
  return 'fits'
}

async function firstText(source: Source, paths: string[]): Promise<string | null> {
  const path = paths.find((candidate) => source.hashOf(candidate) !== null)
  return path === undefined ? null : source.read(path)
}

/** Null for what is not there, cannot be read, or is older than npm 7. */
function packagesOf(text: string | null): Record<string, Locked> | null {
  try {
    return (JSON.parse(text ?? '') as { packages?: Record<string, Locked> }).packages ?? null
  } catch {
    return null
  }
}

async function manifestOf(folder: string): Promise<Locked | null> {
  try {
    return { version: (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Locked).version ?? '' }
  } catch {
    return null
  }
}

/** pnpm keeps a copy of the lockfile that it installed from. */
async function pnpmFit(folder: string, source: Source): Promise<Fit> {
  const installed = await readFile(join(folder, '.pnpm', 'lock.yaml'), 'utf8').catch(() => null)
  if (installed === null) return 'unknown'
  return installed === (await source.read('pnpm-lock.yaml')) ? 'fits' : 'differs'
}

/** Whether each package that the lists of requirements ask for is there in a version that they allow; other lines cannot be told. */
async function pipFit(folder: string, source: Source): Promise<Fit> {
  const waiting = source.paths.filter((path) => /^(requirements[\w.-]*|[\w.-]*-requirements)\.txt$/.test(path))
  if (waiting.length === 0) return 'unknown'
  const config = await readFile(join(folder, 'pyvenv.cfg'), 'utf8').catch(() => '')
  const system = /^include-system-site-packages\s*=\s*true/m.test(config)
  const installed = await versionsIn(folder)
  let clear = true
  const seen = new Set<string>()
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue
    seen.add(path)
    const text = await source.read(path)
    if (text === null) return 'unknown'
    const { packages, lists, unclear } = parseRequirements(text)
    waiting.push(...lists.map((list) => posix.join(posix.dirname(path!), list)))
    clear &&= unclear === null
    for (const one of packages) {
      const version = installed.get(one.name)
      const held = version === undefined ? (system ? null : false) : holds(version, one)
      // Lists for documentation and the like need not be there for tests.
      if (held === false && NEEDED.test(path)) return 'differs'
      clear &&= held === true
    }
  }
  return clear ? 'fits' : 'unknown'
}

const NEEDED = /^requirements\.txt$|dev|test/

/** Version by name of what is installed in a virtual environment. */
async function versionsIn(venv: string): Promise<Map<string, string>> {
  const installed = new Map<string, string>()
  for (const name of await distributions(venv)) {
    const [, project, version] = /^(.+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(name) ?? []
    if (project && version) installed.set(distributionName(project), version)
  }
  return installed
}

/** Folders of the packages in a virtual environment, some of them `name-version.dist-info`; none where it is no such folder. */
export async function distributions(venv: string): Promise<string[]> {
  const versions = await readdir(join(venv, 'lib')).catch(() => [] as string[])
  const folders = versions.map((name) => readdir(join(venv, 'lib', name, 'site-packages')).catch(() => [] as string[]))
  return (await Promise.all(folders)).flat()
}
