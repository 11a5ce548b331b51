import { sha256 } from '../../core/hash.ts'
import { type Ecosystem, MANAGERS, type Manager, managersOf, quoted, type Source } from './managers.ts'

/** One thing to be installed: what a manager was detected for, or all of the user's own commands. */
export interface Part {
  /** Null: the commands stand under `setup:`. */
  manager: Manager | null
  /** Shell commands, which start in `dir`. */
  commands: string[]
  /** Folder of the package that it is for; left out: the top of the repository. */
  dir?: string
  env: Record<string, string>
  /** Caches of the user's home that the commands fill. */
  caches: NonNullable<Manager['caches']>[]
  /** Names all that decides on what is installed: lockfiles, manifests, files that a command names. */
  fingerprint: string
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** A package that is judged in a folder of its own, with its commands of agent.yaml; left out: there are none. */
export interface ProjectSetup {
  dir: string
  setup?: string[] | undefined
}

/** What has to be installed for a commit. `setup` are the user's own commands; an empty list: nothing. */
export async function partsOf(
  source: Source,
  setup: string[] | undefined,
  ecosystems: Ecosystem[],
  projects: readonly ProjectSetup[] = [],
): Promise<Part[]> {
  const inProjects = (await Promise.all(projects.map((project) => projectParts(source, project, ecosystems)))).flat()
  if (setup?.length === 0) return inProjects
  const managers = await managersOf(source, ecosystems)
  if (setup) return [await ownPart(source, setup, managers), ...inProjects]
  return [...(await Promise.all(managers.map((manager) => detectedPart(source, source, manager)))), ...inProjects]
}

/** What a package needs beside the repository's own set-up: its commands, or what a lockfile of its own asks for. */
async function projectParts(source: Source, { dir, setup }: ProjectSetup, ecosystems: Ecosystem[]): Promise<Part[]> {
  if (dir === '' || setup?.length === 0) return []
  const own = sourceIn(source, dir)
  if (setup) return [{ ...(await ownPart(source, setup, [])), dir }]
  const managers = await managersOf(own, ecosystems)
  const locked = managers.filter(
    // The box shows one Python environment, which lies at the top.
    ({ ecosystem, lockfiles }) => ecosystem === 'javascript' && lockfiles.some((name) => own.hashOf(name) !== null),
  )
  return Promise.all(locked.map(async (manager) => ({ ...(await detectedPart(source, own, manager)), dir })))
}

/** The files of a commit as a folder sees them. */
export function sourceIn(source: Source, dir = ''): Source {
  if (dir === '') return source
  const paths = source.paths.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1))
  return {
    commit: source.commit,
    paths,
    hashOf: (path) => source.hashOf(`${dir}/${path}`),
    read: (path) => source.read(`${dir}/${path}`),
  }
}

/** A shell command that starts in a folder of the tree. */
export function commandIn(dir: string | undefined, command: string): string {
  if (!dir) return command
  return /[;&|\n]/.test(command) ? `cd ${quoted(dir)} && ( ${command} )` : `cd ${quoted(dir)} && ${command}`
}

async function detectedPart(source: Source, own: Source, manager: Manager): Promise<Part> {
  return {
    manager,
    commands: await manager.install(own),
    env: manager.env ?? {},
    caches: manager.caches ? [manager.caches] : [],
    fingerprint: await fingerprint(source, [manager], []),
  }
}

async function ownPart(source: Source, commands: string[], managers: Manager[]): Promise<Part> {
  const words = commands.flatMap((command) => command.split(/[\s;&|<>()'"=]+/).map((word) => word.replace(/^\.\//, '')))
  const named = words.filter((word) => source.hashOf(word) !== null)
  const caches = managers.flatMap((manager) => manager.caches ?? [])
  return { manager: null, commands, env: {}, caches, fingerprint: await fingerprint(source, MANAGERS, named) }
}

async function fingerprint(source: Source, managers: Manager[], named: string[]): Promise<string> {
  const isInput = (path: string) =>
    named.includes(path) ||
    managers.some(({ lockfiles, inputs }) => lockfiles.includes(baseName(path)) || inputs.test(baseName(path)))
  // Without scripts nothing of a package.json matters but what it depends on; the user's own commands may run scripts.
  const reduced = named.length === 0 && managers.length === 1
  const files = source.paths.filter((path) => !/(^|\/)node_modules\//.test(path) && isInput(path))
  const contents = files.map(async (path) => [
    path,
    (reduced && baseName(path) === 'package.json' && dependenciesOf(await source.read(path))) || source.hashOf(path),
  ])
  return sha256(JSON.stringify(await Promise.all(contents)))
}

/** Fields of a package.json that say what is installed and by whom. */
const FIELDS = [
  ...['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...['bundleDependencies', 'bundledDependencies', 'overrides', 'resolutions', 'dependenciesMeta', 'workspaces'],
  ...['name', 'packageManager', 'devEngines', 'engines', 'os', 'cpu', 'pnpm', 'bin', 'installConfig'],
]

/** Null when it cannot be read: then its contents count. */
function dependenciesOf(manifest: string | null): string | null {
  try {
    const parsed = JSON.parse(manifest ?? '') as Record<string, unknown>
    return JSON.stringify(FIELDS.map((field) => parsed[field] ?? null))
  } catch {
    return null
  }
}
