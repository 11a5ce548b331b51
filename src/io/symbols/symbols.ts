import picomatch from 'picomatch'
import { scanFile } from '../../core/symbols/scan.ts'
import {
  type FileSymbols,
  foreignGlobs,
  isForeign,
  isGenerated,
  LARGEST_SOURCE,
  languageOf,
  type Signature,
} from '../../core/symbols/symbols.ts'
import type { SymbolIndex } from '../../world.ts'
import { type Blobs, openBlobs } from '../git/blobs.ts'
import { gitBuffer } from '../git/git.ts'
import { decodeBlob } from '../git/tree.ts'
import { type BlobCache, openBlobCache } from './cache.ts'
import { type Grammars, loadGrammars } from './grammars.ts'
import { signaturesOf } from './signatures.ts'

/** Blobs that are asked for at once: enough to keep git busy, few enough to stay small. */
const AT_ONCE = 400
/** Commits whose symbols are kept: a long run moves on with each task that lands, and holds no more than tasks at work at once may ask for. */
const MOST_KEPT = 4

interface Source {
  path: string
  hash: string
  /** Blob and language: what is known holds for both together. */
  key: string
}

type Scanned = Omit<FileSymbols, 'path'> | null

/**
 * Symbols of the source files of a commit. What was read once is kept in `cacheDir` by the hash of the blob, so that a
 * later commit costs what changed in it.
 */
export function createSymbols(root: string, cacheDir: string): (commit: string) => Promise<SymbolIndex> {
  const blobs = openBlobs(root)
  const known = new Map<string, Promise<SymbolIndex>>()
  let grammars: Promise<Grammars | null> | null = null
  return (commit) => {
    const index = known.get(commit) ?? buildIndex(root, commit, blobs, cacheDir, () => (grammars ??= loadGrammars()))
    known.delete(commit)
    known.set(commit, index)
    for (const oldest of known.keys()) if (known.size > MOST_KEPT) known.delete(oldest)
    return index
  }
}

async function buildIndex(
  root: string,
  commit: string,
  blobs: Blobs,
  cacheDir: string,
  grammars: () => Promise<Grammars | null>,
): Promise<SymbolIndex> {
  const sources = await listSources(root, commit, blobs)
  const cache = await openBlobCache<Scanned>(cacheDir, 'scanned')
  const unknown = sources.filter(({ key }) => cache.get(key) === undefined)
  for (let from = 0; from < unknown.length; from += AT_ONCE)
    await Promise.all(unknown.slice(from, from + AT_ONCE).map((source) => scan(source, blobs, cache)))
  await cache.save(new Set(sources.map(({ key }) => key)))
  const files = sources.flatMap(({ path, key }): FileSymbols[] => {
    const scanned = cache.get(key)
    return scanned ? [{ path, ...scanned }] : []
  })
  const byPath = new Map(sources.map((source) => [source.path, source]))
  let parsed: Promise<BlobCache<Signature[]>> | null = null
  return {
    files,
    async signatures(paths) {
      const wanted = paths.flatMap((path) => byPath.get(path) ?? [])
      parsed ??= openBlobCache<Signature[]>(cacheDir, 'signatures')
      return parse(wanted, await parsed, blobs, grammars)
    },
  }
}

async function scan({ path, hash, key }: Source, blobs: Blobs, cache: BlobCache<Scanned>): Promise<void> {
  const file = decodeBlob(await blobs.read(hash))
  const found = file.kind === 'text' && !isGenerated(file.text) ? scanFile(path, file.text) : null
  cache.set(key, found && { names: found.names, words: found.words, imports: found.imports })
}

async function parse(
  wanted: Source[],
  cache: BlobCache<Signature[]>,
  blobs: Blobs,
  grammars: () => Promise<Grammars | null>,
): Promise<Map<string, Signature[]>> {
  const found = new Map<string, Signature[]>()
  for (const { path, hash, key } of wanted) {
    const known = cache.get(key) ?? (await parseOne(path, hash, blobs, grammars))
    if (known === null) continue
    if (cache.get(key) === undefined) cache.set(key, known)
    found.set(path, known)
  }
  await cache.save()
  return found
}

async function parseOne(
  path: string,
  hash: string,
  blobs: Blobs,
  grammars: () => Promise<Grammars | null>,
): Promise<Signature[] | null> {
  const language = languageOf(path)
  const file = decodeBlob(await blobs.read(hash))
  const loaded = await grammars()
  if (language === null || loaded === null || file.kind !== 'text') return null
  return loaded.parse(language, file.text, (root) => signaturesOf(language, root, file.text))
}

/** Source files that people of this project write: no links, no huge, vendored, built or generated ones. */
async function listSources(root: string, commit: string, blobs: Blobs): Promise<Source[]> {
  const out = (await gitBuffer(root, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit])).toString('utf8')
  const all: Source[] = []
  let attributes: string | null = null
  for (const line of out.split('\0')) {
    const tab = line.indexOf('\t')
    const [mode = '', , hash = '', size = ''] = line.slice(0, tab).split(/ +/)
    const path = line.slice(tab + 1)
    if (path === '.gitattributes') attributes = hash
    if (!mode.startsWith('100') || Number(size) > LARGEST_SOURCE) continue
    const language = languageOf(path)
    if (language !== null && !isForeign(path)) all.push({ path, hash, key: `${hash}.${language}` })
  }
  const globs = attributes === null ? [] : foreignGlobs((await blobs.read(attributes)).toString('utf8'))
  if (globs.length === 0) return all
  const foreign = picomatch(globs, { dot: true, windows: false })
  return all.filter(({ path }) => !foreign(path))
}
