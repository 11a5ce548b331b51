import { applyPatch } from '../../core/patch/apply.ts'
import { readReply } from '../../core/patch/read-reply.ts'
import type { Tree } from '../../world.ts'
import type { ScratchTree } from './scratch-tree.ts'

/** Two states of some files, and how they differ. */
export type Edited = Pick<ScratchTree, 'compare' | 'diff'>

/** Lines of context that are tried until a change is found at one place only. */
const CONTEXTS = [3, 10, 40, 1_000_000]

export interface Edits {
  /** A reply as a model would have written it; empty: nothing changed. */
  text: string
  /** Changes that no patch can hold, each with its reason. */
  left: string[]
}

/**
 * What somebody changed in a tree, as a reply. Each file is told in the first form that, read and applied as every reply
 * is, gives the file as it lies there; a file for which there is none is told all the same, so that it is refused with
 * a reason instead of being forgotten.
 */
export async function editsAsReply(tree: Edited): Promise<Edits> {
  const { before, after, changed } = await tree.compare()
  const told: { path: string; text: string; wanted: string | null }[] = []
  const left: string[] = []
  for (const path of changed) {
    const was = await before.read(path)
    const is = await after.read(path)
    const odd = [is.kind, was.kind].find((kind) => kind === 'binary' || kind === 'link')
    // Only the mode changed.
    if (was.kind === 'text' && is.kind === 'text' && was.text === is.text) continue
    if (odd) left.push(`${path} (${odd === 'link' ? 'a symbolic link' : 'not text'})`)
    else {
      const wanted = is.kind === 'text' ? is.text : null
      told.push({ path, wanted, text: await inWords(tree, path, before, wanted) })
    }
  }
  const plain = told.map(({ text }) => text).join('\n')
  if (await gives(plain, told, before)) return { text: plain, left }
  // Such a line ends what stands before it, whatever that is.
  return { text: told.map(({ path, text }) => `diff --git a/${path} b/${path}\n${text}`).join('\n'), left }
}

async function inWords(tree: Edited, path: string, before: Tree, wanted: string | null): Promise<string> {
  for (const context of CONTEXTS) {
    const diff = await tree.diff(path, context)
    const start = diff.search(/^--- /m)
    if (start >= 0 && (await gives(diff.slice(start), [{ path, wanted }], before))) return diff.slice(start)
  }
  // No diff tells of an empty file.
  if (wanted === null) return `*** Begin Patch\n*** Delete File: ${path}\n*** End Patch\n`
  if (wanted === '') return `*** Begin Patch\n*** Add File: ${path}\n*** End Patch\n`
  const whole = `${fence(wanted)}${path}\n${wanted}${wanted.endsWith('\n') ? '' : '\n'}${fence(wanted)}\n`
  const reply = readReply(whole)
  const read = reply.kind === 'patch' && reply.patch.operations.some((operation) => operation.path === path)
  // Headers without a hunk cannot be read, and that is told.
  return read ? whole : `--- a/${path}\n+++ b/${path}\n`
}

/** Longer than any fence inside. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length))
  return '`'.repeat(longest + 1)
}

/** Whether a reply, read and applied, gives exactly these files. */
async function gives(
  text: string,
  files: readonly { path: string; wanted: string | null }[],
  before: Tree,
): Promise<boolean> {
  const reply = readReply(text)
  if (reply.kind !== 'patch') return false
  const applied = await applyPatch(reply.patch, before.read)
  if (!applied.ok || applied.changes.length !== files.length) return false
  const contents = new Map(applied.changes.map(({ path, content }) => [path, essence(content)]))
  return files.every(({ path, wanted }) => contents.get(path) === essence(wanted))
}

/** A patch leaves line ends, the mark at the beginning and the end of the last line as the file has them. */
function essence(text: string | null): string | null {
  return text === null
    ? null
    : text
        .replace(/^\uFEFF/, '')
        .replaceAll('\r\n', '\n')
        .replace(/\n$/, '')
}
