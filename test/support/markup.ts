import { XMLParser, XMLValidator } from 'fast-xml-parser'

export interface Element {
  name: string
  attributes: Record<string, string>
}

type Node = Record<string, unknown> & { ':@'?: Record<string, string> }

/**
 * Elements of a page in their order. Throws where the page is not well-formed, which is more than browsers ask for: then no text
 * can have opened or closed anything.
 */
export function elementsOf(page: string): Element[] {
  const markup = page.replace(/^<!doctype html>\n/, '')
  const valid = XMLValidator.validate(markup)
  if (valid !== true) throw new Error(`not well-formed at ${valid.err.line}:${valid.err.col}: ${valid.err.msg}`)
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    processEntities: false,
  })
  return (parser.parse(markup) as Node[]).flatMap(walk)
}

function walk(node: Node): Element[] {
  return Object.entries(node).flatMap(([name, inside]) => {
    if (name === ':@' || name === '#text' || !Array.isArray(inside)) return []
    return [{ name, attributes: node[':@'] ?? {} }, ...(inside as Node[]).flatMap(walk)]
  })
}
