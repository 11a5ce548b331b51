import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, normalize, resolve, sep } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { Repository } from '../io/git/repository.ts'
import { excludeFromGit } from '../io/journal/journal.ts'

const OWN = '.agent'

/**
 * The file that `--html` names. Below `.agent/` it is that of the repository's top, from whatever folder it is asked for: no other is kept out
 * of git. Anything else is seen from the current folder.
 */
export function pageAt({ root }: Pick<Repository, 'root'>, cwd: string, file: string): string {
  const [first] = normalize(file).split(sep)
  return resolve(first === OWN ? root : cwd, file)
}

/** Makes the folder where it is one of `.agent/`. Throws UserError where the page cannot be written. */
export async function writePage({ root, commonDir }: Repository, path: string, text: string): Promise<void> {
  try {
    if (path.startsWith(join(root, OWN, sep))) {
      await excludeFromGit(commonDir)
      await mkdir(dirname(path), { recursive: true })
    }
    await writeFile(path, text)
  } catch (error) {
    throw new UserError(`--html ${path}: cannot be written: ${(error as Error).message}`)
  }
}
