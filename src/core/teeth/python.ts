import type { Mutant } from './mutants.ts'
import { pythonLines, type Token } from './python-tokens.ts'

/** A change of one place: what stands between two offsets, and what takes its place. `shown`: what people are told instead. */
export type Change = Pick<Mutant, 'start' | 'end' | 'operator' | 'code' | 'kind'> & { shown?: string }

const LEFT_OUT = new Set([
  'import',
  'from',
  'raise',
  'assert',
  '@',
  'class',
  'def',
  'async',
  'global',
  'nonlocal',
  'type',
])
const LOGS = /^(print|logging|logger|log|_log|_logger|warnings)$/
const COMPARISONS: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==' }
const ARITHMETIC: Record<string, string> = { '+': '-', '-': '+', '*': '+', '/': '*', '//': '*', '%': '*' }
const ASSIGNMENTS: Record<string, string> = { '+=': '-=', '-=': '+=', '*=': '+=', '//=': '*=' }
const FUNCTIONS: Record<string, string> = { min: 'max', max: 'min', any: 'all', all: 'any', sorted: 'list' }
const METHODS: Record<string, string> = {
  popleft: 'pop',
  appendleft: 'append',
  append: 'appendleft',
  startswith: 'endswith',
  endswith: 'startswith',
  upper: 'lower',
  lower: 'upper',
  add: 'discard',
  union: 'intersection',
}
const ASSIGN = new Set(['=', '+=', '-=', '*=', '/=', '//=', '%=', '|=', '&=', '^='])

/**
 * Wrong versions of a Python text, by its words: no tree is needed for changes that are this small. What Python would not
 * compile is never made; what cannot be read has none.
 */
export function pythonChanges(text: string): Change[] {
  const lines = pythonLines(text) ?? []
  return lines.flatMap((line) => (isLeftOut(line) ? [] : [...statements(line), ...conditions(line), ...words(line)]))
}

function isLeftOut(line: Token[]): boolean {
  const [first, second] = line
  if (!first || LEFT_OUT.has(first.text) || LOGS.test(first.text)) return true
  if (line.length === 1 && first.kind === 'string') return true
  return first.text === 'if' && (second?.text === '__name__' || second?.text === 'TYPE_CHECKING')
}

const change = (operator: string, from: Token, to: Token, code: string): Change => ({
  ...{ start: from.start, end: to.end, operator, code, kind: 'statement' as const },
})

/** Of a line that is one simple statement: what may be forgotten. */
function statements(line: Token[]): Change[] {
  const [first, last] = [line[0]!, line.at(-1)!]
  const flat = line.filter(({ depth }) => depth === 0)
  if (flat.some(({ text }) => text === ';' || text === ':')) return []
  if (first.text === 'return')
    return line.length > 1 && line[1]!.text !== 'None' ? [change('result', line[1]!, last, 'None')] : []
  if (first.text === 'continue') return [change('forgotten', first, last, 'pass'), change('loop', first, last, 'break')]
  if (first.text === 'del') return [change('forgotten', first, last, 'pass')]
  if (first.kind !== 'name') return []
  const assigned = flat.findIndex(({ text }) => ASSIGN.has(text))
  if (assigned < 0) return last.text === ')' ? [change('forgotten', first, last, 'pass')] : []
  // Without its first value a name is only an error.
  const kept = flat.slice(0, assigned).some(({ text }) => text === '.' || text === '[') || flat[assigned]!.text !== '='
  return kept ? [change('forgotten', first, last, 'pass')] : []
}

