import { isNode, type Node } from '../verdict/syntax.ts'

/** One small change of one node. `code` takes the node's place; empty for a statement: it goes. */
export interface Alternative {
  code: string
  /** The operator's name, for counts. */
  operator: string
  /** Where `code` says it in words that people would not use: what to show instead. */
  shown?: string
}

type Operator = (node: Node, text: (node: Node) => string) => Alternative[]

/** Written so that no compiler takes the branch for dead, and what is known of types in it stays as it was. */
const TRUE = { code: '!!1', shown: 'true' }
const FALSE = { code: '!!0', shown: 'false' }

const COMPARISONS: Record<string, string[]> = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
}
const NEGATIONS: Record<string, string> = { '===': '!==', '!==': '===', '==': '!=', '!=': '==' }
const ARITHMETIC: Record<string, string> = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*', '**': '*' }
const ASSIGNMENTS: Record<string, string> = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=', '??=': '=', '||=': '=' }
/** Methods that are easily mixed up, and take the same arguments. */
const METHODS: Record<string, string> = {
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  round: 'floor',
  some: 'every',
  every: 'some',
  push: 'unshift',
  unshift: 'push',
  shift: 'pop',
  pop: 'shift',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
  find: 'findLast',
  findLast: 'find',
  findIndex: 'findLastIndex',
}
/** Methods whose result may be mistaken for what they were called on. */
const DROPPED = new Set(['filter', 'sort', 'toSorted', 'reverse', 'toReversed', 'slice', 'trim', 'concat', 'flat'])
const ROUNDED = new Set(['parseInt', 'toString', 'toFixed', 'toPrecision', 'stringify'])

/** What may be wrong with a node. Conditions of branches and loops are changed by `conditionOf`, statements by `forgotten`. */
export const OPERATORS: Record<string, Operator> = {
  NumericLiteral: (node) => numbers(Number(node['value'])).map((value) => ({ code: `${value}`, operator: 'number' })),
  BigIntLiteral: (node) => [{ code: `${BigInt(String(node['value'])) * 2n + 1n}n`, operator: 'number' }],
  BooleanLiteral: (node) => [{ ...(node['value'] === true ? FALSE : TRUE), operator: 'boolean' }],
  BinaryExpression: binary,
  LogicalExpression: logical,
  UnaryExpression: (node, text) =>
    ['!', '-', '~'].includes(String(node['operator']))
      ? [{ code: text(node['argument'] as Node), operator: 'negation' }]
      : [],
  ConditionalExpression: (node, text) => [
    { code: text(node['consequent'] as Node), operator: 'condition' },
    { code: text(node['alternate'] as Node), operator: 'condition' },
  ],
  AssignmentExpression: (node, text) => {
    const operator = ASSIGNMENTS[String(node['operator'])]
    const [left, right] = [node['left'] as Node, node['right'] as Node]
    if (operator === undefined || (operator === '-=' && isText(right))) return []
    return [{ code: `${text(left)} ${operator} ${text(right)}`, operator: 'assignment' }]
  },
  UpdateExpression: (node, text) => {
    const operator = node['operator'] === '++' ? '--' : '++'
    const operand = text(node['argument'] as Node)
    return [{ code: node['prefix'] === true ? operator + operand : operand + operator, operator: 'assignment' }]
  },
  CallExpression: call,
  ArrayExpression: (node, text) => spreads(node, 'elements', text, '[', ']'),
  ObjectExpression: (node, text) => spreads(node, 'properties', text, '{', '}').map(inParentheses),
}

/** Limits are most often wrong by a factor when they are large, and by one when they are small. */
function numbers(value: number): number[] {
  if (!Number.isFinite(value)) return []
  if (value === 0) return [1]
  if (value === 1) return [0, 2]
  if (!Number.isInteger(value)) return [value * 2, value / 2]
  return value < 10 ? [value + 1, value - 1] : [value * 2, Math.trunc(value / 2)]
}

function binary(node: Node, text: (node: Node) => string): Alternative[] {
  const [left, right] = [node['left'] as Node, node['right'] as Node]
  const operator = String(node['operator'])
  const as = (other: string, name: string) => ({ code: `${text(left)} ${other} ${text(right)}`, operator: name })
  if (operator in COMPARISONS) return COMPARISONS[operator]!.map((other) => as(other, 'boundary'))
  if (operator in NEGATIONS) return [as(NEGATIONS[operator]!, 'equality')]
  // Joining texts has no opposite.
  if (!(operator in ARITHMETIC) || (operator === '+' && [left, right].some(isText))) return []
  return [as(ARITHMETIC[operator]!, 'arithmetic')]
}

