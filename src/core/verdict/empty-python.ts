const RAISE = String.raw`raise NotImplementedError\b(?:\(.*\))?[ \t]*(?:#.*)?$`
const ALONE = new RegExp(String.raw`^([ \t]+)${RAISE}`)
/** `def f(self) -> int: raise NotImplementedError`, also with the last line of a longer header. */
const BEHIND = new RegExp(String.raw`^([ \t]*(?:(?:async[ \t]+)?def\b|\)).*:)[ \t]*${RAISE}`)
const DEF = /^([ \t]*)(async[ \t]+)?def\b/

/** Classes of the stub by their names: an expression for an object of each. */
export type PythonClasses = ReadonlyMap<string, string>

/** The classes of some Python texts, as far as an object of them can be made from nothing. */
export function pythonClasses(texts: readonly string[]): PythonClasses {
  const found = texts.flatMap((text) => [...text.matchAll(/^class (\w+)[ \t]*(?:\(([^)]*)\))?/gm)])
  return new Map(
    found.flatMap(([, name = '', bases = '']): [string, string][] => {
      if (/\b\w*(Enum|Flag)\b/.test(bases)) return [[name, `next(iter(${name}))`]]
      if (/\b(NamedTuple|Protocol|ABC|ABCMeta)\b/.test(bases)) return []
      return [[name, `${name}.__new__(${name})`]]
    }),
  )
}

/** A stub whose functions raise, with functions that return the empty value of their annotation. `classes`: of all files of the stub. */
export function emptyPython(text: string, classes: PythonClasses = pythonClasses([text])): string {
  const lines = text.split('\n')
  const known = new Map([...classes].filter(([name]) => isBound(text, name)))
  return lines
    .map((line, at) => {
      const behind = BEHIND.exec(line)?.[1]
      const found = behind === undefined ? ALONE.exec(line)?.[1] : behind
      if (found === undefined) return line
      const header = behind === undefined ? headerOf(lines, at, found.length) : headerTo(lines, at, behind)
      if (header !== null && isAbstract(lines, header.from)) return line
      const before = behind === undefined ? found : `${behind} `
      // What a constructor has done before stands.
      if (header === null || /\bdef __init__\b/.test(header.text)) return `${before}pass`
      return `${before}return ${emptyOf(/->\s*([\s\S]+?)\s*:\s*(#.*)?$/.exec(header.text)?.[1] ?? '', known)}`
    })
    .join('\n')
}

/** How many functions raise as those of a stub do; an abstract one has to, and does not count. */
export function raisesNotImplemented(text: string): number {
  const lines = text.split('\n')
  return lines.filter((line, at) => {
    const behind = BEHIND.exec(line)?.[1]
    const alone = /^([ \t]+)raise NotImplementedError\b/.exec(line)?.[1]
    if (behind === undefined && alone === undefined) return false
    const header = behind === undefined ? headerOf(lines, at, alone!.length) : headerTo(lines, at, behind)
    return header === null || !isAbstract(lines, header.from)
  }).length
}

interface Header {
  text: string
  /** Index of its first line. */
  from: number
}

/** The `def` that a line belongs to, from its first line to its colon. */
function headerOf(lines: string[], at: number, indent: number): Header | null {
  for (let up = at - 1; up >= 0; up--) {
    const found = DEF.exec(lines[up]!)
    if (!found || found[1]!.length >= indent) continue
    const end = lines.slice(up, at).findIndex((one) => /:\s*(#.*)?$/.test(one) && !/[([,]\s*$/.test(one))
    return end < 0 ? null : { text: lines.slice(up, up + end + 1).join('\n'), from: up }
  }
  return null
}

/** The header whose last line is `last`, without what stands behind its colon. */
function headerTo(lines: string[], at: number, last: string): Header | null {
  for (let up = at; up >= 0; up--)
    if (DEF.test(lines[up]!)) return { text: [...lines.slice(up, at), last].join('\n'), from: up }
  return null
}

/** Whether a decorator right above says so. */
function isAbstract(lines: string[], header: number): boolean {
  for (let up = header - 1; up >= 0 && /^\s*@/.test(lines[up]!); up--)
    if (/@([\w.]+\.)?abstract\w*/.test(lines[up]!)) return true
  return false
}

/** Whether a name is there when a function runs: a class of the file, or imported at its top. */
function isBound(text: string, name: string): boolean {
  return new RegExp(
    String.raw`^(class ${name}\b|from\s+\S+\s+import\s+(\([^)]*\b${name}\b|[^(\n]*\b${name}\b))`,
    'm',
  ).test(text)
}

const EMPTY: [pattern: RegExp, value: string][] = [
  [/^(None|Any|object)$|^Optional\[|\|\s*None$|^None\s*\|/, 'None'],
  [/^int$/, '0'],
  [/^(float|complex)$/, '0.0'],
  [/^str$/, "''"],
  [/^bytes$/, "b''"],
  [/^bool$/, 'False'],
  [/^(list|List|Sequence|MutableSequence|Iterable|Collection)(\[|$)/, '[]'],
  [/^(dict|Dict|Mapping|MutableMapping)(\[|$)/, '{}'],
  [/^(set|Set|AbstractSet|MutableSet)(\[|$)/, 'set()'],
  [/^(frozenset|FrozenSet)(\[|$)/, 'frozenset()'],
  [/^(tuple|Tuple)(\[|$)/, '()'],
  [/^(Iterator|Generator)(\[|$)/, 'iter(())'],
  [/^Callable(\[|$)/, '(lambda *_, **__: None)'],
]

function emptyOf(annotation: string, classes: PythonClasses): string {
  const type = annotation
    .trim()
    .replace(/^["'](.*)["']$/s, '$1')
    .replace(/^(typing|collections\.abc|t)\./, '')
  const found = EMPTY.find(([pattern]) => pattern.test(type))
  // An object of the stub's own class, of which nothing is set.
  return found?.[1] ?? classes.get(type) ?? 'None'
}
