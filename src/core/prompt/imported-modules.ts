import { scanFile } from '../symbols/scan.ts'
import { type Language, languageOf } from '../symbols/symbols.ts'
import { type GoManifests, goFiles } from './go-packages.ts'

/**
 * Files of the repository that a Python, Go, Rust or Java file imports, in the order of its imports; none for other
 * languages. A module that could mean several files, or one outside of the repository, means none.
 */
export function importedModules(
  path: string,
  text: string,
  paths: readonly string[],
  manifests: GoManifests = new Map(),
): string[] {
  const language = languageOf(path)
  if (language === 'go') return goFiles(path, text, paths, manifests)
  const find = language === null ? undefined : FINDERS[language]
  const imports = find === undefined ? [] : (scanFile(path, text)?.imports ?? [])
  const found = new Set(imports.flatMap((written) => find?.(written, path, paths) ?? []))
  found.delete(path)
  return [...found]
}

type Finder = (written: string, from: string, paths: readonly string[]) => string[]

const FINDERS: Partial<Record<Language, Finder>> = {
  /** `a.b` is `a/b.py` or `a/b/__init__.py` below any source root, `.b` the neighbour. */
  python: (written, from, paths) => {
    const dots = /^\.*/.exec(written)![0].length
    const parts = written.slice(dots).split('.').filter(Boolean)
    const files = (base: string[]) => [`${base.join('/')}.py`, [...base, '__init__.py'].join('/')]
    if (dots === 0) return nearest(files(parts), parts.length, from, paths)
    const folder = from.split('/').slice(0, -dots)
    return files([...folder, ...parts]).filter((path) => paths.includes(path))
  },
  /** `crate::a::b::Item` is `a/b.rs`, `a/b/mod.rs` or `a.rs` below `src`; `super` and `self` begin at the file's folder. */
  rust: (written, from, paths) => {
    const [root, ...parts] = written.split('::')
    const folder = from.split('/').slice(0, -1)
    const source = folder.lastIndexOf('src')
    const own = /\/(?:mod|lib|main)\.rs$/.test(from)
      ? folder
      : [...folder, from.split('/').at(-1)!.replace(/\.rs$/, '')]
    const base = { crate: folder.slice(0, source + 1), self: own, super: own.slice(0, -1) }[root ?? '']
    if (base === undefined || (root === 'crate' && source < 0)) return []
    for (let end = parts.length; end > 0; end--) {
      const module = [...base, ...parts.slice(0, end)].join('/')
      const hit = [`${module}.rs`, `${module}/mod.rs`].find((path) => paths.includes(path))
      if (hit !== undefined) return [hit]
    }
    return []
  },
  /** `com.acme.Shop` is `com/acme/Shop.java` below any source root; so is the class of a static import. */
  java: (written, from, paths) => {
    const parts = written.split('.').filter(Boolean)
    const hit = nearest([`${parts.join('/')}.java`], parts.length, from, paths)
    return hit.length > 0 ? hit : nearest([`${parts.slice(0, -1).join('/')}.java`], parts.length - 1, from, paths)
  },
}

/** The file that ends so: below any folder, for a module of one name only at the top or beside the file. */
function nearest(endings: readonly string[], length: number, from: string, paths: readonly string[]): string[] {
  const folder = from.split('/').slice(0, -1).join('/')
  const beside = (ending: string) => (folder === '' ? ending : `${folder}/${ending}`)
  const exact = endings.flatMap((ending) => [beside(ending), ending]).find((path) => paths.includes(path))
  if (exact !== undefined || length < 2) return exact === undefined ? [] : [exact]
  const hits = paths.filter((path) => endings.some((ending) => path.endsWith(`/${ending}`)))
  return hits.length === 1 ? hits : []
}
