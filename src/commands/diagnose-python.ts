import { join } from 'node:path'
import type { Config } from '../core/config.ts'
import { additionWords, missingPath, type PythonPath } from '../core/pytest-imports.ts'
import type { Project } from '../io/checks/detect.ts'
import { isEditable, missingHypothesis, unnamedHypothesis } from '../io/checks/installed.ts'
import type { Tree } from '../world.ts'
import { type Finding, warning } from './finding.ts'
import { placed, readerOf } from './project.ts'

/** Why properties of Python cannot be run in a project; null: they can. `venv`: its environment; null: there is none yet. */
export async function withoutHypothesis(
  tree: Pick<Tree, 'paths' | 'read'>,
  { setup }: Config,
  venv: string | null,
): Promise<string | null> {
  if (venv !== null) return missingHypothesis(venv, tree.paths, readerOf(tree))
  return setup === undefined ? unnamedHypothesis(tree.paths, readerOf(tree)) : null
}

/** Asks an environment for its Hypothesis; it prints the version. */
export const HYPOTHESIS = ['-c', 'from importlib.metadata import version; print(version("hypothesis"))']

export function hypothesisWords({ failed, all }: { failed: boolean; all?: string | undefined }): string {
  return failed
    ? '; Hypothesis is not here yet: a run installs it with what the project names'
    : `, Hypothesis ${all?.trim()}`
}

/** What a plain `pytest` needs to find the modules of a project; null: nothing, or there is no project of Python. */
export async function missingImports(
  { imports }: Pick<Project, 'imports'>,
  root: string,
  dir: string,
  venv: string | null,
): Promise<PythonPath | null> {
  const missing = imports ? missingPath(imports, await isEditable(venv, join(root, dir))) : null
  return missing && placed(dir, missing)
}

export function importsFinding(missing: PythonPath): Finding {
  const text = 'a plain `pytest` does not find the modules of the project, and would fail where a run is green'
  return warning('imports', text, `${additionWords(missing)}, and commit that`)
}
