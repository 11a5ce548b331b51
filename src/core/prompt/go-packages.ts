/** What a repository says of its Go modules: the texts of its go.mod and go.work files, by path. */
export type GoManifests = ReadonlyMap<string, string>

interface GoModule {
  /** Folder of its go.mod; empty for the top. */
  folder: string
  /** Import path. */
  path: string
  /** Other modules that lie in this repository, by their import paths. */
  replaced: Map<string, string>
}

/** Files of a package that count as imported. */
const MOST_OF_A_PACKAGE = 8
/** Names of test files that help others, by habit. */
const HELPERS =
  /(?:^|\/)(?:\w*helpers?|\w*utils?|common|setup|main|export|shared|fixtures?|mocks?|fakes?|stubs?|gen|generators?|arbitrary)_test\.go$/

export function isGoManifest(path: string): boolean {
  return /(?:^|\/)go\.(?:mod|work)$/.test(path)
}

/**
 * Files that a Go file stands upon: those of its own package, which need no import, and those of the packages that it imports, as
 * go.mod, `replace` and go.work resolve them. Of a test its helpers too. Without `manifests` a package is the folder that shares most
 * of its end with the import.
 */
export function goFiles(path: string, text: string, paths: readonly string[], manifests: GoManifests): string[] {
  const modules = modulesIn(manifests)
  const folder = folderOf(path)
  const own = ownModule(folder, modules)
  const found = new Set(isExternalTest(path, text) ? [] : packageFiles(folder, paths))
  for (const written of goImports(text)) {
    const target = own === null ? null : resolve(written, own, modules, manifests)
    const files = own === null ? likely(written, paths) : target === null ? [] : packageFiles(target, paths)
    for (const file of files) found.add(file)
  }
  if (path.endsWith('_test.go'))
    for (const other of paths) if (folderOf(other) === folder && HELPERS.test(other)) found.add(other)
  found.delete(path)
  return [...found]
}

/** Import paths as written, in their order. */
export function goImports(text: string): string[] {
  const end = text.search(/^(?:func|type|var|const)\b/m)
  const head = (end < 0 ? text : text.slice(0, end)).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
  const written = [...head.matchAll(/\bimport\s*(?:\(([^)]*)\)|((?:[\w.]+[ \t]+)?"[^"\n]*"))/g)]
  return written.flatMap(([, block, single]) =>
    [...(block ?? single ?? '').matchAll(/"([^"\n]{1,200})"/g)].map(([, one]) => one!),
  )
}

/** `package queue_test` beside `package queue`: it sees only what is exported, by an import. */
function isExternalTest(path: string, text: string): boolean {
  return path.endsWith('_test.go') && /^package[ \t]+\w+_test\b/m.test(text)
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Go files of a folder, without its tests. */
function packageFiles(folder: string, paths: readonly string[]): string[] {
  return paths
    .filter((path) => path.endsWith('.go') && !path.endsWith('_test.go') && folderOf(path) === folder)
    .slice(0, MOST_OF_A_PACKAGE)
}

/** The folder that shares most of its end with the import; one name alone is of the standard library. */
function likely(written: string, paths: readonly string[]): string[] {
  const parts = written.split('/')
  for (let from = 0; from < parts.length - (parts.length > 1 ? 0 : 1); from++) {
    const end = parts.slice(from).join('/')
    const folders = paths.filter((path) => path.endsWith('.go')).map(folderOf)
    const folder = folders.find((one) => one === end || one.endsWith(`/${end}`))
    const inside = folder === undefined ? [] : packageFiles(folder, paths)
    if (inside.length > 0) return inside
  }
  return []
}

function modulesIn(manifests: GoManifests): GoModule[] {
  return [...manifests].flatMap(([file, text]): GoModule[] => {
    const path = /^module[ \t]+"?([^\s"]+)/m.exec(text)?.[1]
    if (!file.endsWith('go.mod') || path === undefined) return []
    return [{ folder: folderOf(file), path, replaced: replacements(folderOf(file), text) }]
  })
}

/** `replace example.org/other => ../other`: only such a folder lies in the repository. */
function replacements(folder: string, text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, from, to] of text.matchAll(
    /^[ \t]*(?:replace[ \t]+)?([^\s()]+)(?:[ \t]+v\S+)?[ \t]+=>[ \t]+(\.{1,2}(?:\/[^\s]*)?)/gm,
  )) {
    const target = joined(folder, to!)
    if (target !== null) found.set(from!, target)
  }
  return found
}

/** The innermost module that a folder lies in. */
function ownModule(folder: string, modules: readonly GoModule[]): GoModule | null {
  const around = modules.filter((one) => one.folder === '' || `${folder}/`.startsWith(`${one.folder}/`))
  return around.sort((a, b) => b.folder.length - a.folder.length)[0] ?? null
}

/** The folder that an import means, or null: it lies outside of the repository. */
function resolve(written: string, own: GoModule, modules: readonly GoModule[], manifests: GoManifests): string | null {
  const below = (path: string, folder: string) => {
    if (written !== path && !written.startsWith(`${path}/`)) return null
    return [folder, written.slice(path.length + 1)].filter((part) => part !== '').join('/')
  }
  const works = [...manifests].filter(
    ([file, text]) => file.endsWith('go.work') && workFolders(file, text).includes(own.folder),
  )
  const members = works.flatMap(([file, text]) => workFolders(file, text))
  const replaced = [own.replaced, ...works.map(([file, text]) => replacements(folderOf(file), text))]
  const candidates: [string, string][] = [
    [own.path, own.folder],
    ...replaced.flatMap((one) => [...one]),
    ...modules
      .filter(({ folder }) => members.includes(folder))
      .map(({ path, folder }): [string, string] => [path, folder]),
  ]
  // The longest module path is the one that has the package.
  for (const [path, folder] of candidates.sort(([a], [b]) => b.length - a.length)) {
    const found = below(path, folder)
    if (found !== null) return found
  }
  return null
}

function workFolders(file: string, text: string): string[] {
  const uses = [...text.matchAll(/^use[ \t]*(?:\(([^)]*)\)|(\S+))/gm)].flatMap(([, block, single]) =>
    (block ?? single ?? '').split('\n').map((line) =>
      line
        .replace(/\/\/.*$/, '')
        .replaceAll('"', '')
        .trim(),
    ),
  )
  return uses.flatMap((one) => (one === '' ? [] : (joined(folderOf(file), one) ?? [])))
}

/** Null where it leads out of the repository. */
function joined(folder: string, relative: string): string | null {
  const parts = folder === '' ? [] : folder.split('/')
  for (const piece of relative.split('/')) {
    if (piece === '' || piece === '.') continue
    if (piece !== '..') parts.push(piece)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}
