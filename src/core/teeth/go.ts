import { type GoPart, type GoShape, goShape, isOperand, splitAt } from './go-statements.ts'
import type { GoToken } from './go-tokens.ts'
import { isKeyword } from './go-tokens.ts'
import type { Change } from './python.ts'

const COMPARISONS: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==' }
const ARITHMETIC: Record<string, string> = {
  ...{ '+': '-', '-': '+', '*': '+', '/': '*', '%': '*' },
  ...{ '&': '|', '|': '&', '^': '&', '<<': '>>', '>>': '<<' },
}
const ASSIGNMENTS: Record<string, string> = {
  ...{ '+=': '-=', '-=': '+=', '*=': '+=', '/=': '*=', '%=': '*=', '|=': '&=', '&=': '|=', '<<=': '>>=', '>>=': '<<=' },
  ...{ '++': '--', '--': '++' },
}
/** Functions and methods that are easily mixed up, and take the same arguments. */
const METHODS: Record<string, string> = {
  ...{ HasPrefix: 'HasSuffix', HasSuffix: 'HasPrefix', TrimPrefix: 'TrimSuffix', TrimSuffix: 'TrimPrefix' },
  ...{ TrimLeft: 'TrimRight', TrimRight: 'TrimLeft', Index: 'LastIndex', LastIndex: 'Index' },
  ...{ ToUpper: 'ToLower', ToLower: 'ToUpper', Min: 'Max', Max: 'Min', Floor: 'Ceil', Ceil: 'Floor', Round: 'Floor' },
  ...{ PushBack: 'PushFront', PushFront: 'PushBack', Front: 'Back', Back: 'Front' },
  ...{ Before: 'After', After: 'Before', MoveToFront: 'MoveToBack', MoveToBack: 'MoveToFront' },
}
const BUILTINS: Record<string, string> = { min: 'max', max: 'min' }
/** What makes a copy, without which two would share it. */
const COPIES = /^(slices|maps|bytes|strings)$/
/** Texts for people: no specification says how. */
const LOGS = /^(log|slog|logger|glog|klog|zap)$|^(lg|l|log|logger)\.(Debug|Info|Warn|Error|Print|Log|Trace)/
const MESSAGES = /^(fmt\.(Errorf|Print|Printf|Println|Fprintf?|Fprintln)|errors\.New|panic|print|println)$/
const UNORDERED = new Set(['append', 'make', 'new', 'len', 'cap', 'delete', 'panic', 'print', 'println', 'complex'])
const ASSIGN = /^([-+*/%&|^]|<<|>>|&\^)?=$/

/**
 * Wrong versions of a Go text, by its words and statements: no types are known. So that they compile where they can, a condition that
 * is decided and a statement that is forgotten stay as code that never runs: what it names is still used. Some are refused by the
 * compiler nevertheless, such as two swapped arguments of different types. A text that cannot be read has none.
 */
export function goChanges(text: string): Change[] {
  const shape = goShape(text)
  if (shape === null) return []
  const silent = messages(shape)
  const branches = new Set(
    shape.parts.flatMap(({ kind, from, to }) =>
      kind === 'if' ? Array.from({ length: to - from }, (_, i) => from + i) : [],
    ),
  )
  const context: Context = { ...shape, silent, branches }
  const main = shape.functions.filter(({ name }) => name === 'main')
  const inMain = (at: number) => main.some(({ open, close }) => at > open && at < close)
  return [
    ...shape.parts.flatMap((part) => (silent.has(part.from) || inMain(part.from) ? [] : ofPart(context, part))),
    ...[...shape.code].flatMap((at) => (silent.has(at) || inMain(at) ? [] : ofWord(context, at))),
  ]
}

interface Context extends GoShape {
  /** Tokens of texts for people. */
  silent: Set<number>
  /** Tokens of conditions, of which both outcomes are tried. */
  branches: Set<number>
}

