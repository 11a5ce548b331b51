import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { additionWords, type PythonPath } from '../core/pytest-imports.ts'
import { missingHypothesis, saysPackages, unnamedHypothesis } from '../io/checks/installed.ts'
import { git, tryGit } from '../io/git/git.ts'
import { requireIdentity, uncommitted } from '../io/git/repository.ts'
import { type Step, toDo, writeNew } from './init-steps.ts'

const WHAT = 'imports'
const WHY = 'a plain `pytest` does not find the modules of the project'

/**
 * Has a plain `pytest` find the modules: a settings file that is committed as it stands gets one line more, in a commit of its own; where there
 * is none, one is written. Any other is left to its owner, with the words what to add.
 */
export async function addPythonPath(
  root: string,
  missing: PythonPath,
  agreed: (question: string) => Promise<boolean>,
): Promise<Step> {
  const { path, line, text, there } = missing
  const owners = toDo(WHAT, `${WHY}: ${additionWords(missing)}, and commit that`)
  if (text === null || !(await isAsCommitted(root, path, there))) return owners
  if (!(await agreed(`${WHY[0]!.toUpperCase()}${WHY.slice(1)}. Add \`${line}\` to ${path}?`))) return owners
  if (!there) {
    const written = await writeNew(root, path, text)
    return written.status === 'kept'
      ? owners
      : { ...written, text: `\`${line}\`: a plain \`pytest\` finds the modules` }
  }
  await requireIdentity(root)
  await writeFile(join(root, path), text)
  const message = `Have pytest find the modules: ${line}`
  const committed = await tryGit(root, ['commit', '--quiet', '--only', '--message', message, '--', path])
  if (committed.ok) {
    const hash = await git(root, ['rev-parse', '--short', 'HEAD'])
    return { what: WHAT, status: 'committed', text: `\`${line}\` in ${path}, in commit ${hash}` }
  }
  await tryGit(root, ['checkout', 'HEAD', '--', path])
  return {
    what: WHAT,
    status: 'failed',
    text: `${path}: not changed, because git does not commit: ${committed.message}`,
  }
}

/** What is missing for properties: Hypothesis that no file of the project names. Null: nothing. */
export async function hypothesisStep(
  root: string,
  paths: readonly string[],
  read: (path: string) => Promise<string | null>,
): Promise<Step | null> {
  const unnamed = await unnamedHypothesis(paths, read)
  if (unnamed !== null) return toDo('packages', unnamed)
  if (saysPackages(paths)) return null
  const text =
    'name pytest and hypothesis in a new requirements-dev.txt, a line each, and commit it: a run installs them'
  const there = await readFile(join(root, '.venv', 'pyvenv.cfg'), 'utf8').catch(() => null)
  return there !== null && (await missingHypothesis(join(root, '.venv'), paths)) === null
    ? null
    : toDo('packages', text)
}

/** A file that is to be changed has to be git's in just this text; one that is not there may be written. */
async function isAsCommitted(root: string, path: string, there: boolean): Promise<boolean> {
  if (!there) return true
  const tracked = (await git(root, ['ls-files', '--', path])) !== ''
  return tracked && (await uncommitted(root, [path])).length === 0
}
