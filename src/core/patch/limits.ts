import type { Operation, Patch, Refusal } from './patch.ts'

/** How much one patch may do. More is no patch but a mistake, or a person's work. */
export interface Limits {
  files: number
  /** Files that are deleted; a move deletes none. */
  deletions: number
  /** Characters of one file, before and after. */
  fileLength: number
  /** By so many lines a whole file may be shorter than the one that it replaces, where that is more than half of them. */
  droppedLines: number
}

export const LIMITS: Limits = { files: 500, deletions: 50, fileLength: 10_000_000, droppedLines: 100 }

/** What of a patch goes beyond the limits before any file is read. */
export function beyondLimits({ operations }: Patch, limits: Limits): Refusal[] {
  const refused: Refusal[] = []
  const say = (path: string, message: string, line: number) =>
    refused.push({ path, block: null, code: 'limit', message, nearest: null, line })
  const [extra] = operations.slice(limits.files)
  if (extra !== undefined) {
    say(extra.path, `The patch changes ${operations.length} files; at most ${limits.files} at once.`, extra.line)
  }
  const deletions = operations.filter(({ action }) => action === 'delete')
  const [further] = deletions.slice(limits.deletions)
  if (further !== undefined) {
    const message = `The patch deletes ${deletions.length} files; at most ${limits.deletions} at once.`
    say(further.path, message, further.line)
  }
  for (const operation of operations) {
    const length = Math.max(0, ...textsOf(operation).map((text) => text.length))
    if (length > limits.fileLength) say(operation.path, tooLong(operation.path, length, limits), operation.line)
    if (textsOf(operation).some((text) => !text.isWellFormed())) {
      const message = `The new text of \`${operation.path}\` holds half a character (a lone surrogate), which no file can hold.`
      refused.push({
        path: operation.path,
        block: null,
        code: 'not-text',
        message,
        nearest: null,
        line: operation.line,
      })
    }
  }
  return refused
}

function textsOf(operation: Operation): string[] {
  if (operation.action === 'delete') return []
  if ('content' in operation) return [operation.content]
  return operation.edits.map(({ replace }) => replace)
}

export function tooLong(path: string, length: number, limits: Limits): string {
  return `\`${path}\` has ${length} characters; files of at most ${limits.fileLength} are patched.`
}

/** Why a whole file may not take the place of another one: it drops lines that it never showed. null: it may. */
export function dropsTooMuch(path: string, before: number, after: number, limits: Limits): string | null {
  const dropped = before - after
  if (dropped <= limits.droppedLines || dropped * 2 <= before) return null
  return `The new file has ${after} lines and \`${path}\` has ${before}: ${dropped} lines would go that the answer does not show. Remove lines with SEARCH/REPLACE blocks that hold them; or, if all of it is meant, delete the file first.`
}
