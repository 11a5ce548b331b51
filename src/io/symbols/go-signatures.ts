import type { Signature } from '../../core/symbols/symbols.ts'
import type { SyntaxNode } from './grammars.ts'

/** Longest value of a constant and longest list of fields that are shown. */
const LONGEST_VALUE = 40
const LONGEST_FIELDS = 400

/** Declarations of a Go file: methods with their types, interfaces with what they ask for, structs with their open fields. */
export function goSignatures(root: SyntaxNode, text: string): Signature[] {
  return root.namedChildren.flatMap((node) => (node === null ? [] : declared(node, text)))
}

function declared(node: SyntaxNode, text: string): Signature[] {
  const inside = () => node.namedChildren.flatMap((child) => (child === null ? [] : declared(child, text)))
  switch (node.type) {
    case 'type_declaration':
    case 'const_declaration':
    case 'var_declaration':
    case 'var_spec_list':
      return inside()
    case 'function_declaration':
    case 'method_declaration':
      return [ofFunction(node, text)]
    case 'type_spec':
    case 'type_alias':
      return ofType(node, text)
    case 'const_spec':
    case 'var_spec':
      return ofValues(node, text)
  }
  return []
}

const squeezed = (text: string, from: number, to: number) =>
  text
    .slice(from, to)
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/([([]) /g, '$1')
    .replace(/,? ([)\]])/g, '$1')
    .trim()
const whole = (node: SyntaxNode, text: string) => squeezed(text, node.startIndex, node.endIndex)
const isExported = (name: string) => /^\p{Lu}/u.test(name)

function ofFunction(node: SyntaxNode, text: string): Signature {
  const name = node.childForFieldName('name') ?? node
  const receiver = node.childForFieldName('receiver')
  const owner = receiver && /([\p{L}_][\p{L}\p{N}_]*)(?:\[[^\]]*\])?\s*\)$/u.exec(whole(receiver, text))?.[1]
  const plain = whole(name, text)
  const own = owner ? `${owner}.${plain}` : plain
  const end = node.childForFieldName('body')?.startIndex ?? node.endIndex
  const exported = isExported(plain) && (!owner || isExported(owner))
  return { name: own, text: `${own}${squeezed(text, name.endIndex, end)}`, exported }
}

function ofType(node: SyntaxNode, text: string): Signature[] {
  const name = node.childForFieldName('name')
  const type = node.childForFieldName('type')
  if (name === null || type === null) return []
  const own = whole(name, text)
  const exported = isExported(own)
  const head = `${own}${squeezed(text, name.endIndex, type.startIndex).replace(/\s*=$/, '')}`
  const one = (kind: string, rest: string): Signature => ({ name: own, text: `${kind} ${head}${rest}`, exported })
  if (type.type === 'struct_type') return [one('struct', fieldsOf(type, text))]
  if (type.type !== 'interface_type') {
    const equal = node.type === 'type_alias' ? ' = ' : ' '
    const written = whole(type, text)
    return [one('type', written.length <= LONGEST_FIELDS ? equal + written : '')]
  }
  const methods = type.namedChildren.flatMap((child): Signature[] => {
    const method = child && /^method_(elem|spec)$/.test(child.type) ? child.childForFieldName('name') : null
    if (method === null || child === null) return []
    const full = `${own}.${whole(method, text)}`
    return [{ name: full, text: `${own}.${whole(child, text)}`, exported: exported && isExported(whole(method, text)) }]
  })
  return [one('interface', ''), ...methods]
}

function fieldsOf(struct: SyntaxNode, text: string): string {
  const list = struct.namedChildren.find((child) => child?.type === 'field_declaration_list')
  const fields = (list?.namedChildren ?? []).flatMap((field) => {
    if (field?.type !== 'field_declaration') return []
    const tag = field.childForFieldName('tag')
    const written = squeezed(text, field.startIndex, tag?.startIndex ?? field.endIndex)
    return isExported(written.replace(/^\*?(?:\w+\.)?/, '')) ? [written] : []
  })
  const shown: string[] = []
  let length = 0
  for (const field of fields) {
    length += field.length + 2
    if (length > LONGEST_FIELDS) break
    shown.push(field)
  }
  const left = fields.length - shown.length
  return fields.length === 0 ? '' : ` { ${[...shown, ...(left > 0 ? [`${left} more`] : [])].join('; ')} }`
}

function ofValues(node: SyntaxNode, text: string): Signature[] {
  const written = whole(node, text)
  const names = /^[\p{L}_][\p{L}\p{N}_]*(?:, ?[\p{L}_][\p{L}\p{N}_]*)*/u.exec(written)?.[0].split(/, ?/) ?? []
  const rest = names.length === 1 ? written.slice(names[0]!.length) : ''
  const shown = rest.length <= LONGEST_VALUE ? rest : ''
  const kind = node.type === 'const_spec' ? 'const ' : ''
  return names.map((name) => ({ name, text: `${kind}${name}${shown}`, exported: isExported(name) }))
}
