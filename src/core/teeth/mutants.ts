import { alignLines } from '../patch/align-lines.ts'
import { isNode, type Node } from '../verdict/syntax.ts'
import { goChanges } from './go.ts'
import { type Alternative, conditionOf, forgotten, isFormat, isLog, OPERATORS } from './operators.ts'
import { parseSource } from './parse.ts'
import { type Change, pythonChanges } from './python.ts'

/** A wrong version of one file that differs from it in one place. */
export interface Mutant {
  /** Unique among all wrong versions of a task, from 1. */
  id: number
  path: string
  /** 1-based, in the text that is changed. */
  line: number
  operator: string
  /** The place as it is and as it becomes, each on one line and cut, for people. */
  original: string
  replacement: string
  /** Offsets in UTF-16 code units of what `code` takes the place of. */
  start: number
  end: number
  kind: 'expression' | 'statement'
  code: string
}

/** Files in which wrong versions can be made: what the parser reads and a runner of JavaScript loads. */
const SOURCE = /\.[cm]?[jt]sx?$/
const DECLARATIONS = /\.d\.[cm]?ts$/
const MOST_SHOWN = 80

export function isPython(path: string): boolean {
  return path.endsWith('.py')
}

export function isGo(path: string): boolean {
  return path.endsWith('.go')
}

export function isMutable(path: string): boolean {
  return (SOURCE.test(path) && !DECLARATIONS.test(path)) || isPython(path) || isGo(path)
}

const languageOf = (path: string) => (isGo(path) ? 'go' : isPython(path) ? 'python' : 'javascript')

/** Whether wrong versions of a file can be noticed by tests in these files: those of another language never load it. */
export function isJudgedBy(path: string, tests: readonly string[]): boolean {
  return isMutable(path) && tests.some((test) => languageOf(test) === languageOf(path))
}

/**
 * Wrong versions of `text`, in the order of their places, with ids from `firstId`. `before`: only what differs from this older text is
 * changed; null: all of it. A text that cannot be parsed has none.
 */
export function mutantsOf(path: string, text: string, before: string | null, firstId: number): Mutant[] {
  if (isPython(path)) return fromChanges(pythonChanges(text), path, text, before, firstId)
  if (isGo(path)) return fromChanges(goChanges(text), path, text, before, firstId)
  const program = isMutable(path) ? parseSource(path, text) : null
  if (!program) return []
  const lines = new Lines(text)
  const changed = changedLines(before, text)
  const source = (node: Node) => text.slice(node.start, node.end)
  const found: Omit<Mutant, 'id'>[] = []
  const seen = new Set<string>()
  visit(
    program,
    (node, around, alternatives) => {
      const [from, to] = [lines.of(node.start), lines.of(node.end)]
      if (!anyBetween(changed, from, to)) return
      for (const { code, operator, shown } of alternatives) {
        const key = `${node.start} ${node.end} ${plain(code)}`
        if (plain(code) === plain(source(node)) || seen.has(key)) continue
        seen.add(key)
        const words = { original: brief(source(node)), replacement: code === '' ? '(nothing)' : brief(shown ?? code) }
        const place = placeOf(node, around, code, text)
        found.push({ path, line: from, operator, ...words, ...place })
      }
    },
    source,
  )
  return found.sort((a, b) => a.start - b.start).map((one, at) => ({ id: firstId + at, ...one }))
}

function fromChanges(
  changes: readonly Change[],
  path: string,
  text: string,
  before: string | null,
  firstId: number,
): Mutant[] {
  const lines = new Lines(text)
  const changed = changedLines(before, text)
  const found = changes.flatMap(({ shown, ...one }): Omit<Mutant, 'id'>[] => {
    const line = lines.of(one.start)
    if (!anyBetween(changed, line, lines.of(one.end))) return []
    const [original, becomes] = [brief(text.slice(one.start, one.end)), brief(shown ?? one.code)]
    return [{ ...one, path, line, original, replacement: becomes === '' ? '(nothing)' : becomes }]
  })
  return found.sort((a, b) => a.start - b.start).map((one, at) => ({ id: firstId + at, ...one }))
}

/**
 * Where a change is written. A bracket at the beginning of a statement would continue the line before it, so there the whole statement is
 * written anew.
 */
