import { foldersWithoutTasks, specFolders, steeringPaths } from '../core/spec/locate.ts'
import { parseSpec } from '../core/spec/parse.ts'
import type { SourceFile, Spec } from '../core/spec/spec.ts'
import type { Tree } from '../world.ts'

export interface LoadedSpecs {
  specs: Spec[]
  /** Folders with requirements or a design and no tasks.md. */
  withoutTasks: string[]
}

/** Reads every spec of a commit. */
export async function loadSpecs(tree: Pick<Tree, 'paths' | 'read'>): Promise<LoadedSpecs> {
  const read = async (path: string): Promise<string | null> => {
    const file = await tree.read(path)
    return file.kind === 'text' ? file.text : null
  }
  const steering: { path: string; text: string }[] = []
  for (const path of steeringPaths(tree.paths)) {
    const text = await read(path)
    if (text !== null) steering.push({ path, text })
  }
  const specs: Spec[] = []
  for (const { id, dir } of specFolders(tree.paths)) {
    const files: SourceFile[] = []
    for (const path of tree.paths.filter((one) => one.startsWith(`${dir}/`) && one.endsWith('.md'))) {
      const text = await read(path)
      if (text !== null) files.push({ path: path.slice(dir.length + 1), text })
    }
    specs.push(parseSpec({ id, dir, files, steering, problems: [] }))
  }
  return { specs, withoutTasks: foldersWithoutTasks(tree.paths) }
}
