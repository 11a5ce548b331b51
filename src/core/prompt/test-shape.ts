import { isNode, type Node } from '../verdict/syntax.ts'
import { goTestShape } from './go-test-shape.ts'
import { declarationsOf, nodes, parseModule } from './outline.ts'

/** Limits of a shape, and of a short one. */
const SIZES = {
  whole: { lines: 24, width: 400, names: 20, helpers: true },
  short: { lines: 3, width: 80, names: 0, helpers: false },
}
/** Helpers of so few lines are shown whole. */
const SMALL_HELPER = 3
/** Tests of other languages are known by how their first line looks. */
const TEST_LINES =
  /^\s*(?:(?:async\s+)?def\s+(test\w*)|func\s+(Test\w+)|(?:pub\s+)?(?:async\s+)?fn\s+(\w*test\w*)|(?:public\s+)?void\s+(\w+)\s*\(\))/
const PLAIN_LINES = 40

/**
 * How an existing test file is written: its imports, what it prepares, its first test, and the names of the others.
 * A file that is hardly longer comes back whole. `short`: only imports, names of what it prepares and the beginning of that test.
 */
export function testShape(path: string, text: string, short = false): string {
  const size = SIZES[short ? 'short' : 'whole']
  const shape = shapeOf(path, text, size)
  return shape === null || shape.length > 0.8 * text.length ? text : shape
}

type Size = (typeof SIZES)['whole']

function shapeOf(path: string, text: string, size: Size): string | null {
  if (path.endsWith('.go')) return goTestShape(text, size) ?? plainShape(text, size)
  return /\.[cm]?[jt]sx?$/.test(path) ? moduleShape(path, text, size) : plainShape(text, size)
}

/** One test of a file by its own name, without those of its suites. */
export interface Test {
  name: string
  node: Node
}

function moduleShape(path: string, text: string, size: Size): string | null {
  const program = parseModule(path, text)
  if (program === null) return null
  const statements = nodes(program['body'])
  const tests = statements.flatMap((statement) => testsIn(statement, text))
  const [first, ...others] = tests
  if (first === undefined) return null
  const imports = statements.filter((one) => one.type === 'ImportDeclaration')
  const lines = [
    ...imports.map((one) => text.slice(one.start, one.end)),
    '',
    ...helpers(path, text, first.node, size),
    shortened(dedented(first.node, text), size),
  ]
  if (others.length > 0)
    lines.push(
      '',
      ...namesOf(
        others.map(({ name }) => name),
        size,
      ),
    )
  return `${lines.join('\n')}\n`
}

/** What stands beside the tests, most of it without bodies; what the first test uses comes with its comment. */
function helpers(path: string, text: string, first: Node, size: Size): string[] {
  const used = new Set(text.slice(first.start, first.end).match(/[A-Za-z_$][\w$]*/g))
  const all = (declarationsOf(path, text) ?? []).filter(
    ({ name, kind }) => kind === 'function' || kind === 'class' || (kind !== 'export' && used.has(name)),
  )
  if (!size.helpers) {
    const names = all.filter(({ kind }) => kind === 'function').map(({ name }) => name)
    return names.length === 0 ? [] : [`// helpers here: ${names.join(', ')}`]
  }
  return all.map((one) => {
    const whole = wholeOf(one.line, text)
    const small = whole !== null && whole.split('\n').length <= SMALL_HELPER
    const doc = used.has(one.name) && one.doc !== '' ? `${one.doc}\n` : ''
    return doc + (small ? whole : one.signature.replace(/\s*\n\s*/g, ' '))
  })
}

/** The statement that begins on a line, as far as its closing line shows. */
function wholeOf(line: number, text: string): string | null {
  const lines = text.split('\n').slice(line - 1)
  const end = lines.findIndex((one, at) => (at === 0 ? !/[{([,=>]\s*$/.test(one) : /^[\])}]/.test(one)))
  return end < 0 ? null : lines.slice(0, end + 1).join('\n')
}

/** Tests of a statement: itself, or those of the suite that it is. */
export function testsIn(statement: Node, text: string): Test[] {
  const call = statement.type === 'ExpressionStatement' ? statement['expression'] : null
  if (!isNode(call) || call.type !== 'CallExpression' || !isNode(call['callee'])) return []
  const callee = text.slice(call['callee'].start, call['callee'].end)
  const [title, ...rest] = nodes(call['arguments'])
  if (/^(it|test)\b/.test(callee) && title !== undefined)
    return [{ name: text.slice(title.start, title.end).replace(/^(['"`])(.*)\1$/s, '$2'), node: statement }]
  if (!/^(describe|suite)\b/.test(callee)) return []
  const body = rest.map((one) => one['body']).find(isNode)
  return body ? nodes(body['body']).flatMap((one) => testsIn(one, text)) : []
}

/** A node's text as if it stood at the left margin. */
export function dedented(node: Node, text: string): string {
  const column = node.start - (text.lastIndexOf('\n', node.start) + 1)
  return text.slice(node.start, node.end).replaceAll(`\n${' '.repeat(column)}`, '\n')
}

function shortened(test: string, size: Size): string {
  const lines = test.split('\n')
  if (lines.length <= size.lines) return test
  const kept = lines
    .slice(0, size.lines)
    .map((line) => (line.length > size.width ? `${line.slice(0, size.width)}...` : line))
  return [...kept, `// ... ${lines.length - kept.length} more lines`].join('\n')
}

function namesOf(names: string[], size: Size): string[] {
  const shown = names.slice(0, size.names).map((name) => `// test: ${name.slice(0, 160)}`)
  return names.length > size.names ? [...shown, `// ... and ${names.length - size.names} more tests`] : shown
}

function plainShape(text: string, size: Size): string {
  const lines = text.split('\n')
  const names = lines.slice(PLAIN_LINES).flatMap((line) => TEST_LINES.exec(line)?.slice(1).find(Boolean) ?? [])
  return [...lines.slice(0, PLAIN_LINES), '...', ...names.slice(0, size.names)].join('\n')
}
