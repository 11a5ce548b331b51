import type { Edit, Operation, ReplyProblem } from './patch.ts'
import { closesFence, type Fence, type LineAt, type Reading, textOf } from './reply-source.ts'

export const DIFF_GRAMMAR = 'unified diff'

/** Whether a diff of one file begins at `k`: two headers and a hunk. */
export function isDiffStart(at: LineAt, count: number, k: number): boolean {
  if (k + 2 >= count) return false
  return /^--- \S/.test(at(k)) && /^\+\+\+ \S/.test(at(k + 1)) && /^@@/.test(at(k + 2))
}

/** What is wrong with a line that belongs to a diff which cannot be read; null where it looks like none. */
export function strayDiff(at: LineAt, k: number): string | null {
  if (/^(similarity index 100%|GIT binary patch)\s*$/.test(at(k))) {
    return `${DIFF_GRAMMAR}: \`${at(k).trim()}\` cannot be read; move a file with \`*** Begin Patch\`, and leave binary files`
  }
  if (!/^--- \S/.test(at(k)) || !/^\+\+\+ \S/.test(at(k + 1))) return null
  return `${DIFF_GRAMMAR}: no hunk follows its two headers; begin one with \`@@\``
}

/** Reads the diff of one file. Line numbers mean nothing: a hunk is found by its text. */
export function readDiff(at: LineAt, count: number, start: number, fence: Fence | null): Reading {
  let next = start + 2
  while (next < count && !endsDiff(at, count, next, fence)) next++
  const from = fileName(at(start), 'a/')
  const to = fileName(at(start + 1), 'b/')
  const hunks: { at: number; header: string; lines: string[] }[] = []
  for (let k = start + 2; k < next; k++) {
    const text = at(k)
    if (text.startsWith('@@')) hunks.push({ at: k, header: text, lines: [] })
    else hunks.at(-1)?.lines.push(text)
  }
  const result = operationOf(from, to, hunks, start + 1)
  return 'action' in result
    ? { operations: [result], problems: [], next }
    : { operations: [], problems: [result], next }
}

function endsDiff(at: LineAt, count: number, k: number, fence: Fence | null): boolean {
  const text = at(k)
  if (fence !== null && closesFence(text, fence)) return true
  if (/^diff --git /.test(text) || isDiffStart(at, count, k)) return true
  return fence === null && text !== '' && !/^[ +\-@\\]/.test(text)
}

/** null: `/dev/null`, no file on this side. */
function fileName(header: string, prefix: string): string | null {
  const name = header
    .slice(4)
    .split('\t')[0]!
    .trim()
    .replace(/^"(.*)"$/, '$1')
  if (name === '/dev/null') return null
  return name.startsWith(prefix) ? name.slice(prefix.length) : name
}

function operationOf(
  from: string | null,
  to: string | null,
  hunks: { at: number; header: string; lines: string[] }[],
  line: number,
): Operation | ReplyProblem {
  if (to === null) {
    return from === null
      ? { line, message: `${DIFF_GRAMMAR}: it names no file` }
      : { action: 'delete', path: from, line }
  }
  const isNew = from === null || (hunks.length === 1 && /^@@ -0,0 /.test(hunks[0]!.header))
  if (isNew) {
    const added = (hunks[0]?.lines ?? []).filter((text) => text.startsWith('+')).map((text) => text.slice(1))
    return { action: 'create', path: to, content: textOf(added), line }
  }
  const edits: Edit[] = []
  for (const hunk of hunks) {
    const edit = hunkEdit(hunk.lines, hunk.at + 2, DIFF_GRAMMAR)
    if (edit !== null && 'message' in edit) return edit
    if (edit !== null) edits.push(edit)
  }
  if (edits.length === 0) return { line, message: `${DIFF_GRAMMAR}: it holds no lines with + or -` }
  return from === to ? { action: 'edit', path: to, edits, line } : { action: 'move', path: from, to, edits, line }
}

/**
 * A hunk as an edit: context and removed lines are searched, context and added lines take their place. null: it changes
 * nothing. `line` is the 1-based number of its first line.
 */
export function hunkEdit(lines: readonly string[], line: number, grammar: string): Edit | ReplyProblem | null {
  const last = lines.findLastIndex((text) => text.trim() !== '' || text.startsWith('+') || text.startsWith('-'))
  const search: string[] = []
  const replace: string[] = []
  let changes = false
  for (const [k, text] of lines.slice(0, last + 1).entries()) {
    const sign = text.charAt(0)
    const rest = text.slice(1)
    if (sign === '\\' || /^\*\*\* End of File\s*$/.test(text)) continue
    if (sign === '+') replace.push(rest)
    else if (sign === '-') search.push(rest)
    else if (sign === ' ' || text === '') {
      search.push(rest)
      replace.push(rest)
      continue
    } else return { line: line + k, message: `${grammar}: a line of a hunk begins with a space, + or -` }
    changes = true
  }
  if (!changes) return null
  if (search.every((text) => text.trim() === '')) {
    return { line, message: `${grammar}: a hunk that only adds lines needs an unchanged line before or after them` }
  }
  return { search: textOf(search), replace: textOf(replace), line }
}
