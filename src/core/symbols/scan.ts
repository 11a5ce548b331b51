import { type FileSymbols, type Language, languageOf } from './symbols.ts'
import { wordsOf } from './words.ts'

const MOST_NAMES = 60
const MOST_IMPORTS = 40

/**
 * Lines that look like declarations, by language. Quick and good enough to rank by: it reads tens of megabytes a second,
 * which no parser does, and what is shown in the end is parsed.
 */
const SCRIPT = {
  declares:
    /^[ \t]{0,4}(?:export[ \t]+)?(?:default[ \t]+)?(?:declare[ \t]+)?(?:abstract[ \t]+)?(?:async[ \t]+)?(?:function\*?|class|interface|type|enum|const|let|var|namespace)[ \t]+([A-Za-z_$][\w$]*)/gm,
  imports: /(?:\bfrom|\bimport|\brequire\()\s*['"]([^'"\n]{1,200})['"]/g,
}
const PATTERNS: Record<Language, { declares: RegExp; imports: RegExp }> = {
  typescript: SCRIPT,
  tsx: SCRIPT,
  javascript: SCRIPT,
  python: {
    declares: /^[ \t]{0,4}(?:async[ \t]+)?(?:def|class)[ \t]+([A-Za-z_]\w*)/gm,
    imports: /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w.]+))/gm,
  },
  go: {
    // A line of a group, `\tLimit = 3` or `\tStore interface {`, is known by its name for others.
    declares:
      /^(?:func[ \t]+(?:\([^)\n]*\)[ \t]*)?|type[ \t]+|var[ \t]+|const[ \t]+)([A-Za-z_]\w*)|^\t([A-Z]\w*)(?=(?:[ \t]+[\w.*[\]]+)?[ \t]*=[ \t]|[ \t]+(?:struct|interface)\b|[ \t]*(?:\/\/[^\n]*)?$)/gm,
    imports: /^(?:import[ \t]+|[ \t]+)(?:[\w.]+[ \t]+)?"([^"\n]{1,200})"(?=[ \t]*(?:\/\/[^\n]*)?$)/gm,
  },
  rust: {
    declares:
      /^[ \t]{0,4}(?:pub(?:\([^)\n]*\))?[ \t]+)?(?:default[ \t]+)?(?:const[ \t]+)?(?:async[ \t]+)?(?:unsafe[ \t]+)?(?:extern[ \t]+"[^"\n]*"[ \t]+)?(?:fn|struct|enum|trait|type|mod|static|const|union|macro_rules!)[ \t]+([A-Za-z_]\w*)/gm,
    imports: /^[ \t]*(?:pub[ \t]+)?use[ \t]+([\w:]+)/gm,
  },
  java: {
    declares:
      /^[ \t]{0,4}(?:(?:public|protected|private|static|final|abstract|sealed|default|synchronized)[ \t]+)*(?:(?:class|interface|enum|record|@interface)[ \t]+([A-Za-z_]\w*)|[\w<>[\],.? ]+[ \t]+([A-Za-z_]\w*)[ \t]*\([^;\n]*$)/gm,
    imports: /^import[ \t]+(?:static[ \t]+)?([\w.]+)/gm,
  },
}

/** Words that stand where Java has a name without being one. */
const NO_NAME = /^(?:if|for|while|switch|catch|return|new|else|throw|try|synchronized)$/

/** Names and imports of one file; null where its language is not known. Linear in the text. */
export function scanFile(path: string, text: string): FileSymbols | null {
  const language = languageOf(path)
  if (language === null) return null
  const { declares, imports } = PATTERNS[language]
  const names = found(text, declares, MOST_NAMES)
  return { path, names, words: [...wordsOf(names.join(' '))], imports: found(text, imports, MOST_IMPORTS) }
}

function found(text: string, pattern: RegExp, most: number): string[] {
  const names = new Set<string>()
  for (const [, one, other] of text.matchAll(pattern)) {
    const name = one ?? other
    if (name !== undefined && !NO_NAME.test(name)) names.add(name)
    if (names.size >= most) break
  }
  return [...names]
}
