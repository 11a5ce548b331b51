/** A body that only says that nothing is there; `_ = x` before it keeps a compiler content. */
const BODY = /\{(?:\s*_ = [^\n]*\n)*\s*panic\("not implemented[^"\n]*"\)[ \t]*(?:\/\/[^\n]*)?\s*\}/g
const OPEN = '([{'
const CLOSE = ')]}'

/** A stub whose functions panic, with functions that return the zero values of their results. `own`: names of the stub's structs. */
export function emptyGo(text: string, own: ReadonlySet<string>): string {
  return text.replace(BODY, (body, at: number) => {
    const results = resultsBefore(text, at)
    if (results === null) return body
    return results.length === 0 ? '{}' : `{ return${results === 'named' ? '' : ` ${valuesOf(results, own)}`} }`
  })
}

export function structsOf(text: string): string[] {
  return [...text.matchAll(/^(?:type\s+|\t)(\w+)(?:\[[^\]\n]*\])?\s+struct\s*\{/gm)].map((match) => match[1]!)
}

function valuesOf(types: string[], own: ReadonlySet<string>): string {
  return types.map((type) => emptyOf(type, own)).join(', ')
}

function emptyOf(type: string, own: ReadonlySet<string>): string {
  const pointed = /^\*(\w+)/.exec(type)?.[1]
  // Of the stub's own types an object of which nothing is set.
  if (pointed !== undefined && own.has(pointed)) return `new(${type.slice(1)})`
  const carried = /^(?:<-\s*)?chan\s+(.+)$/s.exec(type)?.[1]
  // From a channel that is nil a test would wait for ever.
  if (carried !== undefined) return `func() chan ${carried} { c := make(chan ${carried}); close(c); return c }()`
  return /^map\[/.test(type) ? `${type}{}` : `*new(${type})`
}

/** The types of the results of the function whose body begins at `at`; null: none is found there. */
function resultsBefore(text: string, at: number): string[] | 'named' | null {
  const from = text.lastIndexOf('\nfunc ', at) + 1
  if (from === 0 && !text.startsWith('func ')) return null
  const parts = parenthesised(text.slice(from + 'func '.length, at))
  return parts === null ? null : typesOf(parts)
}

/** What follows the parameters of `(r R) Name[T any](params) results`. */
function parenthesised(header: string): string | null {
  const receiver = header.startsWith('(') ? closing(header, 0) + 1 : 0
  const name = /^\s*\w+/.exec(header.slice(receiver))
  if (!name) return null
  let at = receiver + name[0].length
  if (header[at] === '[') at = closing(header, at) + 1
  if (header[at] !== '(') return null
  const end = closing(header, at)
  const results = header.slice(end + 1).trim()
  // An inner block is no body.
  return end < at || !isBalanced(results) ? null : results
}

function isBalanced(text: string): boolean {
  const count = (brackets: string) => [...text].filter((one) => brackets.includes(one)).length
  return count(OPEN) === count(CLOSE)
}

/** Where the bracket at `at` is closed; -1: nowhere. */
function closing(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    if (OPEN.includes(text[i]!)) depth++
    if (CLOSE.includes(text[i]!) && --depth === 0) return i
  }
  return -1
}

function typesOf(results: string): string[] | 'named' {
  if (results === '') return []
  if (!results.startsWith('(')) return [results]
  const types = split(results.slice(1, -1))
  return types.some((one) => /^(?!chan\b|func\b|map\b|interface\b|struct\b)[A-Za-z_]\w*\s+\S/.test(one))
    ? 'named'
    : types
}

/** At the commas that stand in no bracket. */
function split(list: string): string[] {
  const found: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < list.length; i++) {
    if (OPEN.includes(list[i]!)) depth++
    else if (CLOSE.includes(list[i]!)) depth--
    else if (list[i] === ',' && depth === 0) {
      found.push(list.slice(from, i))
      from = i + 1
    }
  }
  return [...found, list.slice(from)].map((one) => one.trim()).filter((one) => one !== '')
}