function messages({ tokens, parts }: GoShape): Set<number> {
  const found = new Set<number>()
  const add = (from: number, to: number) => {
    for (let at = from; at < to; at++) found.add(at)
  }
  for (const { kind, from, to } of parts) {
    const called = tokens.slice(from, from + 3).map(({ text }) => text)
    if (kind === 'simple' && (LOGS.test(called[0]!) || LOGS.test(called.join('')))) add(from, to)
  }
  for (const [at, { text, partner }] of tokens.entries()) {
    if (text !== '(' || partner < at) continue
    const name = calledBefore(tokens, at)
    if (MESSAGES.test(name)) add(at - name.split('.').length * 2 + 1, partner + 1)
  }
  return found
}

/** `pkg.Name` or `name` in front of a bracket. */
function calledBefore(tokens: readonly GoToken[], at: number): string {
  const [object, dot, name] = [tokens[at - 3], tokens[at - 2], tokens[at - 1]]
  if (name?.kind !== 'name') return ''
  return dot?.text === '.' && object?.kind === 'name' ? `${object.text}.${name.text}` : name.text
}

const own = (table: Record<string, string>, key: string) => (Object.hasOwn(table, key) ? table[key] : undefined)

function change(operator: string, from: GoToken, to: GoToken, code: string, shown?: string): Change {
  const place = { start: from.start, end: to.end, operator, code, kind: 'statement' as const }
  return shown === undefined ? place : { ...place, shown }
}

function ofPart(context: Context, part: GoPart): Change[] {
  const { tokens } = context
  const [first, last] = [tokens[part.from]!, tokens[part.to - 1]!]
  if (part.kind === 'if' || part.kind === 'loop') return ofCondition(context, part)
  if (part.kind === 'communication') return [change('select', first, last, 'case <-(chan struct{})(nil):', 'never')]
  return ofStatement(context, part)
}

function ofCondition({ tokens, text }: Context, { kind, from, to }: GoPart): Change[] {
  const [first, last] = [tokens[from]!, tokens[to - 1]!]
  const written = text.slice(first.start, last.end)
  if (written === 'true' || written === 'false') return []
  const found = [change('condition', first, last, `false && (${written})`, 'false')]
  // A loop that always goes on never ends.
  if (kind === 'if') found.push(change('condition', first, last, `true || (${written})`, 'true'))
  const joints: number[] = []
  for (let at = from; at < to; at = tokens[at]!.partner > at ? tokens[at]!.partner + 1 : at + 1)
    if (/^(&&|\|\|)$/.test(tokens[at]!.text)) joints.push(at)
  const [joint] = joints
  if (joint === undefined || joints.length > 1) return found
  const sides = [
    text.slice(first.start, tokens[joint - 1]!.end),
    text.slice(tokens[joint + 1]!.start, last.end),
  ] as const
  const and = tokens[joint]!.text
  // What does not count is never asked: it may only be right to ask after the other.
  const unasked = and === '&&' ? 'true ||' : 'false &&'
  found.push(
    change('half', first, last, `(${sides[0]}) ${and} (${unasked} (${sides[1]}))`, sides[0]),
    change('half', first, last, `(${unasked} (${sides[0]})) ${and} (${sides[1]})`, sides[1]),
  )
  return found
}

