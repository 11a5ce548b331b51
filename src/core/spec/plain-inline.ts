import type { PhrasingContent } from 'mdast'
import { pattern } from './pattern.ts'
import { matchesOf } from './words.ts'

/** Characters that may mean something inside a line. */
const SPECIAL = /[\\`*_[\]<>&!~]/
const ENTITY = /&(?:[a-z]|#)/i
const WORD = String.raw`[\p{L}\p{N}]`
/** `**words**` or `*words*` whose marks surely open and close: words stand inside, space or nothing outside. */
const MARKED = pattern(
  String.raw`(?<=^|[\s(])(\*{1,2})(${WORD}(?:[^*_\x60~\n]*${WORD})?[:.)）]?)\1(?=$|[\s:.,;)])`,
  'gu',
)
/** A star behind a box can open nothing and has nothing to close. */
const STARRED_BOX = /^\[.?\]\*(?= )/
const EMPHASIS = pattern(String.raw`^([_*])(${WORD}(?:[^*_\x60~\n]*[\p{L}\p{N})）])?)\1$`, 'u')

/** What may make a text another than it is written, and an underscore that does not stand inside a word. */
const MARK = /[\\`*<&~]|\]\(/
const EDGE = pattern(String.raw`(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])`, 'u')
/** Code in single backticks, and no other marks. */
const WITH_CODE = /^[^\\`*_<&~]*(?:`[^`\s](?:[^`]*[^`\s])?`[^\\`*_<&~]+)*(?:`[^`\s](?:[^`]*[^`\s])?`)?$/
/** A line whose words are all marked: `_Requirements: 1.1_`, `**Validates: 2**`. */
const ALL_MARKED = pattern(
  String.raw`^(?:_(${WORD}(?:[^\\*_\x60~<&\n]*[\p{L}\p{N})）])?)_|\*\*(${WORD}(?:[^\\*_\x60~<&\n]*${WORD})?[:.)）]?)\*\*)$`,
  'u',
)

/**
 * The text of a line without emphasis, code with its backticks, where its form leaves no doubt; null where its nodes have
 * to be looked at. The same as the text of `plainInline`, and found without nodes.
 */
export function plainText(text: string): string | null {
  if (!MARK.test(text) && (!text.includes('_') || !EDGE.test(text))) return text
  if (text.includes('](')) return null
  const all = ALL_MARKED.exec(text)
  if (all !== null) return all[1] ?? all[2]!
  return text.includes('`') && WITH_CODE.test(text) ? text : null
}

/**
 * The inline content of one line of text, where its form leaves no doubt: words, code, and emphasis around whole words. Null
 * where the library has to look. Nodes carry no positions.
 */
export function plainInline(text: string): PhrasingContent[] | null {
  if (!SPECIAL.test(text)) return [{ type: 'text', value: text }]
  if (text.includes('\\') || text.includes('](') || text.includes('![') || /~.*~/.test(text) || ENTITY.test(text))
    return null
  const marked = /[*_`]/.test(text)
  if (text.includes('<') && (marked || /<[^\s<]*[:@]/.test(text))) return null
  if (!marked) return [{ type: 'text', value: text }]
  const box = STARRED_BOX.exec(text)?.[0]
  if (box !== undefined) {
    const rest = plainInline(text.slice(box.length))
    return rest === null ? null : [{ type: 'text', value: box }, ...rest]
  }
  const whole = EMPHASIS.exec(text)
  if (whole !== null) return [{ type: 'emphasis', children: [{ type: 'text', value: whole[2]! }] }]
  return text.includes('`') ? withCode(text) : withStrong(text)
}

/** Code in single backticks, text without any mark around it. */
function withCode(text: string): PhrasingContent[] | null {
  if (text.includes('``')) return null
  const parts = text.split('`')
  if (parts.length % 2 === 0) return null
  const found: PhrasingContent[] = []
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      const padded = part.startsWith(' ') && part.endsWith(' ') && part.trim() !== ''
      found.push({ type: 'inlineCode', value: padded ? part.slice(1, -1) : part })
    } else if (part !== '') {
      const words = withStrong(part)
      if (words === null) return null
      found.push(...words)
    }
  }
  return found
}

/** Text with marked words. Other marks make it the library's business, but for those inside a `snake_name`. */
function withStrong(text: string): PhrasingContent[] | null {
  const found: PhrasingContent[] = []
  let from = 0
  const put = (value: string): boolean => {
    if (value.includes('*') || EDGE.test(value)) return false
    if (value !== '') found.push({ type: 'text', value })
    return true
  }
  for (const match of matchesOf(MARKED, text)) {
    if (!put(text.slice(from, match.index))) return null
    const children: PhrasingContent[] = [{ type: 'text', value: match[2]! }]
    found.push({ type: match[1] === '**' ? 'strong' : 'emphasis', children })
    from = match.index + match[0].length
  }
  return put(text.slice(from)) ? found : null
}