function placeOf(
  node: Node,
  statement: Node | null,
  code: string,
  text: string,
): Pick<Mutant, 'start' | 'end' | 'kind' | 'code'> {
  const { start, end } = node
  if (node === statement) return { start, end, kind: 'statement', code }
  if (statement?.start !== start) return { start, end, kind: 'expression', code }
  return { start, end: statement.end, kind: 'statement', code: `(${code})${text.slice(end, statement.end)}` }
}

/** The file as this wrong version has it. */
export function applied(text: string, { path, start, end, kind, code }: Mutant): string {
  if (isPython(path) || isGo(path)) return text.slice(0, start) + code + text.slice(end)
  return text.slice(0, start) + (kind === 'expression' ? `(${code})` : `{${code}}`) + text.slice(end)
}

/** Whether each line, from 1, is new against `before`; null: all are. */
function changedLines(before: string | null, text: string): boolean[] | null {
  if (before === null) return null
  const bare = (lines: string) => lines.split('\n').map((line) => line.trim())
  return [false, ...alignLines(bare(before), bare(text)).map((partner) => partner < 0)]
}

function anyBetween(changed: boolean[] | null, from: number, to: number): boolean {
  return changed === null || changed.slice(from, to + 1).includes(true)
}

class Lines {
  readonly #ends: number[]

  constructor(text: string) {
    this.#ends = [...text.matchAll(/\n/g)].map((match) => match.index)
  }

  /** The line that an offset lies in, from 1. */
  of(offset: number): number {
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ends[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/** `statement`: the innermost statement of a single expression that the node is in, or is itself. */
type Found = (node: Node, statement: Node | null, alternatives: Alternative[]) => void

/** Wrappers of types around values; every other node of TypeScript alone is left out. */
const VALUES = /^TS(As|Satisfies|NonNull|Instantiation|TypeAssertion)|^TS(ExportAssignment|ParameterProperty)$/
/** Texts for people, and what is no code of this file. */
const LEFT_OUT = /^(ThrowStatement|Import\w*|ExportAllDeclaration|Decorator|Directive|JSXText)$/

function visit(program: Node, found: Found, source: (node: Node) => string): void {
  const conditions = new Set<Node>()
  const enter = (node: Node, parent: Node | null, key: string, around: Node | null): void => {
    if (isLeftOut(node, parent, key)) return
    const statement = node.type === 'ExpressionStatement' ? node : around
    const condition = conditionOf(node)
    if (condition) {
      conditions.add(condition.test)
      found(condition.test, null, condition.alternatives)
    }
    found(node, statement, forgotten(node, source))
    found(node, statement, expressions(node, parent, key, conditions, source))
    for (const [name, value] of Object.entries(node)) {
      if (name === 'loc' || name === 'extra' || name.endsWith('Comments')) continue
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) enter(child, node, name, statement)
    }
  }
  enter(program, null, '', null)
}

function isLeftOut(node: Node, parent: Node | null, key: string): boolean {
  if (LEFT_OUT.test(node.type) || (node.type.startsWith('TS') && !VALUES.test(node.type))) return true
  if (key === 'typeAnnotation' || (key === 'source' && parent !== null)) return true
  if (key === 'key' && parent?.['computed'] !== true) return true
  if (node.type === 'NewExpression') return /Error$/.test(String((node['callee'] as Node)['name']))
  return isLog(node)
}

function expressions(
  node: Node,
  parent: Node | null,
  key: string,
  conditions: ReadonlySet<Node>,
  source: (node: Node) => string,
): Alternative[] {
  const operator = Object.hasOwn(OPERATORS, node.type) ? OPERATORS[node.type]! : null
  if (operator === null) return []
  // A step in the wrong direction never ends; a format is no behaviour.
  if (parent?.type === 'ForStatement' && key === 'update') return []
  if (key === 'arguments' && parent && node.type === 'NumericLiteral' && isFormat(parent)) return []
  const all = operator(node, source)
  // Of a condition both outcomes are tried already, and its opposite dies where either does.
  return conditions.has(node) ? all.filter((one) => !['equality', 'negation'].includes(one.operator)) : all
}

/** Code without what makes no difference to it: two changes that print alike are one. */
function plain(code: string): string {
  return code
    .replace(/\s+/g, ' ')
    .replace(/^\((.*)\)$/, '$1')
    .trim()
}

function brief(code: string): string {
  const line = code.replace(/\s+/g, ' ').trim()
  return line.length <= MOST_SHOWN ? line : `${line.slice(0, MOST_SHOWN - 3)}...`
}
