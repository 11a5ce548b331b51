import { sha256 } from '../hash.ts'
import { resolveEdits } from './apply-edits.ts'
import { baseText } from './base-text.ts'
import { newElision } from './elision.ts'
import { blockLines } from './ladder.ts'
import { beyondLimits, dropsTooMuch, LIMITS, type Limits, tooLong } from './limits.ts'
import { joinEdits } from './merge-operations.ts'
import {
  type BaseFile,
  type FileChange,
  type Fitting,
  type Operation,
  type Patch,
  type PatchResult,
  partsOfOperation,
  pathsOfOperation,
  type Refusal,
  type RefusalCode,
  type ResolvedChange,
} from './patch.ts'
import { rebuildWhole } from './rebuild.ts'
import { foldPath, parentsOf, pathProblem } from './safe-path.ts'
import { joinLines } from './text-lines.ts'

/** Reads a file of the base tree; a folder counts as absent. */
export type ReadBase = (path: string) => BaseFile | Promise<BaseFile>

export interface ApplyOptions {
  /**
   * The path that the base tree holds in place of this one on a file system that ignores case and Unicode forms, where it is
   * spelt differently; null: there is none.
   */
  twin?: (path: string) => string | null | Promise<string | null>
  /** Whether the base tree holds a folder at this path. */
  isFolder?: (path: string) => boolean
  limits?: Partial<Limits>
}

/**
 * The changes that a patch makes to the base tree, or why it makes none: one refusal is enough. Everything is resolved
 * against the base text, so the order of operations and blocks means nothing. A move gives two changes: the old path
 * with `content` null and the new path. Files that would stay as they are get no change. Throws only what `read` throws.
 */
export async function applyPatch(patch: Patch, read: ReadBase, options: ApplyOptions = {}): Promise<PatchResult> {
  const tree: Tree = {
    read: cached(read),
    twin: options.twin ?? (() => null),
    isFolder: options.isFolder ?? (() => false),
    limits: { ...LIMITS, ...options.limits },
  }
  const refused: Refusal[] = beyondLimits(patch, tree.limits)
  const fits: Fitting[] = []
  const changes: ResolvedChange[] = []
  const idle: Operation[] = []
  if (refused.length > 0) return { ok: false, refused, fits }
  for (const operation of joinEdits(patch.operations)) {
    const result = await resolve(operation, tree)
    if ('refused' in result) refused.push(...result.refused)
    else if (result.changes.length === 0) idle.push(operation)
    else changes.push(...result.changes)
    fits.push(...fitting(operation, result))
  }
  const clashes = collisions(patch.operations)
  refused.push(...clashes)
  const clashing = new Set(clashes.map(({ path }) => path))
  if (refused.length > 0) return { ok: false, refused, fits: fits.filter(({ path }) => !clashing.has(path)) }
  if (changes.length === 0) return { ok: false, refused: nothingChanged(idle), fits: [] }
  return { ok: true, changes }
}

interface Tree {
  read: (path: string) => Promise<BaseFile>
  twin: NonNullable<ApplyOptions['twin']>
  isFolder: (path: string) => boolean
  limits: Limits
}

type Resolved = { changes: ResolvedChange[] } | { refused: Refusal[]; fits?: number[] }

function refuse(path: string, code: RefusalCode, message: string, line: number): Resolved {
  return { refused: [{ path, block: null, code, message, nearest: null, line }] }
}

function cached(read: ReadBase): (path: string) => Promise<BaseFile> {
  const known = new Map<string, Promise<BaseFile>>()
  return (path) => {
    const file = known.get(path) ?? Promise.resolve(read(path))
    known.set(path, file)
    return file
  }
}

function fitting(operation: Operation, result: Resolved): Fitting[] {
  const parts = partsOfOperation(operation)
  return 'changes' in result ? parts : parts.filter(({ block }) => block !== null && result.fits?.includes(block))
}

async function resolve(operation: Operation, tree: Tree): Promise<Resolved> {
  const { path, line } = operation
  for (const used of pathsOfOperation(operation)) {
    const problem = pathProblem(used) ?? (await placeProblem(used, tree))
    if (problem !== null) return refuse(used, 'unsafe-path', `\`${used}\` cannot be used: ${problem}.`, line)
  }
  const file = await tree.read(path)
  if (file.kind === 'link' || file.kind === 'binary') return notText(path, file.kind, line)
  if (file.kind === 'text' && file.text.length > tree.limits.fileLength && operation.action !== 'delete')
    return refuse(path, 'limit', tooLong(path, file.text.length, tree.limits), line)
  if (operation.action === 'create') return create(operation, file)
  if (operation.action === 'replace') return replace(operation, file, tree.limits)
  if (file.kind === 'absent') return missing(operation)
  const base = sha256(file.text)
  if (operation.action === 'delete') return { changes: [{ ...deletion(path, 'delete'), base }] }
  const result = resolveEdits(path, operation.edits, file.text)
  if ('refused' in result) return result
  const { text: content, blocks } = result
  if (operation.action === 'move') return move(operation, { content, blocks, base }, await tree.read(operation.to))
  if (content === file.text) return { changes: [] }
  return { changes: [{ path, action: 'edit', content, blocks, base }] }
}

