import { parse } from '../babel.ts'
import { isNode, type Node, walk } from '../verdict/syntax.ts'

/** A declaration at the top of a file. */
export interface Declaration {
  name: string
  /** `function`, `class`, `interface`, `type`, `enum`, `const`, or what a language calls it. */
  kind: string
  /** 1-based. */
  line: number
  exported: boolean
  /** Comment above it, with its marks; empty where there is none. */
  doc: string
  /** Declaration without bodies, with the members that may be used from outside and their comments. */
  signature: string
}

/** Longest value of a constant that is shown. */
const LONGEST_VALUE = 120

/**
 * What a TypeScript or JavaScript file declares at its top, in its order; null when it is another language or cannot be
 * parsed. Re-exports count as declarations without a name.
 */
export function declarationsOf(path: string, text: string): Declaration[] | null {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return null
  const program = parseModule(path, text)
  if (program === null) return null
  const found: Declaration[] = []
  for (const node of nodes(program['body'])) found.push(...read(node, text))
  return found
}

/** Shape of a file that others build upon: what it exports and the types that this names, bodies left out. */
export function outlineOf(path: string, text: string): string | null {
  const all = declarationsOf(path, text)
  if (all === null || !all.some((one) => one.exported)) return null
  const shown = all.filter((one) => one.exported)
  for (let at = 0; at < shown.length; at++) {
    const words = new Set(shown[at]!.signature.match(/[A-Za-z_$][\w$]*/g))
    shown.push(...all.filter((one) => isType(one) && words.has(one.name) && !shown.includes(one)))
  }
  const lines = all.filter((one) => shown.includes(one)).map((one) => (one.doc ? `${one.doc}\n` : '') + one.signature)
  return `${lines.join('\n')}\n`
}

/** An outline without its comments. */
export function withoutComments(outline: string): string {
  return outline.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*\n/gm, '')
}

function isType({ kind }: Declaration): boolean {
  return ['interface', 'type', 'enum', 'class'].includes(kind)
}

/** The program of a TypeScript or JavaScript file; null where it cannot be parsed at all. */
export function parseModule(path: string, text: string): Node | null {
  try {
    const typed = /\.[cm]?tsx?$/.test(path)
    const jsx = /x$|\.[cm]?js$/.test(path)
    const plugins = [...(typed ? (['typescript'] as const) : []), ...(jsx ? (['jsx'] as const) : [])]
    const program = parse(text, {
      sourceType: 'unambiguous',
      plugins,
      errorRecovery: true,
      createParenthesizedExpressions: false,
    }).program
    return program as unknown as Node
  } catch {
    // A file that cannot be parsed is shown as it is.
    return null
  }
}

export function nodes(value: unknown): Node[] {
  return (Array.isArray(value) ? value : [value]).filter(isNode)
}

function read(statement: Node, text: string): Declaration[] {
  const exported = statement.type.startsWith('Export')
  const inner = exported && isNode(statement['declaration']) ? statement['declaration'] : statement
  const common = { line: lineOf(statement, text), exported, doc: docOf(statement, text) }
  if (exported && inner === statement)
    return [{ ...common, name: '', kind: 'export', signature: text.slice(statement.start, statement.end) }]
  const kind = KINDS[inner.type]
  if (kind === undefined) return []
  const names =
    inner.type === 'VariableDeclaration' ? nodes(inner['declarations']).map((one) => one['id']) : [inner['id']]
  const name = names.map((id) => (isNode(id) ? String(id['name'] ?? '') : '')).join(', ')
  return [{ ...common, name, kind, signature: withoutBodies(statement, inner, text) }]
}

const KINDS: Record<string, string> = {
  FunctionDeclaration: 'function',
  TSDeclareFunction: 'function',
  ClassDeclaration: 'class',
  TSInterfaceDeclaration: 'interface',
  TSTypeAliasDeclaration: 'type',
  TSEnumDeclaration: 'enum',
  TSModuleDeclaration: 'namespace',
  VariableDeclaration: 'const',
}

interface Cut {
  start: number
  end: number
  text: string
}

/** The statement's text without function bodies, private members and long values. */
function withoutBodies(statement: Node, inner: Node, text: string): string {
  const cuts: Cut[] = []
  if (inner.type === 'VariableDeclaration') for (const one of nodes(inner['declarations'])) cuts.push(...valueCut(one))
  else if (inner.type === 'ClassDeclaration') cuts.push(...classCuts(inner, text))
  else if (inner.type === 'FunctionDeclaration') cuts.push(...bodyCut(inner))
  let kept = text.slice(statement.start, statement.end)
  for (const cut of cuts.reverse())
    kept = kept.slice(0, cut.start - statement.start) + cut.text + kept.slice(cut.end - statement.start)
  return kept
    .replace(/[ \t]+$/gm, '')
    .replace(/\n(?:[ \t]*\n)+/g, '\n')
    .trimEnd()
}

function bodyCut(node: Node): Cut[] {
  const body = node['body']
  if (!isNode(body)) return []
  const before = nodes(node['returnType']).at(-1)?.end ?? body.start
  return [{ start: Math.max(before, body.start - 1), end: body.end, text: '' }]
}

function valueCut(declarator: Node): Cut[] {
  const value = declarator['init']
  if (!isNode(value)) return []
  const body = value['body']
  if (/Function/.test(value.type) && isNode(body)) return [{ start: body.start, end: body.end, text: '...' }]
  let functions = 0
  walk(value, (node) => {
    if (/Function|Class/.test(node.type)) functions++
  })
  const long = value.end - value.start > LONGEST_VALUE || functions > 0
  return long ? [{ start: value.start, end: value.end, text: '...' }] : []
}

function classCuts(node: Node, text: string): Cut[] {
  const body = node['body']
  if (!isNode(body)) return []
  const cuts: Cut[] = []
  let from = body.start + 1
  for (const member of nodes(body['body'])) {
    if (isHidden(member)) cuts.push({ start: from, end: member.end, text: '' })
    else if (isNode(member['body'])) cuts.push(...bodyCut(member))
    else cuts.push(...memberValueCut(member, text))
    from = member.end
  }
  return cuts
}

function memberValueCut(member: Node, text: string): Cut[] {
  const value = member['value']
  if (!isNode(value) || value.end - value.start <= LONGEST_VALUE) return []
  return [{ start: value.start, end: text[value.end] === ';' ? value.end + 1 : value.end, text: '...' }]
}

function isHidden(member: Node): boolean {
  const key = member['key']
  return (
    member['accessibility'] === 'private' ||
    /Private/.test(member.type) ||
    member.type === 'StaticBlock' ||
    (isNode(key) && key.type === 'PrivateName')
  )
}

function docOf(statement: Node, text: string): string {
  const last = nodes(statement['leadingComments']).at(-1)
  if (last === undefined || last.type !== 'CommentBlock' || text[last.start + 2] !== '*') return ''
  return text.slice(last.start, last.end)
}

function lineOf(node: Node, text: string): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < node.start; at = text.indexOf('\n', at + 1)) line++
  return line
}
