import { parse } from '@babel/parser'

/** The parts of a syntax tree that are looked at. */
interface Node {
  type: string
  [key: string]: unknown
}

/**
 * `test.include` of a vitest configuration, read without running it. Null when it is not there, or is not written as
 * a plain list of strings.
 */
export function configuredGlobs(source: string): string[] | null {
  let found: string[] | null = null
  try {
    const file = parse(source, { sourceType: 'module', plugins: ['typescript'], errorRecovery: true })
    visit(file.program, (node) => {
      if (keyOf(node) === 'test') found ??= includeOf(node.value as Node)
    })
  } catch {
    // The runner itself will say what is wrong with its configuration.
  }
  return found
}

function includeOf(test: Node): string[] | null {
  if (test.type !== 'ObjectExpression') return null
  const include = (test.properties as Node[]).find((property) => keyOf(property) === 'include')?.value as
    | Node
    | undefined
  if (include?.type !== 'ArrayExpression') return null
  const elements = include.elements as (Node | null)[]
  const globs = elements.flatMap((node) => (node?.type === 'StringLiteral' ? [String(node.value)] : []))
  return globs.length > 0 && globs.length === elements.length ? globs : null
}

function keyOf(node: Node): string | null {
  if (node.type !== 'ObjectProperty') return null
  const key = node.key as { name?: string; value?: string }
  return key.name ?? key.value ?? null
}

function visit(node: object, see: (node: Node) => void): void {
  if ('type' in node) see(node as Node)
  for (const value of Object.values(node)) {
    if (typeof value === 'object' && value !== null) visit(value, see)
  }
}
