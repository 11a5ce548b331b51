import type { ParserPlugin } from '@babel/parser'
import { parse } from '../babel.ts'
import type { Node } from '../verdict/syntax.ts'

/** The program in a source file, read in the language that its name says; null where it cannot be parsed. */
export function parseSource(path: string, text: string): Node | null {
  const plugins: ParserPlugin[] = ['decorators-legacy', 'explicitResourceManagement']
  if (/\.[cm]?tsx?$/.test(path)) plugins.push('typescript')
  if (/\.([cm]?js|[jt]sx)$/.test(path)) plugins.push('jsx')
  const sourceType = /\.cjs$/.test(path) ? 'script' : 'unambiguous'
  try {
    const options = { sourceType, plugins, allowReturnOutsideFunction: true } as const
    return parse(text, { ...options, plugins }).program as unknown as Node
  } catch {
    return null
  }
}

/** What a program does apart from how it is written: positions, comments and brackets left out. */
export function shapeOf(node: Node): string {
  return JSON.stringify(node, (key, value) =>
    ['start', 'end', 'loc', 'extra', 'comments', 'range'].includes(key) || key.endsWith('Comments') ? undefined : value,
  )
}
