import { parse, parseExpression } from '../babel.ts'
import { withPythonExample } from './example-python.ts'
import { isNode, type Node, walk } from './syntax.ts'

/** A case that made a property fail, and where the property stands. */
export interface KeptCase {
  /** Path of the test file. */
  file: string
  /** Names of the suites and of the test itself, outermost first. */
  path: string[]
  /** Which of the properties of that test failed, from 0. */
  property: number
  /** The arguments of the property as fast-check prints them: `[1000,""]`; or as Hypothesis does: `n=1000, s=''`. */
  value: string
  seed: number
}

/** Longer cases explain nothing in a test file. */
const LONGEST = 2_000
const TESTS = new Set(['it', 'test'])
const SUITES = new Set(['describe', 'suite'])

/**
 * The test file with this case among the `examples` of its property, in Python as an `@example`, so that it is run for ever, also when the generators
 * change and the seed no longer draws it. Null where the property is not found for sure, the case is not plain data, or it
 * stands there already.
 */
export function withExample(text: string, kept: KeptCase): string | null {
  if (kept.value.length > LONGEST) return null
  if (kept.file.endsWith('.py')) return withPythonExample(text, kept)
  const value = plainData(kept.value)
  if (value === null) return null
  const program = parsed(text)
  const test = program && testBody(program, kept.path)
  const call = test && assertionsIn(test)[kept.property]
  return call ? inserted(text, call, value) : null
}

function parsed(text: string): Node | null {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'], errorRecovery: true })
      .program as unknown as Node
  } catch {
    return null
  }
}

/** The function of the one test that is declared under these names; null: none or several, or names that are computed. */
function testBody(program: Node, path: string[]): Node | null {
  let within: Node[] = [program]
  for (const [at, name] of path.entries()) {
    const kinds = at === path.length - 1 ? TESTS : SUITES
    within = within.flatMap((node) => declared(node, kinds, name))
  }
  return within.length === 1 ? within[0]! : null
}

/** Functions given to `it('name', ...)` or `describe('name', ...)` directly within a node, not within another declaration. */
function declared(node: Node, kinds: ReadonlySet<string>, name: string): Node[] {
  const found: Node[] = []
  const all = calls(node).filter((call) => TESTS.has(calleeName(call)) || SUITES.has(calleeName(call)))
  const direct = all.filter(
    (call) =>
      !all.some((other) => other !== call && other.start < call.start && call.end < other.end && other !== node),
  )
  for (const call of direct) {
    const [title, ...rest] = argumentsOf(call)
    const body = rest.find((one) => /Function/.test(one.type))
    if (kinds.has(calleeName(call)) && title && textOf(title) === name && body) found.push(body)
  }
  return found
}

function calls(node: Node): Node[] {
  const found: Node[] = []
  walk(node, (one) => {
    if (one.type === 'CallExpression' && one !== node) found.push(one)
  })
  return found
}

function argumentsOf(call: Node): Node[] {
  return Array.isArray(call['arguments']) ? call['arguments'].filter(isNode) : []
}

/** `it`, also of `it.concurrent`; of `fc.assert` it is `fc.assert`. */
function calleeName(call: Node): string {
  const callee = call['callee']
  if (!isNode(callee)) return ''
  if (callee.type === 'Identifier') return String(callee['name'])
  if (callee.type !== 'MemberExpression') return ''
  const [object, property] = [callee['object'], callee['property']]
  const [holder, name] = [object, property].map((one) => (isNode(one) ? String(one['name'] ?? '') : ''))
  return TESTS.has(holder!) || SUITES.has(holder!) ? holder! : `${holder}.${name}`
}

function textOf(node: Node): string | null {
  if (node.type === 'StringLiteral') return String(node['value'])
  const [only, ...more] = node.type === 'TemplateLiteral' && Array.isArray(node['quasis']) ? node['quasis'] : []
  return isNode(only) && more.length === 0 ? String((only['value'] as { cooked: string }).cooked) : null
}

