import { declarationsOf } from './outline.ts'

const BODY = /\s*\{\s*throw new Error\((['"`])not implemented\1\);?\s*\}/g

/**
 * A stub without its bodies, all of which say `not implemented`; null where anything in it is more than a stub, or is in a
 * language of which nothing is known.
 */
export function stubOutline(path: string, text: string): string | null {
  const all = declarationsOf(path, text)
  if (all === null) return null
  const bare = text.replace(BODY, '')
  // What still has a body is code, not a stub.
  if (
    /=>\s*[^\s(]|\breturn\b|\bthrow\b|^\s*(?:if|for|while)\b/m.test(bare.replace(/=>\s*[\w<>[\]|. ]+(?=[,);\n])/g, ''))
  )
    return null
  return bare.trim()
}

/** Whether a text (the design) holds every declaration of a stub, so that the stub need not be shown as well. */
export function holdsDeclarations(design: string, path: string, stub: string): boolean {
  const given = squeezed(design)
  const all = declarationsOf(path, stub) ?? []
  return all.length > 0 && all.every((one) => given.includes(squeezed(one.signature)))
}

/** Without comments, blanks and what formatters differ in. */
function squeezed(code: string): string {
  return code
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/\bexport\b/g, '')
    .replace(/["`]/g, "'")
    .replace(/\s+/g, '')
    .replace(/[;,](?=[)}\]])|;/g, '')
}
