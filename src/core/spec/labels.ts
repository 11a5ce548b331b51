/** Labels that annotate a task or a design section: `Validates: Requirement 3.3`. */
export type LabelName =
  | 'property'
  | 'test'
  | 'validates'
  | 'requirements'
  | 'depends'
  | 'verify'
  | 'allows'
  | 'class'
  | 'human'

export interface Label {
  name: LabelName
  /** What follows the colon, without emphasis. */
  value: string
}

const NAMES: [RegExp, LabelName][] = [
  [/^property$/i, 'property'],
  [/^tests?$/i, 'test'],
  [/^validates$/i, 'validates'],
  [/^(?:requirements?|要件|需求|требовани[ея])$/i, 'requirements'],
  [/^depends(?: on)?$/i, 'depends'],
  [/^verify$/i, 'verify'],
  [/^allows$/i, 'allows'],
  [/^class$/i, 'class'],
  [/^human$/i, 'human'],
]

/** The label a line (without emphasis) starts with, or null. */
export function readLabel(text: string): Label | null {
  const match = /^([\p{L} ]{2,14}?)\s*[:：]\s*(.*)$/su.exec(text)
  if (match === null) return null
  const name = NAMES.find(([pattern]) => pattern.test(match[1]!))?.[1]
  return name === undefined ? null : { name, value: match[2]! }
}

/** `Validates: Requirements 1.1` at the start of a line or at its end; `before` is the text in front of it. */
export function readValidates(text: string): { before: string; value: string } | null {
  const label = readLabel(text)
  if (label?.name === 'validates') return { before: '', value: label.value }
  const inside = /^(.*?)[\s(]*\bValidates\s*[:：]\s*(Requirements?\b[^)]*)\)?\.?$/i.exec(text)
  return inside === null ? null : { before: inside[1]!, value: inside[2]! }
}

/**
 * What follows the label in the line as written. Globs and commands need this: `src/**` + `/*.ts` holds emphasis marks that are
 * no emphasis. In backticks: exactly what stands there. Otherwise the emphasis around the line is taken away.
 */
export function rawValue(raw: string): string {
  const match = /^([*_]*)[\p{L} ]+([*_]*)\s*[:：]([*_]*)\s*(.*)$/su.exec(raw.trim())
  if (match === null) return ''
  const open = match[1]!.length - match[2]!.length - match[3]!.length
  const value = match[4]!.trimEnd()
  const code = /^(`+)\s?(.*?)\s?\1(?!`)/s.exec(value)
  if (code !== null) return code[2]!
  const ends = open > 0 && value.endsWith(match[1]!.slice(0, open))
  return (ends ? value.slice(0, -open) : value).replace(/\\([*_])/g, '$1').trim()
}
