/** A run of lines that Markdown reads the same alone as in its file: indexes of lines, `to` behind the last. */
export interface Chunk {
  from: number
  to: number
}

const HEADING = /^#{1,6}(?:[ \t]|$)/
/** A bullet with words behind it: another block behind it is read differently where a paragraph stands above. */
const BULLET = /^[-*+] {1,4}(?:[^\s\-+*#>`~<=|\d]|\*\*[^\s*]|\d+[^.)\d]|`[^`])/
/** Bullets, numbers and quotation marks in front of what a line starts with. */
const PREFIX = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|>[ \t]*)*/
const FENCE = /^(?:`{3,}(?=[^`]*$)|~{3,})/
const RAW_HTML = /^<(?:script|pre|style|textarea|\?|!\[|![a-z])/i

/** A block that is open behind a line, as far as the start of a chunk would care. */
type Open =
  | { kind: 'fence'; indent: number; marks: string }
  | { kind: 'comment'; indent: number }
  /** HTML or text with a tag in it: both end at a blank line, and till then nothing may stand that tells them apart. */
  | { kind: 'tag' }

/**
 * Cuts a file before its headings and top-level bullets: what stands at the left edge ends everything above it but a code
 * fence or HTML of the file's own level. Where it cannot be told whether one is open, the rest stays in one piece.
 */
export function chunksOf({ body, lines }: { body: string; lines: readonly string[] }): Chunk[] {
  const chunks: Chunk[] = []
  const mayOpen = hasOpening(body)
  let open: Open | null = null
  let from = 0
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index]!
    if (open === null && index > from && startsBlock(text)) {
      chunks.push({ from, to: index })
      from = index
    }
    if (!mayOpen) continue
    const next: Open | null | 'lost' = open === null ? opened(text) : stillOpen(open, text)
    if (next === 'lost') break
    open = next
  }
  if (from < lines.length) chunks.push({ from, to: lines.length })
  return chunks
}

function startsBlock(text: string): boolean {
  const first = text.charCodeAt(0)
  // '#', '*', '+', '-'
  return (first === 35 && HEADING.test(text)) || ((first === 42 || first === 43 || first === 45) && BULLET.test(text))
}

/** Whether anything stands in a text with which a fence or HTML could begin. */
function hasOpening(text: string): boolean {
  return text.includes('```') || text.includes('~~~') || text.includes('<')
}

function opened(text: string): Open | null | 'lost' {
  if (!hasOpening(text)) return null
  const prefix = PREFIX.exec(text)![0]
  const rest = text.slice(prefix.length)
  const indent = widthOf(prefix)
  const marks = FENCE.exec(rest)?.[0]
  if (marks !== undefined) return { kind: 'fence', indent, marks }
  if (!rest.startsWith('<')) return null
  if (rest.startsWith('<!--')) return rest.includes('-->') ? null : { kind: 'comment', indent }
  if (RAW_HTML.test(rest)) return 'lost'
  return /^<[/a-z]/i.test(rest) ? { kind: 'tag' } : null
}

function stillOpen(open: Open, text: string): Open | null | 'lost' {
  const rest = text.trimStart()
  if (open.kind === 'tag') {
    if (rest === '') return null
    return startsBlock(text) || FENCE.test(rest) || rest.startsWith('<!') || RAW_HTML.test(rest) ? 'lost' : open
  }
  if (rest === '') return open
  const indent = widthOf(text.slice(0, text.length - rest.length))
  // Inside a list item a line further left would end the block; at the file's own level it would not.
  if (open.indent > 0 && indent < open.indent) return 'lost'
  if (open.kind === 'comment') return rest.includes('-->') ? null : open
  const marks = /^(?:`{3,}|~{3,})(?=[ \t]*$)/.exec(rest)?.[0]
  if (marks === undefined || !marks.startsWith(open.marks)) return open
  if (open.indent === 0) return indent < 4 ? null : open
  return indent === open.indent ? null : 'lost'
}

/** Columns that white space and markers take; a tab goes to the next multiple of four. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += character === '\t' ? 4 - (width % 4) : 1
  return width
}
