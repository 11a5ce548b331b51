import { parse } from '../babel.ts'
import { emptyGo, structsOf } from './empty-go.ts'
import { emptyPython, pythonClasses } from './empty-python.ts'
import { emptyValue, type TypeNames } from './empty-value.ts'
import { isNode, type Node, walk } from './syntax.ts'

/**
 * Turns a stub whose functions throw into one whose functions return the empty value of their type, so that a test
 * that only passes because nothing happens is found out. Files that cannot be parsed come back unchanged: the
 * compiler and the runner report those better.
 */
export function emptyStub(files: { path: string; text: string }[]): { path: string; text: string }[] {
  const isPython = (path: string) => path.endsWith('.py')
  const isGo = (path: string) => path.endsWith('.go')
  const parsed = files.map((file) => {
    const other = isPython(file.path) || isGo(file.path)
    return { ...file, program: other ? null : parseTypeScript(file.text) }
  })
  const structs = new Set(files.flatMap(({ path, text }) => (isGo(path) ? structsOf(text) : [])))
  const types: TypeNames = new Map()
  for (const { program, text } of parsed) {
    if (program)
      for (const declaration of declarations(program)) types.set(declaration.name, { node: declaration.node, text })
  }
  const classes = pythonClasses(files.filter(({ path }) => isPython(path)).map(({ text }) => text))
  return parsed.map(({ path, text, program }) => {
    if (isPython(path)) return { path, text: emptyPython(text, classes) }
    if (isGo(path)) return { path, text: emptyGo(text, structs) }
    return { path, text: program ? replaceThrows(program, text, types) : text }
  })
}

function parseTypeScript(text: string): Node | null {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'], errorRecovery: true })
      .program as unknown as Node
  } catch {
    return null
  }
}

function declarations(program: Node): { name: string; node: Node }[] {
  const found: { name: string; node: Node }[] = []
  walk(program, (node) => {
    if (node.type !== 'TSInterfaceDeclaration' && node.type !== 'TSTypeAliasDeclaration') return
    const id = node['id']
    if (isNode(id)) found.push({ name: String(id['name']), node })
  })
  return found
}

const FUNCTIONS = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'ObjectMethod',
  'ClassPrivateMethod',
]

interface TextEdit {
  start: number
  end: number
  text: string
}

function replaceThrows(program: Node, text: string, types: TypeNames): string {
  const edits: TextEdit[] = []
  walk(program, (node) => {
    if (!FUNCTIONS.includes(node.type)) return
    const body = node['body']
    const thrown = isNode(body) && body.type === 'BlockStatement' ? onlyThrow(body) : null
    if (!isNode(body) || !thrown) return
    const inside = edits.some((edit) => edit.start <= body.start && body.end <= edit.end)
    if (!inside) edits.push(emptied(node, body, thrown, text, types))
  })
  let result = text
  for (const edit of edits.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end)
  }
  return result
}

/** The throw at the end of a body that decides nothing before it; a body that can return is no stub. */
function onlyThrow(body: Node): Node | null {
  const statements = Array.isArray(body['body']) ? body['body'].filter(isNode) : []
  const last = statements.pop()
  if (last?.type !== 'ThrowStatement') return null
  const plain = ['ExpressionStatement', 'VariableDeclaration']
  return statements.every((statement) => plain.includes(statement.type)) ? last : null
}

function emptied(node: Node, body: Node, thrown: Node, text: string, types: TypeNames): TextEdit {
  // What stands before the throw of a constructor may be `super()`, without which nothing can be made.
  if (node['kind'] === 'constructor') return { start: thrown.start, end: thrown.end, text: '' }
  return { start: body.start, end: body.end, text: emptyBody(node, text, types) }
}

function emptyBody(node: Node, text: string, types: TypeNames): string {
  if (node['generator'] === true) return '{}'
  const annotation = node['returnType']
  const type = isNode(annotation) ? annotation['typeAnnotation'] : undefined
  const value = isNode(type) ? emptyValue(type, text, types, node['async'] === true) : 'undefined'
  return `{ return ${value} }`
}
