import { loadFolder, type SpecTree } from '../core/spec/load.ts'
import { foldersWithoutTasks, specFolders } from '../core/spec/locate.ts'
import type { Spec } from '../core/spec/spec.ts'

export interface LoadedSpecs {
  specs: Spec[]
  /** Folders with requirements or a design and no tasks.md. */
  withoutTasks: string[]
}

/** Reads every spec of a commit, or of the disk. `roots`: further folders that hold specs, from agent.yaml. */
export async function loadSpecs(tree: SpecTree, roots: readonly string[] = []): Promise<LoadedSpecs> {
  const folders = specFolders(tree.paths, roots)
  const specs: Spec[] = []
  for (const folder of folders) specs.push(await loadFolder(tree, folder, folders))
  return { specs, withoutTasks: foldersWithoutTasks(tree.paths, roots) }
}
