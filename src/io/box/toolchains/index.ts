import { mkdtemp, rm } from 'node:fs/promises'
import { release, tmpdir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { whyNotShown } from '../shown.ts'
import { isSystemPath, isWithin } from '../system.ts'
import { nodeToolchain } from '../toolchain.ts'
import { type Ask, askWithin } from './ask.ts'
import { detectGo } from './go.ts'
import { detectJava } from './java.ts'
import { manifestsIn, neededLanguages } from './needed.ts'
import { detectNode } from './node.ts'
import { type Detected, isFolder, LANGUAGES, type Language, type Part, type Place } from './part.ts'
import { detectPython, hasEnvironment } from './python.ts'
import { detectRust } from './rust.ts'
import { hideSettings } from './stand-in.ts'

/** What the toolchains of a project add to a box. Later entries go before earlier ones at the same place. */
export interface Toolchains {
  /** Host paths to mount read-only at the same path. */
  readOnly: string[]
  /** Read-only mounts at another path, and files that stand in for the user's own. */
  mounts: { from: string; to: string }[]
  /** Caches that a tool writes to. Where one has the place of a read-only mount, the mount is for boxes without overlays. */
  overlays: { from: string; to: string }[]
  /** Value of PATH inside. */
  path: string
  /** Makes the tools work offline and write to private places only. */
  env: Record<string, string>
  found: { language: Language; version: string; where: string }[]
  missing: { language: Language; why: string }[]
}

export interface DetectOptions {
  /** The repository on the host. */
  root: string
  /** A folder that lasts as long as the box is used; made if it is not there. */
  scratch: string
  /** What set-up has made, or the checkout has, of the paths below the root: it is mounted by others. */
  installed?: { from: string; to: string }[]
  /** How tools are asked; by default each has 15 s. */
  ask?: Ask
}

const DETECT: Record<Language, (place: Place) => Promise<Detected>> = {
  node: detectNode,
  go: detectGo,
  python: detectPython,
  rust: detectRust,
  java: detectJava,
}

/**
 * The toolchains that the manifests in `paths` (of the tree, relative to the root) ask for, as `env` finds them. A tool
 * that is not there, is broken or hangs is an entry of `missing`. Never throws for the state of the machine.
 */
export async function detectToolchains(
  paths: string[],
  env: NodeJS.ProcessEnv,
  { root, scratch, installed = [], ask = askWithin() }: DetectOptions,
): Promise<Toolchains> {
  const needed = [...neededLanguages(paths, await hasEnvironment(installed))]
  const parts = await Promise.all(
    needed.map(async ([language, folder]) => {
      const wanted = join(root, folder)
      const dir = (await isFolder(wanted)) ? wanted : root
      return { language, detected: await detect(language, { root, dir, paths, env, scratch, installed, ask }) }
    }),
  )
  const order = (language: Language) => LANGUAGES.indexOf(language)
  parts.sort((one, other) => order(one.language) - order(other.language))
  const found = parts.flatMap(({ language, detected }) => (detected.ok ? [{ language, ...detected.part }] : []))
  return {
    ...(await joined(found, env, scratch)),
    found: found.map(({ language, version, where }) => ({ language, version, where })),
    missing: parts.flatMap(({ language, detected }) => (detected.ok ? [] : [{ language, why: detected.why }])),
  }
}

async function detect(language: Language, place: Place): Promise<Detected> {
  try {
    const detected = await DETECT[language](place)
    if (!detected.ok) return detected
    for (const path of [...detected.part.readOnly, ...detected.part.overlays.map(({ from }) => from)]) {
      const why = await whyNotShown(path, place.root, place.env)
      if (why !== null) return { ok: false, why: `${path} would have to be shown, and ${why}` }
    }
    return detected
  } catch (error) {
    return { ok: false, why: (error as Error).message }
  }
}

async function joined(parts: Part[], env: NodeJS.ProcessEnv, scratch: string) {
  const readOnly = [...new Set(parts.flatMap((part) => part.readOnly))]
  const hidden = await hideSettings(
    parts.flatMap((part) => [...part.readOnly.map((path) => ({ from: path, to: path })), ...part.mounts]),
    scratch,
  )
  const { path } = await nodeToolchain(env['PATH'] ?? '')
  const dirs = [...parts.flatMap((part) => part.path), ...path.split(delimiter)]
  return {
    readOnly,
    mounts: [...parts.flatMap((part) => part.mounts), ...hidden],
    overlays: process.platform === 'linux' && hasOverlays(release()) ? parts.flatMap((part) => part.overlays) : [],
    path: [...new Set(dirs)].join(delimiter),
    env: Object.assign({}, ...parts.map((part) => part.env)) as Record<string, string>,
  }
}

/**
 * Whether a kernel (`6.6.1-arch`) lays a writable layer over any folder of the user. Where it does not, a box would copy
 * whole caches, which takes longer than to do without.
 */
export function hasOverlays(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10))
  return major > 6 || (major === 6 && minor >= 6)
}

/** Asks once for each set of manifests and environments: tools do not move while a run lasts. */
export function rememberingDetector(options: DetectOptions, env: NodeJS.ProcessEnv) {
  const known = new Map<string, Promise<Toolchains>>()
  return (paths: string[], installed: DetectOptions['installed'] = []): Promise<Toolchains> => {
    const key = JSON.stringify([manifestsIn(paths), installed])
    const answer = known.get(key) ?? detectToolchains(paths, env, { ...options, installed })
    known.set(key, answer)
    return answer
  }
}

/** All toolchains that `env` and the folder lead to, for people to read. */
export async function detectAll(env: NodeJS.ProcessEnv, root: string): Promise<Pick<Toolchains, 'found' | 'missing'>> {
  const scratch = await mkdtemp(join(tmpdir(), 'specproof-toolchains-'))
  try {
    const manifests = ['go.mod', 'pyproject.toml', 'Cargo.toml', 'pom.xml', 'build.gradle']
    const { found, missing } = await detectToolchains(manifests, env, { root, scratch })
    return { found, missing }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The part of the host's PATH that leads into these folders. */
export function pathInto(folders: string[], path: string): string[] {
  const dirs = path.split(delimiter).filter(isAbsolute)
  return dirs.filter((dir) => !isSystemPath(dir) && folders.some((folder) => isWithin(dir, folder)))
}

/** Without a box there is nothing to mount but what a tree lacks, and nothing of the user's is hidden. */
export function withoutBox(toolchains: Toolchains, root: string): Toolchains {
  const mounts = toolchains.mounts.filter(({ to }) => isWithin(to, root))
  return { ...toolchains, mounts, overlays: [] }
}