function ofStatement(context: Context, part: GoPart): Change[] {
  const { tokens, text } = context
  const { from, to, around } = part
  const [first, last] = [tokens[from]!, tokens[to - 1]!]
  const written = text.slice(first.start, last.end)
  const forgotten = change('forgotten', first, last, `if false { ${written} }`, '')
  const without = () => change('at-once', first, last, text.slice(tokens[from + 1]!.start, last.end))
  switch (first.text) {
    case 'return':
      return results(context, part)
    case 'go':
    case 'defer':
      return [forgotten, without()]
    case 'break':
      return around === 'for' ? [forgotten] : []
    case 'continue':
      return around === 'for' && to - from === 1 ? [forgotten, change('loop', first, last, 'break')] : [forgotten]
    case 'fallthrough':
      return [change('forgotten', first, last, '')]
    case 'goto':
      return []
  }
  const flat: string[] = []
  for (let at = from; at < to; at = tokens[at]!.partner > at ? tokens[at]!.partner + 1 : at + 1)
    flat.push(tokens[at]!.text)
  if (flat.includes(':=')) return []
  const assigned = flat.findIndex((word) => ASSIGN.test(word))
  // Without its first value a blank name is nothing.
  if (assigned >= 0) return flat.slice(0, assigned).every((word) => /^[_,]$/.test(word)) ? [] : [forgotten]
  const acts = last.text === ')' || flat.includes('<-') || /^(\+\+|--)$/.test(last.text)
  return acts ? [forgotten] : []
}

const NIL = /^(\*|\[\]|map\b|chan\b|<-|func\b|interface\b|error$|any$)/

function zeroOf(type: string): string {
  if (/^(u?int(8|16|32|64)?|uintptr|byte|rune|float(32|64)|complex(64|128))$/.test(type)) return '0'
  if (type === 'string') return '""'
  if (type === 'bool') return 'false'
  return NIL.test(type) ? 'nil' : `*new(${type})`
}

/** Each result as nothing. What it was made of is still named, and a call is still made. */
function results({ tokens, text }: Context, { from, to, function: owner }: GoPart): Change[] {
  const types = owner?.results ?? []
  if (to - from < 2 || types.length === 0) return []
  const [first, last] = [tokens[from]!, tokens[to - 1]!]
  const values = splitAt(tokens, from + 1, to, ',').map(([a, b]) => text.slice(tokens[a]!.start, tokens[b - 1]!.end))
  if (values.length !== types.length) return values.length === 1 ? unheeded(first, last, values[0]!, types) : []
  return values.flatMap((value, at) => {
    const type = types[at]!
    if (/^(nil|true|false|""|``|[\d._]+)$/.test(value) || isUnset(text, value)) return []
    const others = type === 'bool' ? ['false', 'true'] : [zeroOf(type)]
    return others
      .filter((zero) => zero !== value.replace(/\s+/g, '') && value !== `${type}{}`)
      .map((zero) => {
        const said = `return ${values.map((one, index) => (index === at ? zero : one)).join(', ')}`
        return change('result', first, last, `{ _ = ${value}; ${said} }`, said)
      })
  })
}

/** Whether a value is a variable that is declared without one: `var zero T`. */
function isUnset(text: string, value: string): boolean {
  return /^\w+$/.test(value) && new RegExp(String.raw`\bvar ${value} [^=\n]+$`, 'm').test(text)
}

/** The error of a call that is handed on. */
function unheeded(first: GoToken, last: GoToken, call: string, types: readonly string[]): Change[] {
  if (types.at(-1) !== 'error' || !call.endsWith(')')) return []
  const names = types.slice(0, -1).map((_, at) => `specproof${at}`)
  const code = `{ ${[...names, '_'].join(', ')} := ${call}; return ${[...names, 'nil'].join(', ')} }`
  return [change('result', first, last, code, `${code.slice(2, -2)}`)]
}

