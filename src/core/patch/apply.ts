import { resolveEdits } from './apply-edits.ts'
import { newElision } from './elision.ts'
import { blockLines } from './ladder.ts'
import type { BaseFile, FileChange, Operation, Patch, PatchResult, Refusal, RefusalCode } from './patch.ts'
import { rebuildWhole } from './rebuild.ts'
import { parentsOf, pathProblem } from './safe-path.ts'
import { joinLines, splitBom, splitLines, textsOf } from './text-lines.ts'

/** Reads a file of the base tree; a folder counts as absent. */
export type ReadBase = (path: string) => BaseFile | Promise<BaseFile>

/**
 * The changes that a patch makes to the base tree, or why it makes none: one refusal is enough. Everything is resolved
 * against the base text, so the order of operations and blocks means nothing. A move gives two changes: the old path
 * with `content` null and the new path. Files that would stay as they are get no change. Throws only what `read` throws.
 */
export async function applyPatch(patch: Patch, read: ReadBase): Promise<PatchResult> {
  const base = cached(read)
  const refused: Refusal[] = []
  const changes: FileChange[] = []
  const unchanged: string[] = []
  for (const operation of mergeEdits(patch.operations)) {
    const result = await resolve(operation, base)
    if ('refused' in result) refused.push(...result.refused)
    else if (result.changes.length === 0) unchanged.push(operation.path)
    else changes.push(...result.changes)
  }
  refused.push(...collisions(patch.operations))
  if (refused.length > 0) return { ok: false, refused }
  if (changes.length === 0) return { ok: false, refused: nothingChanged(unchanged) }
  return { ok: true, changes }
}

type Resolved = { changes: FileChange[] } | { refused: Refusal[] }

function refuse(path: string, code: RefusalCode, message: string): Resolved {
  return { refused: [{ path, block: null, code, message, nearest: null }] }
}

function cached(read: ReadBase): (path: string) => Promise<BaseFile> {
  const known = new Map<string, Promise<BaseFile>>()
  return (path) => {
    const file = known.get(path) ?? Promise.resolve(read(path))
    known.set(path, file)
    return file
  }
}

/** Several edit operations for one file count as one, as if their blocks had come together. */
function mergeEdits(operations: readonly Operation[]): Operation[] {
  const merged: Operation[] = []
  for (const operation of operations) {
    const known = merged.findIndex((other) => other.path === operation.path && other.action === 'edit')
    const other = merged[known]
    if (operation.action === 'edit' && other?.action === 'edit') {
      merged[known] = { ...other, edits: [...other.edits, ...operation.edits] }
    } else merged.push(operation)
  }
  return merged
}

async function resolve(operation: Operation, read: (path: string) => Promise<BaseFile>): Promise<Resolved> {
  const paths = operation.action === 'move' ? [operation.path, operation.to] : [operation.path]
  for (const path of paths) {
    const problem = pathProblem(path) ?? (await parentProblem(path, read))
    if (problem !== null) return refuse(path, 'unsafe-path', `\`${path}\` cannot be used: ${problem}.`)
  }
  const file = await read(operation.path)
  if (file.kind === 'link' || file.kind === 'binary') return notText(operation.path, file.kind)
  if (operation.action === 'create') return create(operation.path, operation.content, file)
  if (operation.action === 'replace') return replace(operation.path, operation.content, file)
  if (file.kind === 'absent') return missing(operation)
  if (operation.action === 'delete') return { changes: [deletion(operation.path, 'delete')] }
  const result = resolveEdits(operation.path, operation.edits, file.text)
  if ('refused' in result) return result
  const { text: content, blocks } = result
  if (operation.action === 'move') return move(operation, content, blocks, await read(operation.to))
  if (content === file.text) return { changes: [] }
  return { changes: [{ path: operation.path, action: 'edit', content, blocks }] }
}

