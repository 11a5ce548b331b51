/** Where spec folders and steering lie in a repository, by their paths alone. */

export interface SpecFolder {
  id: string
  dir: string
}

const ROOTS = ['specs', '.kiro/specs']
const STEERING = /^(?:specs\/steering|steering|\.kiro\/steering)\/[^/]+\.md$/

/** Folders below `specs/` or `.kiro/specs/` that hold a tasks.md, in order of path. */
export function specFolders(paths: string[]): SpecFolder[] {
  const folders: SpecFolder[] = []
  for (const path of paths) {
    const root = ROOTS.find((name) => path.startsWith(`${name}/`))
    const dir = path.slice(0, -'/tasks.md'.length)
    if (!root || !path.endsWith('/tasks.md') || dir.length <= root.length) continue
    folders.push({ id: dir.slice(root.length + 1), dir })
  }
  return folders
}

/** Folders that look like a spec and hold no tasks.md: worth a word instead of silence. */
export function foldersWithoutTasks(paths: string[]): string[] {
  const found = new Set<string>()
  for (const path of paths) {
    const match = /^((?:specs|\.kiro\/specs)\/.+)\/(?:requirements|design)\.md$/.exec(path)
    if (match && !paths.includes(`${match[1]}/tasks.md`)) found.add(match[1]!)
  }
  return [...found]
}

export function steeringPaths(paths: string[]): string[] {
  return paths.filter((path) => STEERING.test(path))
}