function ofWord(context: Context, at: number): Change[] {
  const { tokens, steps, branches } = context
  const token = tokens[at]!
  const [before, after] = [tokens[at - 1], tokens[at + 1]]
  const swap = (operator: string, code: string | undefined) =>
    code === undefined ? [] : [change(operator, token, token, code)]
  if (token.kind === 'number')
    return isCapacity(tokens, at) ? [] : numbers(token.text).flatMap((n) => swap('number', n))
  if (token.kind === 'name') {
    if (token.text === 'true' || token.text === 'false')
      return before?.text === '.' || after?.text === ':'
        ? []
        : swap('boolean', token.text === 'true' ? 'false' : 'true')
    if (after?.text !== '(') return []
    return before?.text === '.' ? ofMethod(context, at) : swap('method', own(BUILTINS, token.text))
  }
  if (token.kind !== 'operator') return []
  if (token.text === '(') return swappedArguments(context, at)
  if (token.text === '!') return branches.has(at) && !branches.has(at - 1) ? [] : swap('negation', '')
  const compared = own(COMPARISONS, token.text)
  if (compared) return branches.has(at) && /[=!]=/.test(token.text) ? [] : swap('boundary', compared)
  const assigned = own(ASSIGNMENTS, token.text)
  // A step in the wrong direction never ends.
  if (assigned) return steps.has(at) || after?.kind === 'string' ? [] : swap('assignment', assigned)
  // `*T` and `&x` stand off from what is before them and close to what they are about.
  const unary = !isOperand(before) || (before!.end < token.start && after?.start === token.end)
  const joins = before?.kind === 'string' || after?.kind === 'string'
  return unary || joins ? [] : swap('arithmetic', own(ARITHMETIC, token.text))
}

function ofMethod({ tokens, text }: Context, at: number): Change[] {
  const [object, token, open] = [tokens[at - 2], tokens[at]!, tokens[at + 1]!]
  if (token.text === 'Clone' && object && COPIES.test(object.text)) {
    const close = tokens[open.partner]!
    const inner = text.slice(open.end, close.start)
    return [change('copy', object, close, `(${inner})`, inner)]
  }
  const other = object?.text === 'time' ? undefined : own(METHODS, token.text)
  return other === undefined ? [] : [change('method', token, token, other)]
}

/** The first two neighbours among the arguments of a call that are plain names. The compiler knows whether both fit. */
function swappedArguments({ tokens, text }: Context, at: number): Change[] {
  const { partner } = tokens[at]!
  const name = tokens[at - 1]
  if (name?.kind !== 'name' || isKeyword(name.text) || UNORDERED.has(name.text) || partner < at) return []
  const values = splitAt(tokens, at + 1, partner, ',')
  const plain = ([from, to]: [number, number]) =>
    from < to &&
    tokens.slice(from, to).every(({ kind, text: word }) => (kind === 'name' && !isKeyword(word)) || word === '.')
  const textOf = ([from, to]: [number, number]) => text.slice(tokens[from]!.start, tokens[to - 1]!.end)
  for (const [index, one] of values.entries()) {
    const other = values[index + 1]
    if (!other || !plain(one) || !plain(other) || /^(ctx|t|nil|true|false)$/.test(textOf(one))) continue
    const [a, b] = [textOf(one), textOf(other)]
    if (a === b || /^(nil|true|false)$/.test(b)) continue
    const [from, to] = [tokens[one[0]]!, tokens[other[1] - 1]!]
    return [change('arguments', from, to, `${b}${text.slice(tokens[one[1] - 1]!.end, tokens[other[0]]!.start)}${a}`)]
  }
  return []
}

/** How much room is kept, which nothing depends on: the third argument of `make` for a slice, the second for a map. */
function isCapacity(tokens: readonly GoToken[], at: number): boolean {
  if (tokens[at - 1]?.text !== ',' || tokens[at + 1]?.text !== ')') return false
  const open = tokens[at + 1]!.partner
  if (tokens[open - 1]?.text !== 'make') return false
  return tokens[open + 1]?.text === 'map' || splitAt(tokens, open + 1, at, ',').length > 1
}

function numbers(text: string): string[] {
  if (/[xobi]/i.test(text) || /^0\d/.test(text)) return []
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(value) && !/[.e]/i.test(text)) return []
  if (/[.e]/i.test(text)) return value === 0 ? ['1.0'] : [`${value * 2}`, `${value / 2}`]
  if (value === 0) return ['1']
  return value === 1 ? ['0', '2'] : [`${value + 1}`, `${value - 1}`, `${value * 2}`]
}
