import { isNode, type Node } from './syntax.ts'

/** Interfaces and type aliases by name, each with the source text that its positions refer to. */
export type TypeNames = Map<string, { node: Node; text: string }>

const KEYWORDS = new Map([
  ['TSNumberKeyword', '0'],
  ['TSStringKeyword', "''"],
  ['TSBooleanKeyword', 'false'],
  ['TSBigIntKeyword', '0n'],
  ['TSNullKeyword', 'null'],
  ['TSObjectKeyword', '({})'],
  ['TSArrayType', '[]'],
  ['TSTupleType', '[]'],
])

const CONTAINERS = new Map([
  ['Array', '[]'],
  ['ReadonlyArray', '[]'],
  ['Iterable', '[]'],
  ['Map', 'new Map()'],
  ['ReadonlyMap', 'new Map()'],
  ['Set', 'new Set()'],
  ['ReadonlySet', 'new Set()'],
  ['Record', '({})'],
  ['Partial', '({})'],
  ['Date', 'new Date(0)'],
])

/** An empty value this deep is as good as undefined. */
const DEEPEST = 6

/** Source of the expression that is the empty value of a type. What we cannot tell is `undefined`. */
export function emptyValue(type: Node, text: string, types: TypeNames, inAsync = false, depth = 0): string {
  if (depth > DEEPEST) return 'undefined'
  const of = (node: unknown): string => (isNode(node) ? emptyValue(node, text, types, false, depth + 1) : 'undefined')
  const keyword = KEYWORDS.get(type.type)
  if (keyword) return keyword
  switch (type.type) {
    case 'TSLiteralType':
      return literal(type, text)
    case 'TSUnionType':
      return emptyOfUnion(type, of)
    case 'TSParenthesizedType':
    case 'TSTypeOperator':
      return of(type['typeAnnotation'])
    case 'TSFunctionType':
      return `(() => (${of(returnOf(type))}))`
    case 'TSTypeLiteral':
      return emptyObject(type['members'], text, of)
    case 'TSTypeReference':
      return emptyOfReference(type, text, types, inAsync, depth)
    default:
      return 'undefined'
  }
}

/** A template of other types is no value: of `item-${number}` no case is the empty one. */
function literal(type: Node, text: string): string {
  const node = type['literal']
  const template = isNode(node) && /^(TemplateLiteral|TSTemplateLiteralType)$/.test(node.type)
  return template ? "''" : text.slice(type.start, type.end)
}

function emptyOfUnion(type: Node, of: (node: unknown) => string): string {
  const members = Array.isArray(type['types']) ? type['types'].filter(isNode) : []
  if (members.some((member) => ['TSUndefinedKeyword', 'TSVoidKeyword'].includes(member.type))) return 'undefined'
  if (members.some((member) => member.type === 'TSNullKeyword')) return 'null'
  return of(members[0])
}

function returnOf(node: Node): unknown {
  const annotation = node['returnType'] ?? node['typeAnnotation']
  return isNode(annotation) ? annotation['typeAnnotation'] : undefined
}

function emptyOfReference(type: Node, text: string, types: TypeNames, inAsync: boolean, depth: number): string {
  const id = type['typeName']
  const name = isNode(id) ? String(id['name'] ?? '') : ''
  if (name === 'Promise') {
    const parameters = type['typeArguments'] ?? type['typeParameters']
    const first = isNode(parameters) && Array.isArray(parameters['params']) ? parameters['params'][0] : undefined
    const inner = isNode(first) ? emptyValue(first, text, types, false, depth + 1) : 'undefined'
    return inAsync ? inner : `Promise.resolve(${inner})`
  }
  const declared = types.get(name)
  if (!declared) return CONTAINERS.get(name) ?? 'undefined'
  // Within itself a type is unknown: a tree without children ends here, and two types that refer to each other too.
  const others = new Map(types)
  others.delete(name)
  const of = (node: unknown): string =>
    isNode(node) ? emptyValue(node, declared.text, others, false, depth + 1) : 'undefined'
  if (declared.node.type === 'TSTypeAliasDeclaration') return of(declared.node['typeAnnotation'])
  const body = declared.node['body']
  return isNode(body) ? emptyObject(body['body'], declared.text, of) : '{}'
}

function emptyObject(members: unknown, text: string, of: (node: unknown) => string): string {
  if (!Array.isArray(members)) return '({})'
  const fields: string[] = []
  for (const member of members.filter(isNode)) {
    const key = member['key']
    if (!isNode(key) || member['optional'] === true) continue
    if (member['kind'] === 'set') continue
    const written = text.slice(key.start, key.end)
    const name = member['computed'] === true ? `[${written}]` : written
    const value = of(returnOf(member))
    const method = member.type === 'TSMethodSignature' && member['kind'] !== 'get'
    fields.push(method ? `${name}: () => (${value})` : `${name}: ${value}`)
  }
  return `({ ${fields.join(', ')} })`
}