function isText(node: Node): boolean {
  if (node.type === 'BinaryExpression')
    return [node['left'], node['right']].some((side) => isNode(side) && isText(side))
  return node.type === 'StringLiteral' || node.type === 'TemplateLiteral'
}

/** One side alone: a condition forgotten, a fallback never or always taken. */
function logical(node: Node, text: (node: Node) => string): Alternative[] {
  const [left, right] = [text(node['left'] as Node), text(node['right'] as Node)]
  if (node['operator'] === '??') return [{ code: right, operator: 'fallback' }]
  return [
    { code: left, operator: 'condition' },
    { code: right, operator: 'condition' },
  ]
}

function call(node: Node, text: (node: Node) => string): Alternative[] {
  const callee = node['callee']
  if (!isNode(callee) || callee.type !== 'MemberExpression' || callee['computed'] === true) return []
  const property = callee['property'] as Node
  const name = String(property['name'])
  const whole = text(node)
  const swapped = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  const from = property.start - node.start
  const found: Alternative[] = []
  if (swapped)
    found.push({ code: whole.slice(0, from) + swapped + whole.slice(from + name.length), operator: 'method' })
  if (DROPPED.has(name)) found.push({ code: text(callee['object'] as Node), operator: 'method' })
  return found
}

/** `[...xs, x]` without one of its elements: something is lost. Without a spread every element has a meaning of its own. */
function spreads(node: Node, key: string, text: (node: Node) => string, open: string, close: string): Alternative[] {
  const all = Array.isArray(node[key]) ? node[key].filter(isNode) : []
  if (all.length < 2 || !all.some((one) => one.type === 'SpreadElement')) return []
  return all.map((left) => {
    const rest = all.filter((one) => one !== left).map(text)
    return { code: open + rest.join(', ') + close, operator: 'element' }
  })
}

function inParentheses(alternative: Alternative): Alternative {
  return { ...alternative, code: `(${alternative.code})`, shown: alternative.code }
}

/** Numbers that say how something is written down, not what it is. */
export function isFormat(call: Node): boolean {
  const callee = call['callee']
  if (!isNode(callee)) return false
  const name = callee.type === 'Identifier' ? callee['name'] : (callee['property'] as Node | undefined)?.['name']
  return ROUNDED.has(String(name))
}

/** What a branch or loop may be wrong about as a whole; a loop that never ends is none of it. */
export function conditionOf(parent: Node): { test: Node; alternatives: Alternative[] } | null {
  const test = parent['test']
  if (!isNode(test) || test.type === 'BooleanLiteral') return null
  const never = { ...FALSE, operator: 'condition' }
  const always = { ...TRUE, operator: 'condition' }
  if (parent.type === 'IfStatement') return { test, alternatives: [always, never] }
  return /^(While|DoWhile|For)Statement$/.test(parent.type) ? { test, alternatives: [never] } : null
}

/** A statement that may be forgotten, a call or an assignment; or, where it is awaited, only that. */
export function forgotten(statement: Node, text: (node: Node) => string): Alternative[] {
  if (statement.type !== 'ExpressionStatement') return []
  const expression = statement['expression'] as Node
  const awaited = expression.type === 'AwaitExpression'
  const inner = awaited ? (expression['argument'] as Node) : expression
  if (/Literal$/.test(inner.type) || isLog(inner) || isSuper(inner)) return []
  const gone = { code: '', operator: 'statement' }
  return awaited ? [gone, { code: `void ${text(inner)}`, operator: 'await', shown: text(inner) }] : [gone]
}

/** What is written for people: no specification says how. */
export function isLog(node: Node): boolean {
  const callee = node.type === 'CallExpression' ? node['callee'] : undefined
  const object = isNode(callee) && callee.type === 'MemberExpression' ? callee['object'] : undefined
  return isNode(object) && /^(console|log|logger)$/.test(String(object['name']))
}

function isSuper(node: Node): boolean {
  const callee = node.type === 'CallExpression' ? node['callee'] : undefined
  return isNode(callee) && callee.type === 'Super'
}
