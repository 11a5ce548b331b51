import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../core/errors.ts'

/** One thing that `agent init` looked at or did. */
export interface Step {
  what: string
  /** `found` and `kept` change nothing; `to do`: it is the user's, or wants a yes. */
  status: 'found' | 'kept' | 'written' | 'committed' | 'to do' | 'failed'
  text: string
  /** The command that does it, where it has to be done before the next commit. */
  next?: string
}

export function toDo(what: string, text: string): Step {
  return { what, status: 'to do', text }
}

/** Never over what is there, not even over a link that leads nowhere. */
export async function writeNew(root: string, path: string, text: string): Promise<Step> {
  const place = join(root, path)
  try {
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, text, { flag: 'wx' })
    return { what: path, status: 'written', text: 'each choice stands there with its reason' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return { what: path, status: 'kept', text: 'it is there already and stays as it is' }
    throw new UserError(`${place}: cannot be written: ${(error as Error).message}`, 'environment')
  }
}
