import type { EarsPattern } from './spec.ts'

const BY_KEYWORD: Record<string, EarsPattern> = { WHEN: 'event', WHILE: 'state', WHERE: 'optional', IF: 'unwanted' }

/** Whether a sentence says what the system must do. */
export function hasShall(text: string): boolean {
  return /\bSHALL\b/i.test(text)
}

/**
 * The EARS pattern of a requirement sentence; `none` where nothing says SHALL (or MUST). Keywords count before SHALL only,
 * at the start of a clause; WHEN and WHILE in capitals count anywhere there ("WHERE" and "IF" in mid-clause are often SQL or code).
 */
export function earsPattern(text: string): EarsPattern {
  const prose = text.replace(/`[^`]*`/g, ' x ')
  const shall = /\b(?:SHALL|MUST)\b/i.exec(prose)
  if (shall === null) return 'none'
  const keywords = keywordsOf(prose.slice(0, shall.index))
  if (keywords.length === 0) return 'ubiquitous'
  if (keywords.length > 1) return 'complex'
  return BY_KEYWORD[keywords[0]!] ?? 'ubiquitous'
}

function keywordsOf(condition: string): string[] {
  const found = new Map<number, string>()
  const clause = /(^[^\p{L}\p{N}]*|[,;，、；:：]\s*(?:and\s+|then\s+|or\s+)?)(WHEN|WHILE|WHERE|IF)(?![\p{L}\p{N}_-])/giu
  for (const match of condition.matchAll(clause)) found.set(match.index + match[1]!.length, match[2]!.toUpperCase())
  for (const match of condition.matchAll(/(?<![\p{L}\p{N}_-])(WHEN|WHILE)(?![\p{L}\p{N}_-])/gu)) {
    found.set(match.index, match[1]!)
  }
  // "IF a, OR IF b" and "WHEN a, WHEN b" repeat one keyword: still one pattern.
  return [...new Set([...found.entries()].sort(([a], [b]) => a - b).map(([, keyword]) => keyword))]
}
