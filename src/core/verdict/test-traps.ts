import { parse } from '../babel.ts'
import { isNode, type Node, walk } from './syntax.ts'

/** How the harness names the trap when a property falls into it at run time. */
export const RETURNED_OBJECT = 'A property must return nothing or a boolean'

/**
 * Properties written as `(x) => expect(...)`: vitest's assertion returns an object, which fast-check takes for a
 * failure, so they can never hold. Answers what to tell the author, one line for each place.
 */
export function testTraps(path: string, text: string): string[] {
  const program = parseTest(text)
  if (!program) return []
  const found: string[] = preconditionsOnResults(program).map(({ start }) => {
    const line = text.slice(0, start).split('\n').length
    return `${path}:${line}: \`fc.pre\` is asked about what the code under test answered, so it throws away the very cases that could fail. Use it on the generated values alone, and assert the rest.`
  })
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || !isProperty(node['callee'])) return
    const args = node['arguments']
    const predicate = Array.isArray(args) ? args.at(-1) : undefined
    if (!isNode(predicate) || predicate.type !== 'ArrowFunctionExpression' || !isExpectation(predicate['body'])) return
    const line = text.slice(0, predicate.start).split('\n').length
    found.push(
      `${path}:${line}: the property is written as \`(...) => expect(...)\` and so returns the assertion, which fast-check takes for a failure. Write \`(...) => { expect(...) }\`.`,
    )
  })
  return found
}

/** Calls of `fc.pre` whose condition hangs on what a function of the project answered, or on what was made of it. */
function preconditionsOnResults(program: Node): Node[] {
  const project = projectNames(program)
  if (project.size === 0) return []
  const results = new Set<string>()
  const hangs = (value: unknown) => callsAny(value, project) || mentions(value, results)
  // Values flow from one name to the next; a few rounds reach as far as tests go.
  for (let round = 0; round < 5; round++) {
    walk(program, (node) => {
      const [to, from] = FLOWS[node.type] ?? []
      if (to && from && hangs(node[from])) for (const name of namesIn(node[to])) results.add(name)
    })
  }
  const found: Node[] = []
  walk(program, (node) => {
    if (node.type === 'CallExpression' && isPre(node['callee']) && hangs(node['arguments'])) found.push(node)
  })
  return found
}

/** Where a value goes, and where it comes from. */
const FLOWS: Record<string, [to: string, from: string]> = {
  VariableDeclarator: ['id', 'init'],
  AssignmentExpression: ['left', 'right'],
  FunctionDeclaration: ['id', 'body'],
}

/** What is imported from files of the project, by the names that it has here. Types have no values. */
function projectNames(program: Node): Set<string> {
  const names = new Set<string>()
  walk(program, (node) => {
    if (node.type !== 'ImportDeclaration' || node['importKind'] === 'type' || !isNode(node['source'])) return
    if (!String(node['source']['value']).startsWith('.')) return
    for (const one of node['specifiers'] as Node[]) for (const name of namesIn(one['local'])) names.add(name)
  })
  return names
}

/** The names that a pattern binds. */
function namesIn(pattern: unknown): string[] {
  const names: string[] = []
  if (isNode(pattern)) {
    walk(pattern, (node) => {
      if (node.type === 'Identifier') names.push(String(node['name']))
    })
  }
  return names
}

function nodesOf(value: unknown): Node[] {
  return (Array.isArray(value) ? value : [value]).filter(isNode)
}

function mentions(value: unknown, names: ReadonlySet<string>): boolean {
  return nodesOf(value).some((one) => namesIn(one).some((name) => names.has(name)))
}

/** A constant of the project is known before; what its functions answer is what is judged. */
function callsAny(value: unknown, names: ReadonlySet<string>): boolean {
  let found = false
  for (const one of nodesOf(value)) {
    walk(one, (node) => {
      if ((node.type === 'CallExpression' || node.type === 'NewExpression') && mentions(node['callee'], names))
        found = true
    })
  }
  return found
}

function isPre(callee: unknown): boolean {
  if (!isNode(callee)) return false
  if (callee.type === 'Identifier') return callee['name'] === 'pre'
  const [object, property] = [callee['object'], callee['property']]
  return isNode(object) && isNode(property) && object['name'] === 'fc' && property['name'] === 'pre'
}

function parseTest(text: string): Node | null {
  try {
    const options = { sourceType: 'module', plugins: ['typescript', 'jsx'], errorRecovery: true } as const
    return parse(text, { ...options, plugins: [...options.plugins] }).program as unknown as Node
  } catch {
    return null
  }
}

/** `fc.property` and `asyncProperty`, however fast-check was imported. */
function isProperty(callee: unknown): boolean {
  if (!isNode(callee)) return false
  const name = callee.type === 'MemberExpression' ? callee['property'] : callee
  return isNode(name) && ['property', 'asyncProperty'].includes(String(name['name']))
}

/** A chain that begins with `expect(...)`, awaited or not. */
function isExpectation(body: unknown): boolean {
  let node = body
  while (isNode(node)) {
    if (node.type === 'Identifier') return node['name'] === 'expect'
    node = node.type === 'AwaitExpression' ? node['argument'] : (node['object'] ?? node['callee'])
  }
  return false
}
