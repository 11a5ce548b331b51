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

const FUNCTIONS: [path: RegExp, each: RegExp, stub: RegExp][] = [
  [/\.go$/, /^func\b/gm, /\{\s*panic\("not implemented[^"\n]*"\)\s*\}/g],
  [/\.pyi?$/, /^[ \t]*(?:async[ \t]+)?def\b/gm, /\braise NotImplementedError\b/g],
]

/** Whether a file is nothing but a stub: it has functions, and all of them only say that they are not implemented. */
export function isStub(path: string, text: string): boolean {
  const known = FUNCTIONS.find(([pattern]) => pattern.test(path))
  if (known === undefined) return /\bnot implemented\b/.test(text) && stubOutline(path, text) !== null
  const [all, stubs] = [text.match(known[1]), text.match(known[2])]
  return all !== null && all.length === stubs?.length
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
