import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

/** Every `name==version` of requirements.txt that has no marker is there in that version. */
async function pipFit(folder: string, source: Source): Promise<Fit> {
  const text = await source.read('requirements.txt')
  const pins = [...(text ?? '').matchAll(/^([A-Za-z0-9][\w.-]*)(?:\[.*?\])?==([\w.+!-]+)[ \t]*\\?$/gm)]
  if (pins.length === 0) return 'unknown'
  const installed = new Map<string, string>()
  for (const name of await distributions(folder)) {
    const [, project, version] = /^(.+)-([^-]+)\.dist-info$/.exec(name) ?? []
    if (project && version) installed.set(normal(project), version)
  }
  return pins.every(([, name, version]) => installed.get(normal(name!)) === version) ? 'fits' : 'differs'
}

/** Folders of the packages in a virtual environment, some of them `name-version.dist-info`; none where it is no such folder. */
export async function distributions(venv: string): Promise<string[]> {
  const versions = await readdir(join(venv, 'lib')).catch(() => [] as string[])
  const folders = versions.map((name) => readdir(join(venv, 'lib', name, 'site-packages')).catch(() => [] as string[]))
  return (await Promise.all(folders)).flat()
}

const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')
