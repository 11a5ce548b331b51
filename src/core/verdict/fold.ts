import { parse } from '../babel.ts'
import { isNode, type Node, walk } from './syntax.ts'

/** A text that code puts together out of pieces that are known, and where. */
export interface Folded {
  text: string
  /** From 1. */
  line: number
}

/** Deeper expressions are not looked into. */
const DEEPEST = 40

/**
 * Strings that a module makes of constants: concatenations, templates, `join`, `fromCharCode`, `atob`, `reverse`, constants of
 * the same file. Plain literals are left out: they say what they are. What cannot be parsed holds none.
 */
export function foldedStrings(source: string): Folded[] {
  const program = parsed(source)
  if (!program) return []
  const names = constants(program)
  const found: Folded[] = []
  walk(program, (node) => {
    if (!MADE.has(node.type)) return
    const text = constantOf(node, names, 0)
    if (typeof text === 'string') found.push({ text, line: source.slice(0, node.start).split('\n').length })
  })
  return found
}

const MADE = new Set(['BinaryExpression', 'TemplateLiteral', 'CallExpression'])

type Value = string | number | Value[] | undefined
type Names = ReadonlyMap<string, Node>

function parsed(source: string): Node | null {
  try {
    return parse(source, { sourceType: 'module', plugins: ['typescript', 'jsx'], errorRecovery: true })
      .program as unknown as Node
  } catch {
    return null
  }
}

/** Initial values of all `const` of a file by name. */
function constants(program: Node): Names {
  const found = new Map<string, Node>()
  walk(program, (node) => {
    if (node.type !== 'VariableDeclaration' || node['kind'] !== 'const') return
    for (const one of node['declarations'] as Node[]) {
      const [id, init] = [one['id'], one['init']]
      if (isNode(id) && isNode(init) && typeof id['name'] === 'string') found.set(id['name'], init)
    }
  })
  return found
}

function constantOf(node: unknown, names: Names, depth: number): Value {
  if (!isNode(node) || depth > DEEPEST) return undefined
  const of = (inner: unknown) => constantOf(inner, names, depth + 1)
  switch (node.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
      return node['value'] as string | number
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return of(node['expression'])
    case 'Identifier':
      return of(names.get(String(node['name'])))
    case 'TemplateLiteral':
      return template(node, of)
    case 'BinaryExpression':
      return node['operator'] === '+' ? sum(of(node['left']), of(node['right'])) : undefined
    case 'ArrayExpression':
      return listOf(node['elements'] as unknown[], of)
    case 'CallExpression':
      return called(node, of)
    default:
      return undefined
  }
}

function sum(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right
  if (left === undefined || right === undefined || Array.isArray(left) || Array.isArray(right)) return undefined
  return `${left}${right}`
}

function template(node: Node, of: (inner: unknown) => Value): Value {
  const texts = (node['quasis'] as Node[]).map((quasi) => (quasi['value'] as { cooked: string }).cooked)
  const values = (node['expressions'] as unknown[]).map(of)
  if (values.some((value) => value === undefined || Array.isArray(value))) return undefined
  return texts.map((text, at) => text + (at < values.length ? String(values[at]) : '')).join('')
}

function listOf(elements: unknown[], of: (inner: unknown) => Value): Value {
  const found: Value[] = []
  for (const element of elements) {
    const spread = isNode(element) && element.type === 'SpreadElement'
    const value = of(spread ? (element as Node)['argument'] : element)
    if (value === undefined) return undefined
    if (spread) found.push(...(typeof value === 'number' ? [] : [...value]))
    else found.push(value)
  }
  return found
}

function called(node: Node, of: (inner: unknown) => Value): Value {
  const given = (node['arguments'] as unknown[]).map(of)
  const callee = node['callee']
  if (!isNode(callee)) return undefined
  if (callee.type === 'Identifier') return callee['name'] === 'atob' ? decoded(given[0], 'base64') : undefined
  if (callee.type !== 'MemberExpression' || !isNode(callee['property'])) return undefined
  const name = String(callee['property']['name'])
  const holder = isNode(callee['object']) ? callee['object'] : null
  if (holder?.type === 'Identifier' && name.startsWith('from')) return madeFrom(String(holder['name']), name, given)
  return method(of(holder), name, given)
}

function madeFrom(holder: string, name: string, given: Value[]): Value {
  if (holder === 'String' && /^from(CharCode|CodePoint)$/.test(name))
    return given.every((one) => typeof one === 'number') ? String.fromCodePoint(...(given as number[])) : undefined
  if (holder === 'Buffer' && name === 'from') return decoded(given[0], String(given[1] ?? 'utf8'))
  return undefined
}

function decoded(value: Value, encoding: string): Value {
  if (typeof value !== 'string') return undefined
  if (encoding === 'hex') return bytes(value.match(/[\da-f]{2}/gi)?.map((pair) => Number.parseInt(pair, 16)) ?? [])
  return encoding === 'base64' ? base64(value) : value
}

function bytes(all: number[]): string {
  return all.map((one) => String.fromCharCode(one)).join('')
}

function base64(value: string): Value {
  try {
    return atob(value)
  } catch {
    return undefined
  }
}

function method(on: Value, name: string, given: Value[]): Value {
  const [first] = given
  if (Array.isArray(on)) {
    if (name === 'join') return on.map(String).join(first === undefined ? ',' : String(first))
    if (name === 'reverse' || name === 'toReversed') return on.toReversed()
    return undefined
  }
  if (typeof on !== 'string') return undefined
  switch (name) {
    case 'split':
      return on.split(String(first ?? ''))
    case 'concat':
      return on + given.map(String).join('')
    case 'toUpperCase':
      return on.toUpperCase()
    case 'toLowerCase':
      return on.toLowerCase()
    case 'toString':
      return on
    case 'slice':
      return on.slice(Number(first ?? 0), given[1] === undefined ? undefined : Number(given[1]))
    case 'replace':
    case 'replaceAll':
      return typeof first === 'string' ? on.replaceAll(first, String(given[1])) : undefined
    default:
      return undefined
  }
}