/** What in the tree stands in the way of a path: a link or a file above it, or another spelling of it. */
async function placeProblem(path: string, { read, twin, isFolder }: Tree): Promise<string | null> {
  for (const parent of parentsOf(path)) {
    const { kind } = await read(parent)
    if (kind === 'link') return `\`${parent}\` is a symbolic link`
    if (kind !== 'absent') return `\`${parent}\` is a file or another repository, not a plain folder`
  }
  if (isFolder(path)) return 'it is a folder'
  const other = await twin(path)
  return other === null
    ? null
    : `the tree holds \`${other}\`, which is the same file where case and Unicode forms do not count`
}

function notText(path: string, kind: 'link' | 'binary', line: number): Resolved {
  const what = kind === 'link' ? 'a symbolic link' : 'not a text file in UTF-8'
  return refuse(path, 'not-text', `\`${path}\` is ${what}; a patch changes text files only.`, line)
}

function missing(operation: Operation): Resolved {
  const advice = operation.action === 'edit' ? ' To create it, leave SEARCH empty; otherwise correct the path.' : ''
  return refuse(operation.path, 'missing', `There is no file \`${operation.path}\`.${advice}`, operation.line)
}

type Whole = Extract<Operation, { content: string }>

function create({ path, content, line }: Whole, file: BaseFile): Resolved {
  if (file.kind === 'absent') return { changes: [{ path, action: 'create', content, blocks: [], base: null }] }
  if (file.kind === 'text' && file.text === content) {
    const message = `\`${path}\` exists already and holds exactly this text: leave the block out.`
    return refuse(path, 'already-applied', message, line)
  }
  const message = `\`${path}\` exists already, and an empty SEARCH only creates a new file. Change it with a block whose SEARCH holds the lines to replace, or give the whole new file.`
  return refuse(path, 'exists', message, line)
}

/** A whole file. What the old and the new text share keeps its bytes; mark, usual line ending and final newline stay. */
function replace({ path, content, line }: Whole, file: BaseFile, limits: Limits): Resolved {
  if (file.kind !== 'text') return { changes: [{ path, action: 'create', content, blocks: [], base: null }] }
  const base = baseText(file.text)
  const lines = blockLines(content)
  const elision = newElision(path, lines, base.texts)
  if (elision !== null) return refuse(path, 'elision', elisionMessage(elision), line)
  const dropped = dropsTooMuch(path, base.texts.length, lines.length, limits)
  if (dropped !== null) return refuse(path, 'limit', dropped, line)
  const text = base.bom + joinLines(rebuildWhole(base, lines))
  if (text === file.text) return { changes: [] }
  return { changes: [{ path, action: 'replace', content: text, blocks: [], base: sha256(file.text) }] }
}

function elisionMessage(line: string): string {
  return `The new file holds \`${line.trim()}\` in place of code. A whole file replaces all that was there: write every line, or use SEARCH/REPLACE blocks.`
}

function move(
  { path, to, line }: { path: string; to: string; line: number },
  { content, blocks, base }: { content: string; blocks: FileChange['blocks']; base: string },
  target: BaseFile,
): Resolved {
  if (target.kind !== 'absent')
    return refuse(to, 'exists', `\`${path}\` cannot move to \`${to}\`: it exists already.`, line)
  return {
    changes: [
      { ...deletion(path, 'move'), base, to },
      { path: to, action: 'move', content, blocks, base: null },
    ],
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
  const taken = new Map<string, { path: string; action: Operation['action'] }>()
  for (const operation of operations) {
    for (const path of pathsOfOperation(operation)) {
      const other = taken.get(foldPath(path))
      if (other !== undefined && other.path !== path) {
        say(path, `\`${other.path}\` and \`${path}\` are one file where case and Unicode forms do not count: keep one.`)
      } else if (other !== undefined && !(other.action === 'edit' && operation.action === 'edit')) {
        say(
          path,
          `The patch wants two things of \`${path}\`: ${other.action} and ${operation.action}. Keep one of them.`,
        )
      }
      taken.set(foldPath(path), { path, action: operation.action })
    }
  }
  for (const { path } of taken.values()) {
    const parent = parentsOf(path).find((above) => taken.has(foldPath(above)))
    if (parent !== undefined) say(path, `The patch uses \`${parent}\` both as a file and as a folder.`)
  }
  return refused
}

function nothingChanged(idle: readonly Operation[]): Refusal[] {
  if (idle.length === 0) {
    const message = 'The patch is empty.'
    return [{ path: '', block: null, code: 'no-change', message, nearest: null }]
  }
  return idle.flatMap((operation): Refusal[] => {
    const { path, line } = operation
    const refusal = { path, code: 'no-change' as const, nearest: null }
    if (operation.action !== 'edit') {
      const message = 'The patch changes nothing: what it writes stands there already.'
      return [{ ...refusal, block: null, message, line }]
    }
    const message = 'SEARCH equals REPLACE: the block changes nothing.'
    return operation.edits.map((edit, k) => ({ ...refusal, block: k + 1, message, line: edit.line }))
  })
}
