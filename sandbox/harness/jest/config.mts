import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { extname, isAbsolute, join, resolve } from 'node:path'
import { OFFER } from '../fast-check.mts'
import { type JestSettings, OPTION } from './settings.mts'

/** A configuration of jest as a person writes it, with its folder. */
export type RawConfig = Record<string, unknown> & { rootDir: string }

export type ReadConfig = (path: string) => Promise<RawConfig>

interface Surroundings {
  settings: JestSettings
  scratch: string
  /** Paths of the project's fast-check; null: it has none. */
  fastCheck: string | null
  read: ReadConfig
}

const EXTENSION = extname(import.meta.filename)
const OWN = (name: string) => join(import.meta.dirname, `${name}${EXTENSION}`)

/** The project's configuration with what the harness needs laid over it. Throws where the two cannot be joined. */
export async function judgingConfig(raw: RawConfig, around: Surroundings): Promise<RawConfig> {
  const standIn = join(around.scratch, 'fast-check.cjs')
  if (around.fastCheck) await writeFile(standIn, standInSource(around.fastCheck))
  const projects = Array.isArray(raw['projects']) ? raw['projects'] : []
  const own = overlaid(raw, around, standIn)
  const all = {
    ...own,
    // Only ours: a reporter of the project's may write files, and is told of nothing else.
    reporters: [OWN('reporter')],
    collectCoverage: false,
    bail: 0,
    cacheDirectory: join(around.scratch, 'jest'),
  }
  if (projects.length === 0) return all
  return {
    ...all,
    projects: await Promise.all(projects.map((project) => projectOf(project, raw.rootDir, around, standIn))),
  }
}

async function projectOf(project: unknown, rootDir: string, around: Surroundings, standIn: string): Promise<RawConfig> {
  if (typeof project === 'object' && project !== null) {
    const given = (project as { rootDir?: string }).rootDir?.replace('<rootDir>', rootDir) ?? rootDir
    return overlaid({ ...project, rootDir: resolve(rootDir, given) }, around, standIn)
  }
  const path = resolve(rootDir, String(project).replace('<rootDir>', rootDir))
  if (!statSync(path, { throwIfNoEntry: false }))
    throw new Error(`jest: projects: "${project}" is not a path; patterns are not supported, name each folder`)
  return overlaid(await around.read(path), around, standIn)
}

function overlaid(raw: RawConfig, { settings, fastCheck, scratch }: Surroundings, standIn: string): RawConfig {
  const runner = raw['testRunner']
  if (typeof runner === 'string' && !/jest-circus/.test(runner))
    throw new Error(`jest: testRunner: ${runner} is not supported, only jest-circus is`)
  const ignored = raw['transformIgnorePatterns']
  const mapper = raw['moduleNameMapper']
  return {
    ...raw,
    testRunner: OWN('test-runner'),
    testEnvironmentOptions: { ...(raw['testEnvironmentOptions'] as object | undefined), [OPTION]: settings },
    ...(fastCheck ? { moduleNameMapper: { '^fast-check$': standIn, ...(mapper as object | undefined) } } : {}),
    transformIgnorePatterns: [...(Array.isArray(ignored) ? ignored : DEFAULT_IGNORED), escaped(scratch)],
  }
}

const DEFAULT_IGNORED = ['/node_modules/', '\\.pnp\\.[^\\/]+$']

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Runs inside of jest's own world, where the test runner has left what makes ours of the real one. */
function standInSource(real: string): string {
  if (!isAbsolute(real)) throw new Error(`not a path: ${real}`)
  return `module.exports = globalThis[Symbol.for(${JSON.stringify(OFFER)})](require(${JSON.stringify(real)}))\n`
}
