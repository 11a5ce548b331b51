import { loadFolder, type SpecTree } from '../core/spec/load.ts'
import { foldersWithoutTasks, specFolders } from '../core/spec/locate.ts'
import type { Spec } from '../core/spec/spec.ts'

export interface LoadedSpecs {
  specs: Spec[]
  /** Folders with requirements or a design and no tasks.md. */
  withoutTasks: string[]
}

const loaded = new WeakMap<SpecTree, { roots: string; specs: Promise<LoadedSpecs> }>()

/**
 * Reads every spec of a commit, or of the disk, once for each tree: a start asks first whether anything is left, and then for the task.
 * `roots`: further folders that hold specs, from agent.yaml.
 */
export function loadSpecs(tree: SpecTree, roots: readonly string[] = []): Promise<LoadedSpecs> {
  const known = loaded.get(tree)
  const same = roots.join('\n')
  if (known?.roots === same) return known.specs
  const specs = readSpecs(tree, roots)
  loaded.set(tree, { roots: same, specs })
  return specs
}

async function readSpecs(tree: SpecTree, roots: readonly string[]): Promise<LoadedSpecs> {
  const folders = specFolders(tree.paths, roots)
  const specs: Spec[] = []
  for (const folder of folders) specs.push(await loadFolder(tree, folder, folders))
  return { specs, withoutTasks: foldersWithoutTasks(tree.paths, roots) }
}
