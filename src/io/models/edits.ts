import { applyPatch } from '../../core/patch/apply.ts'
import { readReply } from '../../core/patch/read-reply.ts'
import type { Tree } from '../../world.ts'
import type { ScratchTree } from './scratch-tree.ts'

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
export async function editsAsReply(tree: ScratchTree): Promise<Edits> {
  const { before, after, changed } = await tree.compare()
  const told: string[] = []
  const left: string[] = []
  for (const path of changed) {
    const was = await before.read(path)
    const is = await after.read(path)
    const odd = [is.kind, was.kind].find((kind) => kind === 'binary' || kind === 'link')
    // Only the mode changed.
    if (was.kind === 'text' && is.kind === 'text' && was.text === is.text) continue
    if (odd) left.push(`${path} (${odd === 'link' ? 'a symbolic link' : 'not text'})`)
    else told.push(await inWords(tree, path, before, is.kind === 'text' ? is.text : null))
  }
  return { text: told.join('\n'), left }
}

async function inWords(tree: ScratchTree, path: string, before: Tree, wanted: string | null): Promise<string> {
  for (const context of CONTEXTS) {
    const diff = await tree.diff(path, context)
    const start = diff.search(/^--- /m)
    if (start >= 0 && (await gives(diff.slice(start), path, before, wanted))) return diff.slice(start)
  }
  // No diff tells of an empty file.
  if (wanted === null) return `*** Begin Patch\n*** Delete File: ${path}\n*** End Patch\n`
  if (wanted === '') return `*** Begin Patch\n*** Add File: ${path}\n*** End Patch\n`
  const end = wanted.endsWith('\n') ? '' : '\n'
  return `${fence(wanted)}${path}\n${wanted}${end}${fence(wanted)}`
}

function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length))
  return `${'`'.repeat(longest + 1)}\n`
}

async function gives(text: string, path: string, before: Tree, wanted: string | null): Promise<boolean> {
  const reply = readReply(text)
  if (reply.kind !== 'patch') return false
  const applied = await applyPatch(reply.patch, before.read)
  if (!applied.ok || applied.changes.length !== 1) return false
  const [change] = applied.changes
  return change!.path === path && essence(change!.content) === essence(wanted)
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
