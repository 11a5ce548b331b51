import { isIn } from '../core/projects.ts'
import type { World } from '../world.ts'
import type { Plan } from './state.ts'

/** The World of a task that works in a package: its build and its commands start there, and its tools are made ready. */
export function inPlace(world: World, { dir }: Pick<Plan, 'dir'>): World {
  return {
    ...world,
    prepare: (tree) => world.prepare(tree, dir),
    runChecks: (worktree, request) =>
      world.runChecks(worktree, dir === '' || request.kind === 'tests' ? request : { ...request, dir }),
  }
}

/** What a path of the spec means: from the package where a file lies there, else from the top. */
export function placedPath({ dir }: Pick<Plan, 'dir'>, path: string, paths: readonly string[]): string {
  if (dir === '' || isIn(dir, path)) return path
  const inside = `${dir}/${path}`
  return paths.includes(inside) || !paths.includes(path) ? inside : path
}

/**
 * Globs of an `Allows:` line as they count from the top of the repository. In a package they are from there, with `/` before
 * them from the top.
 */
export function allowedGlobs({ dir, task: { allows } }: Pick<Plan, 'dir' | 'task'>): string[] {
  if (dir === '') return allows
  return allows.map((glob) => {
    const plain = glob.replace(/^(?:\.\/)+/, '')
    return plain.startsWith('/') || isIn(dir, plain) ? plain : `${dir}/${plain}`
  })
}
