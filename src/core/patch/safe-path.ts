import { type Patch, pathsOfOperation } from './patch.ts'

/** Folders of the repository and of this program; no patch has business in them, however deep they lie. */
const CLOSED = new Set(['.git', '.agent'])
/** On Windows these name devices in every folder, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)\d)(?:\.|$)/
/** The second, short name that NTFS and FAT give to a file: `GIT~1` is `.git`, `PACKAG~1.JSO` is `package.json`. */
const SHORT_NAME = /^[^.~]{1,8}~\d{1,6}(?:\.[^.]{0,3})?$/

/** The form in which a file system that ignores case and Unicode forms compares names. */
export function foldPath(path: string): string {
  return path.normalize('NFKC').toLowerCase()
}

/**
 * Why a path may not be used, in words for the author of the patch, or null when it is safe. A safe path is relative to the
 * repository's root, uses forward slashes and names the same file on every file system.
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'the path is empty'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001F\u007F-\u009F]/.test(path)) return 'the path holds a control character'
  if (/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(path)) return 'the path holds an invisible character'
  if (path.includes('\\')) return 'the path holds a backslash; write forward slashes'
  if (path.startsWith('/') || /^[a-z]:/i.test(path))
    return 'the path is absolute; write it relative to the root of the repository'
  for (const segment of path.split('/')) {
    const problem = segmentProblem(segment)
    if (problem !== null) return problem
  }
  return null
}

function segmentProblem(segment: string): string | null {
  if (segment === '') return 'the path has an empty segment'
  if (segment === '.' || segment === '..') return `the path has a \`${segment}\` segment; write it without`
  if (/[. ]$/.test(segment)) return 'a segment of the path ends in a dot or a space'
  // On NTFS `.git::$INDEX_ALLOCATION` is the folder itself, and `package.json::$DATA` the file.
  if (segment.includes(':')) return 'the path holds a colon'
  const name = foldPath(segment).trim()
  if (CLOSED.has(name)) return `\`${segment}\` belongs to git or to this program`
  // `aux .txt` is the device as well; NFKC has made plain digits of raised ones.
  if (DEVICE.test(name.replace(/ +(?=\.)/, ''))) return `\`${segment}\` names a device on Windows`
  if (SHORT_NAME.test(name)) return `\`${segment}\` is the form of a short name on Windows, which names another file`
  return null
}

/** The folders above a path, outermost first: `a/b/c` has `a` and `a/b`. */
export function parentsOf(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, k) => segments.slice(0, k + 1).join('/'))
}

/** Paths of a patch that may be used at all; nobody else should be asked about the others. */
export function safePathsOf(patch: Patch): string[] {
  return patch.operations.flatMap(pathsOfOperation).filter((path) => pathProblem(path) === null)
}
