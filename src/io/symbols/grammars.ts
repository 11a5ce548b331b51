import { createRequire } from 'node:module'
import type { Language } from '../../core/symbols/symbols.ts'

/** As much of a tree-sitter node as is used here. */
export interface SyntaxNode {
  type: string
  startIndex: number
  endIndex: number
  parent: SyntaxNode | null
  namedChildren: (SyntaxNode | null)[]
  childForFieldName(name: string): SyntaxNode | null
}

interface Tree {
  rootNode: SyntaxNode
  delete(): void
}

interface TreeSitter {
  Parser: { new (): { setLanguage(language: unknown): void; parse(text: string): Tree | null }; init(): Promise<void> }
  Language: { load(path: string): Promise<unknown> }
}

export interface Grammars {
  /** `use` gets the root of the parsed text, which lives no longer; null where the language cannot be parsed. */
  parse<T>(language: Language, text: string, use: (root: SyntaxNode) => T): Promise<T | null>
}

const PACKAGE = '@vscode/tree-sitter-wasm'

/** Prebuilt grammars; null where the package is not installed. Each grammar loads when a file needs it. */
export async function loadGrammars(): Promise<Grammars | null> {
  const require = createRequire(import.meta.url)
  let library: TreeSitter
  try {
    library = require(PACKAGE) as TreeSitter
  } catch {
    return null
  }
  await library.Parser.init()
  const parser = new library.Parser()
  const languages = new Map<Language, Promise<unknown>>()
  const load = (name: Language) => {
    const known =
      languages.get(name) ?? library.Language.load(require.resolve(`${PACKAGE}/wasm/tree-sitter-${name}.wasm`))
    languages.set(name, known)
    return known
  }
  return {
    async parse(language, text, use) {
      parser.setLanguage(await load(language))
      const tree = parser.parse(text)
      if (tree === null) return null
      try {
        return use(tree.rootNode)
      } finally {
        tree.delete()
      }
    },
  }
}
