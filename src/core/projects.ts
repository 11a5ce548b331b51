import type { Config, ProjectConfig } from './config.ts'
import { placeOf } from './config-place.ts'
import { nearest } from './nearest.ts'
import { baseOf } from './spec/locate.ts'
import type { Spec, Task } from './spec/spec.ts'

/** Files that make a folder a package of its own. */
const MANIFEST = /^(?:package\.json|pyproject\.toml|setup\.py|setup\.cfg|go\.mod|Cargo\.toml|pom\.xml)$/

/** A folder as paths name it: `./packages/api/` is `packages/api`, and `.` is the empty name of the root. */
export function folderOf(dir: string): string {
  return dir
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

/** Folders of the projects that agent.yaml lists, in its order; '' is the root. */
export function listedDirs({ projects = [] }: Pick<Config, 'projects'>): string[] {
  return projects.map(({ dir }) => folderOf(dir))
}

/** What agent.yaml says of a project; the settings of the root stand at its top, or under `dir: .`. */
export function settingsIn(config: Config, dir: string): Omit<ProjectConfig, 'dir'> {
  const own = config.projects?.find((one) => folderOf(one.dir) === dir)
  if (dir !== '') return own ?? {}
  const { runner, build, checks, level } = config
  const top = Object.fromEntries(Object.entries({ runner, build, checks, level }).filter(([, value]) => value))
  return { ...top, ...own }
}

/** Folders that hold specs: those that agent.yaml names, and `specs` in each project. */
export function specRootsOf(config: Pick<Config, 'specs' | 'projects'>): string[] {
  const inProjects = listedDirs(config).flatMap((dir) => (dir === '' ? [] : [`${dir}/specs`]))
  return [...new Set([...(config.specs ?? []), ...inProjects])]
}

/** The innermost of these folders that a path lies in; null: it lies in none. */
export function dirHolding(dirs: readonly string[], path: string): string | null {
  const holding = dirs.filter((dir) => isIn(dir, path))
  return holding.sort((a, b) => b.length - a.length)[0] ?? null
}

/** Whether a path is a folder or lies in it; all lies in the root. */
export function isIn(dir: string, path: string): boolean {
  return dir === '' || path === dir || path.startsWith(`${dir}/`)
}

export type Placed =
  /** `sure` false: the folder is a package, and nobody has said that its tests run there. */
  { dir: string; sure: boolean } | { problem: string }

/**
 * The folder that a task works in: its own `Dir:` line, then `dir:` above tasks.md, then the project that names its spec, then the
 * innermost project that its spec lies in, then the package that it lies in; else the root.
 */
export function placeTask(spec: Spec, task: Task, config: Config, paths: readonly string[]): Placed {
  const file = `${spec.dir}/tasks.md`
  const said = task.dir ?? spec.workDir
  if (said !== undefined) {
    const [at, written] = task.dir === undefined ? [`${file}:1`, 'dir:'] : [`${file}:${task.line}`, 'Dir:']
    const dir = folderOf(said)
    if (isFolder(dir, paths)) return { dir, sure: true }
    return { problem: `${at}: \`${written} ${said}\`: there is no such folder.${instead(dir, paths)}` }
  }
  const naming = config.projects?.find(({ specs = [] }) => specs.some((one) => names(one, spec)))
  const dir = naming ? folderOf(naming.dir) : dirHolding(listedDirs(config), spec.dir)
  if (naming || (dir !== null && dir !== '')) return { dir: dir ?? '', sure: true }
  return { dir: packageOf(spec, paths), sure: false }
}

/** Folders that a spec may name its files from, the likeliest first; the root ('') goes last. */
export function dirsOf(spec: Spec, config: Config): string[] {
  const said = [...spec.tasks.map(({ dir }) => dir), spec.workDir].flatMap((dir) => (dir === undefined ? [] : [dir]))
  const naming = config.projects?.filter(({ specs = [] }) => specs.some((one) => names(one, spec))) ?? []
  return [...new Set([...said, ...naming.map(({ dir }) => dir), baseOf(spec.dir), ''].map(folderOf))]
}

/** What is wrong with the projects of agent.yaml in a tree, with its line; null: nothing. */
export function projectsProblem(config: Config, paths: readonly string[], specs: readonly Spec[] = []): string | null {
  const taken = new Map<string, string>()
  for (const [at, project] of (config.projects ?? []).entries()) {
    const dir = folderOf(project.dir)
    if (!isFolder(dir, paths)) {
      const where = placeOf(config, 'projects', at, 'dir')
      return `${where}: \`dir: ${project.dir}\`: there is no such folder in HEAD.${instead(dir, paths)}`
    }
    for (const [index, name] of (project.specs ?? []).entries()) {
      const where = placeOf(config, 'projects', at, 'specs', index)
      const spec = specs.find((one) => names(name, one))
      if (spec === undefined && specs.length > 0) {
        const known = specs.map(({ id }) => id)
        return `${where}: \`${name}\` is no spec. Known are: ${known.join(', ')}.`
      }
      const other = taken.get(spec?.dir ?? name)
      if (other !== undefined)
        return `${where}: \`${name}\` is named by the project ${other} already: a spec works in one.`
      taken.set(spec?.dir ?? name, project.dir)
    }
  }
  return null
}

function names(name: string, { id, dir }: Spec): boolean {
  return name === id || folderOf(name) === dir
}

function isFolder(dir: string, paths: readonly string[]): boolean {
  return dir === '' || paths.some((path) => path.startsWith(`${dir}/`))
}

function instead(dir: string, paths: readonly string[]): string {
  const packages = [...new Set(paths.filter(isManifest).map(parent))].filter((one) => one !== '')
  if (packages.length === 0) return ''
  const near = nearest(dir, packages)
  const listed = `Packages are: ${packages.slice(0, 12).join(', ')}${packages.length > 12 ? ', ...' : ''}.`
  return near === null ? ` ${listed}` : ` Did you mean \`${near}\`? ${listed}`
}

/** The innermost package around a spec; '' where that is the repository itself. */
function packageOf(spec: Spec, paths: readonly string[]): string {
  const known = new Set(paths.filter(isManifest).map(parent))
  for (let dir = baseOf(spec.dir); dir !== ''; dir = parent(dir)) if (known.has(dir)) return dir
  return ''
}

function isManifest(path: string): boolean {
  return MANIFEST.test(path.slice(path.lastIndexOf('/') + 1))
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