/** Calls of `fc.assert` in the order in which they stand; null elements never: a loop around one makes the order unsure. */
function assertionsIn(body: Node): Node[] {
  const looped = new Set<Node>()
  walk(body, (node) => {
    if (/^(For|While|DoWhile)/.test(node.type)) for (const call of calls(node)) looped.add(call)
  })
  const found = calls(body).filter((call) => /^\w+\.assert$/.test(calleeName(call)) && isProperty(argumentsOf(call)[0]))
  return found.some((call) => looped.has(call)) ? [] : found.sort((a, b) => a.start - b.start)
}

function isProperty(node: Node | undefined): boolean {
  return node?.type === 'CallExpression' && /\.(property|asyncProperty)$/.test(calleeName(node))
}

function inserted(text: string, call: Node, value: string): string | null {
  const [property, options, ...more] = argumentsOf(call)
  if (!property || more.length > 0) return null
  const put = (at: number, what: string) => text.slice(0, at) + what + text.slice(at)
  if (!options) return put(property.end, `, { examples: [${value}] }`)
  if (options.type !== 'ObjectExpression') return null
  const entries = Array.isArray(options['properties']) ? options['properties'].filter(isNode) : []
  const examples = entries.find((entry) => isNode(entry['key']) && entry['key']['name'] === 'examples')?.['value']
  if (!isNode(examples)) return put(options.start + 1, ` examples: [${value}]${entries.length > 0 ? ',' : ' '}`)
  if (examples.type !== 'ArrayExpression') return null
  const known = (examples['elements'] as unknown[]).filter(isNode).map((one) => text.slice(one.start, one.end))
  if (known.includes(value)) return null
  return put(examples.start + 1, known.length > 0 ? `${value}, ` : value)
}

/**
 * A printed value that is data alone, so that reading it runs nothing; null: it is more. Objects without a prototype,
 * which generators of records draw now and then, become plain ones: compilers take `__proto__` for a field.
 */
function plainData(value: string): string | null {
  try {
    const node = parseExpression(value) as unknown as Node
    return node.type === 'ArrayExpression' && isData(node) ? withoutPrototypes(value, node) : null
  } catch {
    return null
  }
}

function withoutPrototypes(value: string, root: Node): string {
  const cuts: [from: number, to: number][] = []
  walk(root, (node) => {
    const entries = Array.isArray(node['properties']) ? node['properties'].filter(isNode) : []
    entries.forEach((entry, at) => {
      if (isBarePrototype(entry)) cuts.push([entry.start, entries[at + 1]?.start ?? entry.end])
    })
  })
  return cuts.reduceRight((text, [from, to]) => text.slice(0, from) + text.slice(to), value)
}

function isBarePrototype(entry: Node): boolean {
  const [key, value] = [entry['key'], entry['value']]
  return isNode(key) && key['name'] === '__proto__' && isNode(value) && value.type === 'NullLiteral'
}

const LITERALS = new Set(['NumericLiteral', 'StringLiteral', 'BooleanLiteral', 'NullLiteral', 'BigIntLiteral'])
const NAMES = new Set(['undefined', 'NaN', 'Infinity'])
const MADE = new Set(['Date', 'Map', 'Set'])

function isData(node: unknown): boolean {
  if (!isNode(node)) return false
  if (LITERALS.has(node.type)) return true
  switch (node.type) {
    case 'Identifier':
      return NAMES.has(String(node['name']))
    case 'UnaryExpression':
      return ['-', '+'].includes(String(node['operator'])) && isData(node['argument'])
    case 'ArrayExpression':
      return (node['elements'] as unknown[]).every(isData)
    case 'ObjectExpression':
      return (node['properties'] as unknown[]).every(isEntry)
    case 'NewExpression':
      return isNode(node['callee']) && MADE.has(String(node['callee']['name'])) && argumentsOf(node).every(isData)
    case 'MemberExpression':
      return isNode(node['object']) && node['object']['name'] === 'Number' && node['computed'] === false
    default:
      return false
  }
}

function isEntry(entry: unknown): boolean {
  if (!isNode(entry) || entry.type !== 'ObjectProperty' || entry['computed'] === true) return false
  if (isBarePrototype(entry)) return true
  const key = entry['key']
  return isNode(key) && key['name'] !== '__proto__' && key['value'] !== '__proto__' && isData(entry['value'])
}