async function parentProblem(path: string, read: (path: string) => Promise<BaseFile>): Promise<string | null> {
  for (const parent of parentsOf(path)) {
    const { kind } = await read(parent)
    if (kind === 'link') return `\`${parent}\` is a symbolic link`
    if (kind !== 'absent') return `\`${parent}\` is a file, not a folder`
  }
  return null
}

function notText(path: string, kind: 'link' | 'binary'): Resolved {
  const what = kind === 'link' ? 'a symbolic link' : 'not a text file'
  return refuse(path, 'not-text', `\`${path}\` is ${what}; a patch changes text files only.`)
}

function missing(operation: Operation): Resolved {
  const advice = operation.action === 'edit' ? ' To create it, leave SEARCH empty; otherwise correct the path.' : ''
  return refuse(operation.path, 'missing', `There is no file \`${operation.path}\`.${advice}`)
}

function create(path: string, content: string, file: BaseFile): Resolved {
  if (file.kind === 'absent') return { changes: [{ path, action: 'create', content, blocks: [] }] }
  const message = `\`${path}\` exists already, and an empty SEARCH only creates a new file. Change it with a block whose SEARCH holds the lines to replace, or give the whole new file.`
  return refuse(path, 'exists', message)
}

/** A whole file. What the old and the new text share keeps its bytes; mark, usual line ending and final newline stay. */
function replace(path: string, content: string, file: BaseFile): Resolved {
  if (file.kind !== 'text') return { changes: [{ path, action: 'create', content, blocks: [] }] }
  const { bom, body } = splitBom(file.text)
  const base = splitLines(body)
  const lines = blockLines(content)
  const elision = newElision(lines, textsOf(base))
  if (elision !== null) return refuse(path, 'elision', elisionMessage(elision))
  const text = bom + joinLines(rebuildWhole(base, lines))
  return { changes: text === file.text ? [] : [{ path, action: 'replace', content: text, blocks: [] }] }
}

function elisionMessage(line: string): string {
  return `The new file holds \`${line.trim()}\` in place of code. A whole file replaces all that was there: write every line, or use SEARCH/REPLACE blocks.`
}

function move(
  operation: { path: string; to: string },
  content: string,
  blocks: FileChange['blocks'],
  target: BaseFile,
): Resolved {
  if (target.kind !== 'absent') {
    return refuse(
      operation.to,
      'exists',
      `\`${operation.path}\` cannot move to \`${operation.to}\`: it exists already.`,
    )
  }
  return {
    changes: [deletion(operation.path, 'move'), { path: operation.to, action: 'move', content, blocks }],
  }
}

function deletion(path: string, action: 'delete' | 'move'): FileChange {
  return { path, action, content: null, blocks: [] }
}

/** Operations that cannot both be done: two for one path, or a file where another one needs a folder. */
function collisions(operations: readonly Operation[]): Refusal[] {
  const refused: Refusal[] = []
  const say = (path: string, message: string) =>
    refused.push({ path, block: null, code: 'overlap', message, nearest: null })
  const taken = new Map<string, Operation['action']>()
  for (const operation of operations) {
    for (const path of operation.action === 'move' ? [operation.path, operation.to] : [operation.path]) {
      const other = taken.get(path)
      if (other !== undefined && !(other === 'edit' && operation.action === 'edit')) {
        say(path, `The patch wants two things of \`${path}\`: ${other} and ${operation.action}. Keep one of them.`)
      }
      taken.set(path, operation.action)
    }
  }
  for (const path of taken.keys()) {
    const parent = parentsOf(path).find((above) => taken.has(above))
    if (parent !== undefined) say(path, `The patch uses \`${parent}\` both as a file and as a folder.`)
  }
  return refused
}

function nothingChanged(paths: readonly string[]): Refusal[] {
  const message = 'The patch changes nothing: what it writes stands there already.'
  return (paths.length > 0 ? paths : ['']).map((path) => ({
    path,
    block: null,
    code: 'no-change',
    message,
    nearest: null,
  }))
}
