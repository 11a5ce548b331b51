import { pattern } from './pattern.ts'

/** Labels that annotate a task or a design section: `Validates: Requirement 3.3`. */
export type LabelName =
  | 'property'
  | 'test'
  | 'validates'
  | 'requirements'
  | 'depends'
  | 'boundary'
  | 'blocked'
  | 'verify'
  | 'allows'
  | 'class'
  | 'human'
  | 'dir'

export interface Label {
  name: LabelName
  /** What follows the colon, without emphasis. */
  value: string
}

const NAMES: Record<LabelName, readonly string[]> = {
  property: ['property'],
  test: ['test', 'tests'],
  validates: ['validates', '验证需求', '検証要件', 'проверяет', 'проверяет требования', 'valida'],
  requirements: [
    ...['requirement', 'requirements', 'req', 'reqs', 'implements'],
    ...['要件', '対応要件', '関連要件', '要求', '需求', '对应需求', '关联需求'],
    ...['требование', 'требования', 'requisito', 'requisitos'],
  ],
  depends: [
    ...['depends', 'depends on', 'dependency', 'dependencies', '依存', '依存関係', '依存タスク', '依赖'],
    ...['依赖任务', 'зависит от', 'зависимости', 'depende de', 'dependencias'],
  ],
  boundary: ['boundary', 'boundaries', '境界', '边界'],
  blocked: ['blocked', 'ブロック', '阻塞'],
  verify: ['verify'],
  allows: ['allows'],
  class: ['class'],
  human: ['human'],
  dir: ['dir'],
}
const BY_WORD = new Map(
  Object.entries(NAMES).flatMap(([name, words]) => words.map((word) => [word, name as LabelName] as const)),
)

/** The label a line (without emphasis) starts with, or null. */
export function readLabel(text: string): Label | null {
  // Found by hand, because every line of every file is asked.
  const ascii = text.indexOf(':')
  const wide = text.indexOf('：')
  const colon = wide < 0 || (ascii >= 0 && ascii < wide) ? ascii : wide
  if (colon < 2 || colon > 23) return null
  const name = BY_WORD.get(text.slice(0, colon).trim().toLowerCase())
  return name === undefined ? null : { name, value: text.slice(colon + 1).trimStart() }
}

const VALIDATES = pattern(String.raw`\bValidates\s?[:：]\s?(?=Requirements?\b|要件|需求|R?\d|[A-Z]{1,5}-\d)`, 'iu')

/** `Validates: Requirements 1.1` at the start of a line, at its end or in it; `before` and `after` are the text around it. */
export function readValidates(text: string): { before: string; value: string; after: string } | null {
  const label = readLabel(text)
  if (label?.name === 'validates') return { before: '', value: label.value, after: '' }
  const inside = VALIDATES.exec(text)
  if (inside === null) return null
  const from = inside.index + inside[0].length
  const close = text.indexOf(')', from)
  const end = close < 0 ? text.length : close
  const value = text.slice(from, end).replace(/\.$/, '')
  const before = text.slice(0, inside.index).replace(/[\s(]{1,4}$/, '')
  return {
    before,
    value,
    after: text
      .slice(end + 1)
      .replace(/^\.$/, '')
      .trim(),
  }
}

const LABEL_LIKE = pattern(String.raw`^([*_]*)[\p{L} ]+([*_]*)\s*[:：]([*_]*)\s*(.*)$`, 'su')

/**
 * What follows the label in the line as written. Globs and commands need this: `src/**` + `/*.ts` holds emphasis marks that are
 * no emphasis. In backticks: exactly what stands there. Otherwise the emphasis around the line is taken away.
 */
export function rawValue(raw: string): string {
  const match = LABEL_LIKE.exec(raw.trim())
  if (match === null) return ''
  const open = match[1]!.length - match[2]!.length - match[3]!.length
  const value = match[4]!.trimEnd()
  const code = /^(`+)\s?(.*?)\s?\1(?!`)/s.exec(value)
  if (code !== null) return code[2]!
  const ends = open > 0 && value.endsWith(match[1]!.slice(0, open))
  return (ends ? value.slice(0, -open) : value).replace(/\\([*_])/g, '$1').trim()
}
