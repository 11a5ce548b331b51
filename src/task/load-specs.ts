import { foldersWithoutTasks, specFolders, steeringPaths } from '../core/spec/locate.ts'
import { parseSpec } from '../core/spec/parse.ts'
import type { Spec } from '../core/spec/spec.ts'
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
    const [requirements, design, tasks] = await Promise.all(
      ['requirements', 'design', 'tasks'].map((name) => read(`${dir}/${name}.md`)),
    )
    specs.push(
      parseSpec({
        id,
        dir,
        requirements: requirements ?? null,
        design: design ?? null,
        tasks: tasks ?? null,
        steering,
      }),
    )
  }
  return { specs, withoutTasks: foldersWithoutTasks(tree.paths) }
}
