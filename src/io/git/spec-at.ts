import type { BaseFile } from '../../core/patch/patch.ts'
import { loadFolder } from '../../core/spec/load.ts'
import { filesOf, steeringPaths } from '../../core/spec/locate.ts'
import type { Spec } from '../../core/spec/spec.ts'
import { gitBuffer, tryGit } from './git.ts'
import { decodeBlob } from './tree.ts'

/** Which folder of specs is wanted from which commit. */
export interface SpecAt {
  commit: string
  dir: string
}

export function keyOf({ commit, dir }: SpecAt): string {
  return `${commit}:${dir}`
}

/**
 * Specs as they were in commits, by `keyOf`, with every box open: what they say, not how far they were. Null where a commit has no such
 * folder or is not there (a shallow clone). A fixed number of processes, however many commits are asked for; equal texts are parsed once.
 */
export async function specsAt(root: string, wanted: readonly SpecAt[]): Promise<Map<string, Spec | null>> {
  if (wanted.length === 0) return new Map()
  const ever = await pathsEver(root)
  const dirs = new Map(
    [...new Set(wanted.map(({ dir }) => dir))].map((dir) => {
      const own = filesOf(ever, { id: dir, dir, twin: null }, [])
      return [dir, [...new Set([...own, ...steeringPaths(ever, dir)])]] as const
    }),
  )
  const names = wanted.flatMap(({ commit, dir }) => dirs.get(dir)!.map((path) => `${commit}:${path}`))
  const blobs = await blobsOf(root, names)
  const texts = await readBlobs(root, [...new Set(blobs.values())])
  const opened = interned(texts)
  const parsed = new Map<string, Promise<Spec | null>>()
  const found = new Map<string, Spec | null>()
  for (const one of wanted) {
    const files = dirs.get(one.dir)!.flatMap((path): [string, Text][] => {
      const blob = blobs.get(`${one.commit}:${path}`)
      const text = blob === undefined ? undefined : opened(blob, path === `${one.dir}/tasks.md`)
      return text === undefined ? [] : [[path, text]]
    })
    const key = JSON.stringify([one.dir, files.map(([path, { n }]) => [path, n])])
    const spec = parsed.get(key) ?? parse(one.dir, new Map(files.map(([path, { file }]) => [path, file])))
    parsed.set(key, spec)
    found.set(keyOf(one), await spec)
  }
  return found
}

/** A file's text with a number that equal texts share. */
interface Text {
  n: number
  file: BaseFile
}

function interned(texts: ReadonlyMap<string, BaseFile>) {
  const known = new Map<string, Text>()
  const numbers = new Map<string, Text>()
  return (blob: string, boxes: boolean): Text | undefined => {
    const name = `${blob} ${boxes}`
    const before = known.get(name)
    const read = texts.get(blob)
    if (before !== undefined || read === undefined) return before
    const file = boxes ? withOpenBoxes(read) : read
    const content = file.kind === 'text' ? file.text : `${file.kind} ${blob}`
    const text = numbers.get(content) ?? { n: numbers.size, file }
    numbers.set(content, text)
    known.set(name, text)
    return text
  }
}

async function parse(dir: string, files: ReadonlyMap<string, BaseFile>): Promise<Spec | null> {
  if (!files.has(`${dir}/tasks.md`)) return null
  const read = async (path: string): Promise<BaseFile> => files.get(path) ?? { kind: 'absent' }
  return loadFolder({ paths: [...files.keys()].sort(), read }, { id: dir, dir, twin: null })
}

/** Each commit of a run ticks a box. With the boxes out of the way, commits that were made from one text are the same text. */
function withOpenBoxes(file: BaseFile): BaseFile {
  return file.kind === 'text'
    ? { kind: 'text', text: file.text.replace(/^([ \t>]*(?:[-*+]|\d+[.)])[ \t]+)\[[xX~-]\]/gm, '$1[ ]') }
    : file
}

/** Markdown files and spec.json that HEAD has or ever had. */
async function pathsEver(root: string): Promise<string[]> {
  const kinds = ['--', ':(top)*.md', ':(top)*spec.json']
  const log = ['log', '--format=', '--name-only', '-z', '--no-renames', '--no-show-signature', 'HEAD', ...kinds]
  const now = ['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD']
  const lists = [await gitBuffer(root, log), await gitBuffer(root, now)]
  const paths = lists.flatMap((out) => out.toString('utf8').split('\0'))
  // A request is a line, so a name of two lines cannot be asked for.
  return [...new Set(paths)].filter((path) => path !== '' && !path.includes('\n')).sort()
}

/** Hashes of the blobs that `commit:path` names; what is no blob is left out. */
async function blobsOf(root: string, names: readonly string[]): Promise<Map<string, string>> {
  const args = ['cat-file', '--batch-check=%(objecttype) %(objectname)', '--buffer']
  const out = await tryGit(root, args, { input: `${names.join('\n')}\n` })
  const lines = out.stdout.toString('utf8').split('\n')
  return new Map(
    names.flatMap((name, at): [string, string][] => {
      const match = /^blob ([0-9a-f]{40,64})$/.exec(lines[at] ?? '')
      return match === null ? [] : [[name, match[1]!]]
    }),
  )
}

async function readBlobs(root: string, hashes: readonly string[]): Promise<Map<string, BaseFile>> {
  const found = new Map<string, BaseFile>()
  if (hashes.length === 0) return found
  const out = await gitBuffer(root, ['cat-file', '--batch', '--buffer'], { input: `${hashes.join('\n')}\n` })
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(10, at)
    const [hash = '', type, size] = out.toString('latin1', at, end).split(' ')
    at = end + 1
    if (type !== 'blob') continue
    found.set(hash, decodeBlob(out.subarray(at, at + Number(size))))
    at += Number(size) + 1
  }
  return found
}
