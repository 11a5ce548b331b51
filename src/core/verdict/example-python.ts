import { pythonLines, type Token } from '../teeth/python-tokens.ts'
import type { KeptCase } from './example-tests.ts'

/** A logical line with the column at which it begins. */
interface Line {
  words: Token[]
  column: number
}

/**
 * A test file of Python with the case as an `@example` above the `@given` of its property. Null where the property is not
 * found for sure, the case is not plain data, or it stands there already.
 */
export function withPythonExample(text: string, { path, property, value }: KeptCase): string | null {
  const lines = linesOf(text)
  const test = lines && property === 0 ? testNamed(lines, path) : null
  if (!lines || !test) return null
  const given = test.decorators.filter(({ words }) => nameOf(words) === 'given')
  const [only] = given
  if (!only || given.length > 1) return null
  const names = namesOf(only.words, test.header.words)
  const data = names && plainArguments(value, names)
  if (!data) return null
  const dotted = only.words[2]?.text === '.' ? `${only.words[1]!.text}.` : ''
  const example = `@${dotted}example(${data})`
  const bare = (one: string) => one.replace(/\s/g, '')
  const known = test.decorators.map(({ words }) => text.slice(words[0]!.start, words.at(-1)!.end))
  if (known.some((one) => bare(one) === bare(example))) return null
  const at = only.words[0]!.start
  const put = `${text.slice(0, at)}${example}\n${text.slice(at - only.column, at)}${text.slice(at)}`
  return dotted === '' ? imported(lines, put) : put
}

function linesOf(text: string): Line[] | null {
  const lines = pythonLines(text)
  if (!lines) return null
  return lines.map((words) => ({ words, column: words[0]!.start - (text.lastIndexOf('\n', words[0]!.start - 1) + 1) }))
}

interface Test {
  header: Line
  decorators: Line[]
}

/** The one function under these names: classes from the outermost, then its own; null: none or several. */
function testNamed(lines: Line[], path: string[]): Test | null {
  const around: { column: number; name: string }[] = []
  const found: Test[] = []
  for (const [at, line] of lines.entries()) {
    while (around.length > 0 && around.at(-1)!.column >= line.column) around.pop()
    const [first, second, third] = line.words.map(({ text }) => text)
    const name = first === 'async' && second === 'def' ? third : first === 'def' || first === 'class' ? second : null
    if (name == null) continue
    const names = [...around.map((one) => one.name), name]
    if (first !== 'class' && names.join(' > ') === path.join(' > ')) {
      found.push({ header: line, decorators: decoratorsOf(lines, at) })
    }
    around.push({ column: line.column, name })
  }
  return found.length === 1 ? found[0]! : null
}

function decoratorsOf(lines: Line[], header: number): Line[] {
  const from = lines.slice(0, header).findLastIndex(({ words }) => words[0]!.text !== '@')
  return lines.slice(from + 1, header)
}

/** Of a decorator that is called: `given` of `@given(…)` and of `@hypothesis.given(…)`. */
function nameOf(words: Token[]): string | null {
  const open = words.findIndex(({ text }) => text === '(')
  return open === 2 || (open === 4 && words[2]!.text === '.') ? words[open - 1]!.text : null
}

/** What stands between the commas of the first brackets. */
function parts(words: Token[]): Token[][] {
  const open = words.findIndex(({ text }) => text === '(')
  const all: Token[][] = [[]]
  for (const word of words.slice(open + 1)) {
    if (word.depth === 0) break
    if (word.depth === 1 && word.text === ',') all.push([])
    else all.at(-1)!.push(word)
  }
  return all.filter((part) => part.length > 0)
}

/** Parameters that `@given` draws: those that it names, or as many of the last ones as it has strategies. */
function namesOf(given: Token[], header: Token[]): string[] | null {
  const drawn = parts(given)
  if (drawn.length === 0 || drawn.some(([first]) => /^(\*|\*\*|\.\.\.)$/.test(first!.text))) return null
  if (drawn.every(([, second]) => second?.text === '=')) return drawn.map(([first]) => first!.text)
  const parameters = parts(header).map(([first]) => first!)
  const plain = parameters.every(({ kind }) => kind === 'name') && parameters.length >= drawn.length
  return plain ? parameters.slice(-drawn.length).map(({ text }) => text) : null
}

const NAMES = new Set(['True', 'False', 'None', 'set', 'frozenset'])
const SIGNS = /^[-+,:()[\]{}]$/

/** Those arguments of a printed call that have these names, where all of them are data alone. */
function plainArguments(value: string, names: string[]): string | null {
  const call = `f(${value})`
  const [words, ...more] = pythonLines(call) ?? []
  if (!words || more.length > 0) return null
  const given = new Map(parts(words).map((part) => [part[1]?.text === '=' ? part[0]!.text : '', part.slice(2)]))
  const wanted = names.map((name): [string, Token[]] => [name, given.get(name) ?? []])
  if (!wanted.every(([, part]) => part.length > 0 && part.every(isData))) return null
  return wanted
    .map(([name, part]) => `${name}=${call.slice(part[0]!.start, part.at(-1)!.end).replace(/\s*\n\s*/g, ' ')}`)
    .join(', ')
}

function isData({ kind, text }: Token): boolean {
  if (kind === 'number') return true
  if (kind === 'string') return !/^[a-z]*f/i.test(text) && !text.includes('\n')
  return kind === 'name' ? NAMES.has(text) : SIGNS.test(text)
}

/** The text with `example` imported beside `given`; null: something else has that name, or `given` comes another way. */
function imported(lines: Line[], text: string): string | null {
  const bound = lines.some(({ words: [first, second] }) => {
    if (first?.text === 'example') return second?.text === '='
    return second?.text === 'example' && /^(def|class|import)$/.test(first!.text)
  })
  if (bound) return null
  for (const { words, column } of lines) {
    const [first, second, third] = words.map((word) => word.text)
    if (column > 0 || first !== 'from' || second !== 'hypothesis' || third !== 'import') continue
    const as = (name: string) => {
      const at = words.findIndex(({ text: word }, index) => index > 2 && word === name)
      return at < 0 || words[at + 1]?.text === 'as' || words[at - 1]?.text === 'as' ? null : words[at]!
    }
    const given = as('given')
    if (words[3]?.text === '*' || (given && as('example'))) return text
    // Imports stand above the test, so their places are the same as before.
    if (given) return `${text.slice(0, given.end)}, example${text.slice(given.end)}`
  }
  return null
}
