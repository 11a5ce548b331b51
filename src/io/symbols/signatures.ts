import type { Language, Signature } from '../../core/symbols/symbols.ts'
import { goSignatures } from './go-signatures.ts'
import type { SyntaxNode } from './grammars.ts'

interface Shape {
  /** Nodes that declare something. */
  declares: RegExp
  /** Nodes whose children are looked at as well. */
  holds: RegExp
  exported(node: SyntaxNode, text: string): boolean
}

const textOf = (node: SyntaxNode, text: string) => text.slice(node.startIndex, node.endIndex)
const SCRIPT: Shape = {
  declares:
    /^(?:(?:generator_)?function_declaration|function_signature|(?:abstract_)?class_declaration|interface_declaration|type_alias_declaration|enum_declaration|variable_declarator|method_definition|(?:abstract_)?method_signature)$/,
  holds: /^(?:program|export_statement|ambient_declaration|lexical_declaration|variable_declaration|class_body)$/,
  exported: (node, text) => {
    for (let at: SyntaxNode | null = node; at; at = at.parent) {
      if (at.type === 'export_statement') return !/^(?:private\b|#)/.test(textOf(node, text))
    }
    return false
  },
}
const SHAPES: Record<Exclude<Language, 'go'>, Shape> = {
  typescript: SCRIPT,
  tsx: SCRIPT,
  javascript: SCRIPT,
  python: {
    declares: /^(?:function_definition|class_definition)$/,
    holds: /^(?:module|decorated_definition|block)$/,
    // How an object is made is asked for first.
    exported: (node, text) => /^(?:[^_]|__init__$)/.test(textOf(node.childForFieldName('name') ?? node, text)),
  },
  rust: {
    declares:
      /^(?:function_item|function_signature_item|struct_item|enum_item|union_item|trait_item|type_item|const_item|static_item|macro_definition)$/,
    holds: /^(?:source_file|impl_item|mod_item|declaration_list)$/,
    exported: (node, text) =>
      /^pub\b/.test(textOf(node, text)) ||
      node.type === 'macro_definition' ||
      node.parent?.parent?.type === 'trait_item',
  },
  java: {
    declares: /^(?:class|interface|enum|record|annotation_type|method|constructor)_declaration$/,
    holds: /^(?:program|class_body|interface_body|enum_body|enum_body_declarations|record_body)$/,
    exported: (node, text) => {
      const modifiers = node.namedChildren.find((child) => child?.type === 'modifiers')
      const words = modifiers ? textOf(modifiers, text) : ''
      return /\b(?:public|protected)\b/.test(words) || node.parent?.type === 'interface_body'
    },
  },
}

const DEEPEST = 5
const MOST = 60
/** Types are shown by their names: what they hold is for who asks. */
const TYPE = /^(?:(?:abstract_)?class|interface|type|enum|struct|trait|union|record|annotation_type)_/

/** Declarations of a parsed file, members of its types included, in their order; at most 60. */
export function signaturesOf(language: Language, root: SyntaxNode, text: string): Signature[] {
  if (language === 'go') return goSignatures(root, text).slice(0, MOST)
  const shape = SHAPES[language]
  const found: Signature[] = []
  const visit = (node: SyntaxNode, owner: string, depth: number) => {
    if (found.length >= MOST || depth > DEEPEST) return
    const name = node.childForFieldName('name')
    const body = node.childForFieldName('body')
    if (shape.declares.test(node.type) && name !== null) {
      const own = owner === '' ? textOf(name, text) : `${owner}.${textOf(name, text)}`
      found.push({ name: own, text: lineOf(node, name, body, own, text), exported: shape.exported(node, text) })
      if (TYPE.test(node.type) && body !== null)
        for (const child of body.namedChildren) if (child) visit(child, own, depth + 1)
      return
    }
    if (!shape.holds.test(node.type)) return
    const type = node.type === 'impl_item' ? node.childForFieldName('type') : null
    for (const child of node.namedChildren) if (child) visit(child, type ? textOf(type, text) : owner, depth + 1)
  }
  visit(root, '', 0)
  return found
}

/** `take(limit: number): Job` of a function, `interface Job` of a type, the name alone of a value. */
function lineOf(node: SyntaxNode, name: SyntaxNode, body: SyntaxNode | null, own: string, text: string): string {
  const squeezed = (from: number, to: number) =>
    text
      .slice(from, to)
      .replace(/\s+/g, ' ')
      .replace(/([([]) /g, '$1')
      .replace(/,? ([)\]])/g, '$1')
      .trim()
  if (TYPE.test(node.type)) return `${/(?:abstract_)?([a-z]+)_/.exec(node.type)?.[1]} ${own}`
  const value = node.childForFieldName('value')
  const arrow = value && /function/.test(value.type) ? value : null
  if (!/function|method|constructor/.test(node.type) && arrow === null) return own
  const end = (arrow ?? node).childForFieldName('body')?.startIndex ?? body?.startIndex ?? node.endIndex
  const rest = squeezed(arrow ? arrow.startIndex : name.endIndex, end).replace(/\s*(?:=>|[{:;])$/, '')
  return `${own}${rest.replace(/^(?:async )?(?:function\b)?\s*/, '')}`
}
