import { isNode, type Node } from '../verdict/syntax.ts'
import { declarationsOf, nodes, parseModule } from './outline.ts'
import { dedented, type Test, testsIn } from './test-shape.ts'

interface Cut {
  start: number
  end: number
  text: string
}

/**
 * What a test file says of the tests that failed: these whole, and of what stands beside them what they use, directly or
 * not. The first of `names` is there in any case, the others as long as there is room; beyond `most` characters helpers
 * lose their bodies. Names may carry those of their suites before them. What cannot be told apart (a test of a table, a name
 * that is put together) stays, and a file of another language comes back whole.
 */
export function failedCode(path: string, text: string, names: readonly string[], most: number): string {
  const file = readTests(path, text)
  if (file === null || !file.tests.some((test) => names.some((name) => isNamed(test, name)))) return text
  let code = withTests(file, names.slice(0, 1))
  if (code.length > most) code = withTests(file, names.slice(0, 1), true)
  for (let count = 2; count <= names.length; count++) {
    const longer = withTests(file, names.slice(0, count))
    if (longer.length > most) break
    code = longer
  }
  return code
}

/** One test alone; null where it cannot be told apart. */
export function testAlone(path: string, text: string, name: string): string | null {
  const found = readTests(path, text)?.tests.find((test) => isNamed(test, name))
  return found === undefined ? null : dedented(found.node, text)
}

interface TestFile {
  path: string
  text: string
  statements: Node[]
  tests: Test[]
}

function readTests(path: string, text: string): TestFile | null {
  const program = /\.[cm]?[jt]sx?$/.test(path) ? parseModule(path, text) : null
  if (program === null) return null
  const statements = nodes(program['body'])
  return { path, text, statements, tests: statements.flatMap((statement) => testsIn(statement, text)) }
}

function isNamed(test: Test, name: string): boolean {
  return name === test.name || name.endsWith(` ${test.name}`)
}

function withTests(file: TestFile, names: readonly string[], short = false): string {
  const { text, statements, tests } = file
  const left = tests.filter((test) => !names.some((name) => isNamed(test, name)) && !isTable(test, text))
  const out = left.map(({ node }): Cut => ({ start: lineStart(node.start, text), end: node.end, text: '' }))
  const helpers = statements.filter(isDeclaration)
  const used = usedBy(helpers, without(text, [...out, ...helpers.map(cutOf(text))]), text)
  const unused = helpers.filter((helper) => !used.has(helper)).map(cutOf(text))
  const bare = short ? [...used].flatMap((helper) => signatureCut(helper, file)) : []
  return without(text, [...out, ...unused, ...bare]).replace(/^\n+/, '')
}

/** Declarations that a text uses, and those that these use. */
function usedBy(helpers: readonly Node[], code: string, text: string): Set<Node> {
  const words = wordsOf(code)
  const used = new Set<Node>()
  for (let grown = true; grown; ) {
    grown = false
    for (const helper of helpers) {
      if (used.has(helper) || !namesOf(helper).some((name) => words.has(name))) continue
      used.add(helper)
      for (const word of wordsOf(text.slice(helper.start, helper.end))) words.add(word)
      grown = true
    }
  }
  return used
}

function wordsOf(code: string): Set<string> {
  return new Set(code.match(/[A-Za-z_$][\w$]*/g))
}

const DECLARATION =
  /^(?:FunctionDeclaration|ClassDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration|TSEnumDeclaration|VariableDeclaration)$/

/** One whose names are plain: what is taken apart, or stands for its effect, stays. */
function isDeclaration(statement: Node): boolean {
  return DECLARATION.test(statement.type) && namesOf(statement).length > 0
}

function namesOf(statement: Node): string[] {
  const ids =
    statement.type === 'VariableDeclaration'
      ? nodes(statement['declarations']).map((one) => one['id'])
      : [statement['id']]
  const names = ids.map((id) => (isNode(id) && id.type === 'Identifier' ? String(id['name']) : null))
  return names.includes(null) ? [] : (names as string[])
}

/** A statement with the comments above it. */
function cutOf(text: string): (node: Node) => Cut {
  return (node) => {
    const first = nodes(node['leadingComments'])[0]?.start ?? node.start
    return { start: lineStart(Math.min(first, node.start), text), end: node.end, text: '' }
  }
}

function signatureCut(helper: Node, { path, text }: TestFile): Cut[] {
  const code = text.slice(helper.start, helper.end)
  const signature = declarationsOf(path, code)?.[0]?.signature
  return signature === undefined ? [] : [{ start: helper.start, end: helper.end, text: signature }]
}

/** One statement that stands for many tests, or whose name is put together. */
function isTable({ name, node }: Test, text: string): boolean {
  return /^\w+(?:\.\w+)*\.(?:each|for)\b/.test(text.slice(node.start, node.end)) || /\$\{|%|\\/.test(name)
}

function lineStart(at: number, text: string): number {
  const start = text.lastIndexOf('\n', at - 1) + 1
  return text.slice(start, at).trim() === '' ? start : at
}

/** The text without these pieces, which do not overlap, and without the lines that become empty by that. */
function without(text: string, cuts: readonly Cut[]): string {
  let out = ''
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a.start - b.start)) {
    if (cut.start < from) continue
    out += text.slice(from, cut.start) + cut.text
    from = cut.end
    if (cut.text !== '') continue
    if (/(?:^|\n)$/.test(out) && text[from] === '\n') from++
    if (/(?:^|[\n{])\n$/.test(out) && text[from] === '\n') from++
  }
  return out + text.slice(from)
}
