import { clean, oneLine } from './text.ts'

const ITEM = /^(?:[-*+]|\d+[.)])\s/
/** The author's prompt asks for a line that begins with `LEFT OPEN:`. */
const BEGINS = /^\W{0,5}left (?:open|out)\b/i
const NOTHING = /^\W{0,5}left (?:open|out)\W+(?:none|nothing)(?: at all)?\W*$/i
/** A paragraph, an item of a list, or the sentence in a paragraph that begins with it. */
const PARTS = /\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|(?:\n|(?<=[.!?])\s)\s*(?=\W{0,5}left (?:open|out)\b)/i

/** What an author says that the specification leaves open or contradicts, on one line, with the lists that it leads to; null: nothing. */
export function leftOpen(remarks: string | undefined): string | null {
  const parts = clean(remarks ?? '')
    .split(PARTS)
    .map(oneLine)
  let leads = false
  const said = parts.filter((part) => {
    const begins = BEGINS.test(part) && !NOTHING.test(part)
    const taken = begins || (leads && ITEM.test(part))
    leads = taken && (!begins || /:\W*$/.test(part))
    return taken
  })
  return said.length === 0 ? null : said.join(' ')
}