/** The words between `if` and its colon: never, always, half of it. */
function conditions(line: Token[]): Change[] {
  const first = line[0]!
  if (!['if', 'elif', 'while'].includes(first.text)) return []
  const colon = line.findIndex(({ text, depth }) => text === ':' && depth === 0)
  const test = line.slice(1, colon)
  if (colon < 0 || test.length === 0 || test.some(({ text }) => text === 'lambda')) return []
  const [from, to] = [test[0]!, test.at(-1)!]
  const found = [change('condition', from, to, 'False')]
  // A loop that always goes on never ends.
  if (first.text !== 'while') found.push(change('condition', from, to, 'True'))
  const [joint, ...more] = test.filter(({ text, depth }) => depth === 0 && /^(and|or)$/.test(text))
  if (joint && more.length === 0) found.push(change('half', from, joint, ''), change('half', joint, to, ''))
  return found
}

function words(line: Token[]): Change[] {
  const branch = /^(if|elif|while)$/.test(line[0]!.text)
  return line.flatMap((token, at) => {
    const [before, after] = [line[at - 1], line[at + 1]]
    const swap = (operator: string, code: string | undefined) =>
      code === undefined ? [] : [change(operator, token, token, code)]
    if (token.kind === 'number') return numbers(token.text).map((code) => change('number', token, token, code))
    if (token.kind === 'operator') return swap(...ofOperator(token, before, after, branch))
    if (token.kind !== 'name') return []
    if (token.text === 'True' || token.text === 'False')
      return swap('boolean', token.text === 'True' ? 'False' : 'True')
    if (token.text === 'not' && after?.text !== 'in' && before?.text !== 'is') return swap('negation', '')
    if (after?.text !== '(') return []
    return before?.text === '.' ? swap('method', own(METHODS, token.text)) : swap('method', own(FUNCTIONS, token.text))
  })
}

const own = (table: Record<string, string>, key: string) => (Object.hasOwn(table, key) ? table[key] : undefined)

function ofOperator(
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
  branch: boolean,
): [operator: string, code: string | undefined] {
  const compared = own(COMPARISONS, token.text)
  // Of a branch both outcomes are tried already.
  if (compared) return ['boundary', branch && /[=!]=/.test(token.text) ? undefined : compared]
  const assigned = own(ASSIGNMENTS, token.text)
  if (assigned) return ['assignment', after?.kind === 'string' ? undefined : assigned]
  const isOperand = (one: Token | undefined) =>
    one !== undefined && (one.kind !== 'operator' || /^[)\]}]$/.test(one.text))
  const keyword =
    before?.kind === 'name' && /^(return|and|or|not|in|is|if|else|yield|lambda|await|elif|while)$/.test(before.text)
  const binary = isOperand(before) && !keyword && before?.kind !== 'string' && after?.kind !== 'string'
  return ['arithmetic', binary ? own(ARITHMETIC, token.text) : undefined]
}

function numbers(text: string): string[] {
  if (/[xobj]/i.test(text)) return []
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value)) return []
  if (/[.e]/i.test(text)) return value === 0 ? ['1.0'] : [`${value * 2}`, `${value / 2}`]
  if (value === 0) return ['1']
  return value === 1 ? ['0', '2'] : [`${value + 1}`, `${value - 1}`, `${value * 2}`]
}

/**
 * All wrong versions of one file in one text: the source, and for each id what is changed in it. Which one is active is what
 * the variable `key` of the environment says when the module is loaded.
 */
export function instrumentPython(text: string, mutants: readonly Mutant[], key: string): string {
  // Python counts code points.
  const offset = (units: number) => [...text.slice(0, units)].length
  const edits = mutants.map(
    ({ id, start, end, code }) => `"${id}": (${offset(start)}, ${offset(end)}, ${JSON.stringify(code)}),`,
  )
  return [
    'def _teeth():',
    '    import os',
    `    source = ${JSON.stringify(text)}`,
    `    edits = {${edits.join(' ')}}`,
    `    edit = edits.get(os.environ.get("${key}", ""))`,
    '    if edit is not None:',
    '        source = source[:edit[0]] + edit[2] + source[edit[1]:]',
    '    return compile(source, __file__, "exec", dont_inherit=True)',
    'exec(_teeth())',
    '',
  ].join('\n')
}
