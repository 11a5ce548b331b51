const RAISE = /^([ \t]+)raise NotImplementedError\b(\(.*\))?[ \t]*(#.*)?$/

/** A stub whose functions raise, with functions that return the empty value of their annotation. */
export function emptyPython(text: string): string {
  const lines = text.split('\n')
  const classes = new Set([...text.matchAll(/^class (\w+)/gm)].map((match) => match[1]!))
  return lines
    .map((line, at) => {
      const indent = RAISE.exec(line)?.[1]
      if (indent === undefined) return line
      const header = headerOf(lines, at, indent.length)
      // What a constructor has done before stands.
      if (header === null || /\bdef __init__\b/.test(header)) return `${indent}pass`
      return `${indent}return ${emptyOf(/->\s*([\s\S]+?)\s*:\s*(#.*)?$/.exec(header)?.[1] ?? '', classes)}`
    })
    .join('\n')
}

/** The `def` that a line belongs to, from its first line to its colon. */
function headerOf(lines: string[], at: number, indent: number): string | null {
  for (let up = at - 1; up >= 0; up--) {
    const line = lines[up]!
    const found = /^([ \t]*)(async[ \t]+)?def\b/.exec(line)
    if (!found || found[1]!.length >= indent) continue
    const end = lines.slice(up, at).findIndex((one) => /:\s*(#.*)?$/.test(one) && !/[([,]\s*$/.test(one))
    return end < 0 ? null : lines.slice(up, up + end + 1).join('\n')
  }
  return null
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

function emptyOf(annotation: string, classes: ReadonlySet<string>): string {
  const type = annotation
    .trim()
    .replace(/^["'](.*)["']$/s, '$1')
    .replace(/^(typing|collections\.abc|t)\./, '')
  const found = EMPTY.find(([pattern]) => pattern.test(type))
  if (found) return found[1]
  // An object of the stub's own class, of which nothing is set.
  return classes.has(type) ? `${type}.__new__(${type})` : 'None'
}
