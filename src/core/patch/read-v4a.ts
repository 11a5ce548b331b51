import type { Edit, Operation, ReplyProblem } from './patch.ts'
import { hunkEdit } from './read-diff.ts'
import { closesFence, type Fence, type LineAt, type Reading, textOf } from './reply-source.ts'

const END_OF_FILE = /^\*\*\* End of File\s*$/
const HEADER = /^\*\*\* (Add File|Delete File|Update File|Move to): *(.+?)\s*$/

export const V4A_GRAMMAR = '*** Begin Patch'

export function isV4aStart(line: string): boolean {
  return /^\*\*\* Begin Patch\s*$/.test(line)
}

/** A header of this grammar outside a patch; null where the line is none. */
export function strayV4a(line: string): string | null {
  if (!HEADER.test(line) && !/^\*\*\* End Patch\s*$/.test(line)) return null
  return `${V4A_GRAMMAR}: \`${line.trim()}\` stands outside a patch; begin with \`*** Begin Patch\` and end with \`*** End Patch\``
}

/**
 * Reads from `*** Begin Patch` at `start` to `*** End Patch`. The last line may be missing where the fence or the heredoc
 * around it closes: then nothing was cut off.
 */
export function readV4a(at: LineAt, count: number, start: number, fence: Fence | null): Reading {
  const heredoc = heredocEnd(at, start)
  const closes = (line: string) => line === heredoc || (fence !== null && closesFence(line, fence))
  let end = start + 1
  while (end < count && !/^\*\*\* End Patch\s*$/.test(at(end)) && !closes(at(end))) end++
  if (end === count) {
    const message = `${V4A_GRAMMAR}: no \`*** End Patch\` ends it`
    return { operations: [], problems: [{ line: start + 1, message }], next: count }
  }
  const bare = closes(at(end)) && at(end) !== heredoc
  const operations: Operation[] = []
  const problems: ReplyProblem[] = []
  let k = start + 1
  while (k < end) {
    let next = k + 1
    while (next < end && !/^\*\*\* (Add|Delete|Update) File:/.test(at(next))) next++
    const section = Array.from({ length: next - k }, (_, i) => at(k + i))
    const read = readSection(section, k + 1)
    if (read !== null && 'action' in read) operations.push(read)
    else if (read !== null) problems.push(read)
    k = next
  }
  // The fence's own end is left to whoever opened it.
  return { operations, problems, next: bare ? end : end + 1 }
}

/** The word that ends the heredoc of a shell command on the line before, as in `apply_patch <<'EOF'`; null: there is none. */
function heredocEnd(at: LineAt, start: number): string | null {
  return /<<-?\s*(['"]?)(\w+)\1\s*$/.exec(start > 0 ? at(start - 1) : '')?.[2] ?? null
}

/** `line`: 1-based number of the section's first line. null: nothing but blank lines. */
function readSection(section: readonly string[], line: number): Operation | ReplyProblem | null {
  const [, kind, path] = HEADER.exec(section[0] ?? '') ?? []
  if (path === undefined || kind === 'Move to') {
    const wrong = section.findIndex((text) => text.trim() !== '')
    if (wrong < 0) return null
    return {
      line: line + wrong,
      message: `${V4A_GRAMMAR}: expected \`*** Update File: path\`, \`*** Add File: path\` or \`*** Delete File: path\``,
    }
  }
  const body = section.slice(1)
  if (kind === 'Delete File') return { action: 'delete', path, line }
  if (kind === 'Add File') return readAdded(body, path, line)
  const to = HEADER.exec(body[0] ?? '')?.[1] === 'Move to' ? HEADER.exec(body[0]!)![2]! : null
  const edits = readChunks(to === null ? body : body.slice(1), line + (to === null ? 1 : 2))
  if (!Array.isArray(edits)) return edits
  if (to !== null) return { action: 'move', path, to, edits, line }
  if (edits.length === 0)
    return { line, message: `${V4A_GRAMMAR}: the update of \`${path}\` holds no lines with + or -` }
  return { action: 'edit', path, edits, line }
}

function readAdded(body: readonly string[], path: string, line: number): Operation | ReplyProblem {
  const last = body.findLastIndex((text) => text.trim() !== '')
  const added = body.slice(0, last + 1)
  const wrong = added.findIndex((text) => !text.startsWith('+'))
  if (wrong >= 0)
    return { line: line + 1 + wrong, message: `${V4A_GRAMMAR}: every line of an added file begins with +` }
  return { action: 'create', path, content: textOf(added.map((text) => text.slice(1))), line }
}

/** `line`: 1-based number of the first line of `body`. */
function readChunks(body: readonly string[], line: number): Edit[] | ReplyProblem {
  const edits: Edit[] = []
  let anchors: string[] = []
  let k = 0
  while (k < body.length) {
    const anchor = /^@@ ?(.*)$/.exec(body[k]!)
    if (anchor !== null) {
      if (anchor[1]!.trim() !== '') anchors.push(anchor[1]!)
      k++
      continue
    }
    let next = k
    while (next < body.length && !body[next]!.startsWith('@@')) next++
    const edit = hunkEdit(body.slice(k, next), line + k, V4A_GRAMMAR)
    if (edit !== null && 'message' in edit) return edit
    const atEnd = body.slice(k, next).some((text) => END_OF_FILE.test(text))
    if (edit !== null) {
      edits.push({ ...edit, ...(anchors.length > 0 ? { after: anchors } : {}), ...(atEnd ? { atEnd } : {}) })
    }
    anchors = []
    k = next
  }
  return edits
}
