import { parse } from '@babel/parser'
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
  const found: string[] = []
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
