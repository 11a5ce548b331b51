import { ticksIn, withoutLoneTick } from './lone-tick.ts'
import { quotedSpans, type Span } from './words-of-spec.ts'

/** What has an id of its own and is shown whole. */
interface Criterion {
  id: string
  text: string
}

interface Unit extends Span {
  /** Number of the paragraph, the item of a list or the heading that it belongs to. */
  block: number
}

/** Of longer ones only what stands around the words is shown. */
const LONGEST = 300

/**
 * The criterion (`3.2 "WHEN ... SHALL ..."`) or else the whole sentences of the specification in which words stand that were copied from
 * it, for people: words from the middle of a sentence do not say what it demands. Null: they were not copied from it. `text`: all of
 * it, in which the criteria may stand too.
 */
export function sentenceOf(words: string, text: string, criteria: readonly Criterion[]): string | null {
  for (const { id, text: criterion } of criteria) {
    // Whoever copies a line of a list often takes its number with it.
    const line = `${id}: ${criterion}`
    const [first, ...more] = quotedSpans(words, line) ?? []
    if (!first) continue
    const at = Math.min(criterion.length, Math.max(0, first.from - line.length + criterion.length))
    const to = Math.max(at, (more.at(-1) ?? first).to - line.length + criterion.length)
    return `${id} "${around(criterion, { from: at, to })}"`
  }
  const spans = quotedSpans(words, text)
  if (spans === null) return null
  const units = unitsOf(text)
  const touched = units.filter((unit) => spans.some(({ from, to }) => unit.from < to && from < unit.to))
  const shown = touched.map((unit, at) => {
    const before = touched[at - 1]
    const goesOn = before && before.block === unit.block && units.indexOf(before) + 1 === units.indexOf(unit)
    const said = spans.filter(({ from, to }) => unit.from < to && from < unit.to)
    const from = Math.max(0, said[0]!.from - unit.from)
    const to = Math.min(unit.to, said.at(-1)!.to) - unit.from
    return `${at === 0 ? '' : goesOn ? ' ' : ' ... '}${around(text.slice(unit.from, unit.to), { from, to })}`
  })
  return `"${shown.join('')}"`
}

/** A new one begins at each of these, and behind a blank line. */
const BEGINS = /^\s*(?:[-*+]\s|\d+[.)]\s|#{1,6}\s|\||>)/
const LEADING = /^\s*(?:(?:[-*+]|\d+[.)]|#{1,6}|>)\s+)?(?:\[[ xX~!-]\]\*?\s+)?/
/** Not behind `e.g.` and the like, after which a sentence goes on. */
const ENDS = /(?<!\b(?:e\.g|i\.e|cf|vs|etc))[.!?]["'”’)*_`\]]*(?=\s+["'“‘(*_`[]*[\p{Lu}\p{N}])|[。！？]/gu

/** Sentences of a text in Markdown, each without the mark that its line begins with. A line of code is one. */
function unitsOf(text: string): Unit[] {
  const units: Unit[] = []
  for (const [block, { from, to }] of blocksOf(text).entries()) {
    const lead = LEADING.exec(text.slice(from, to))![0].length
    let start = from + lead
    const isWhole = ticksIn(text.slice(from, to)) % 2 === 0
    for (const { 0: mark, index } of text.slice(start, to).matchAll(ENDS)) {
      // A span of code is no end of a sentence, whatever marks stand in it.
      if (isWhole && ticksIn(text.slice(from, from + lead + index + mark.length)) % 2 === 1) continue
      const end = from + lead + index + mark.length
      units.push({ from: start, to: end, block })
      start = end
    }
    if (text.slice(start, to).trim() !== '') units.push({ from: start, to, block })
  }
  return units
}

function blocksOf(text: string): Span[] {
  const blocks: Span[] = []
  let open = false
  let fenced = false
  let at = 0
  for (const line of text.split('\n')) {
    const to = at + line.length
    const fence = /^\s*(?:```|~~~)/.test(line)
    if (fence) fenced = !fenced
    if (fence || line.trim() === '') open = false
    else if (open && !fenced && !BEGINS.test(line)) blocks.at(-1)!.to = to
    else {
      blocks.push({ from: at, to })
      // A heading is one line.
      open = !fenced && !/^\s*#{1,6}\s/.test(line)
    }
    at = to + 1
  }
  return blocks
}

/** The text on one line; of a long one what stands around the span, from word to word. */
function around(text: string, { from, to }: Span): string {
  if (text.length <= LONGEST) return onOneLine(withoutLoneTick(text))
  const spare = Math.max(0, LONGEST - (to - from)) / 2
  const left = from <= spare ? 0 : Math.round(from - spare)
  const right = to + spare >= text.length ? text.length : Math.round(Math.min(to + spare, left + LONGEST))
  const before = left === 0 ? text.slice(0, from) : text.slice(left, from).replace(/^\S*\s*/, '')
  const after = right === text.length ? text.slice(to) : text.slice(to, right).replace(/\s*\S*$/, '')
  const said = text.slice(from, Math.min(to, from + LONGEST))
  const cut = right < text.length || from + LONGEST < to
  const inside = ticksIn(text.slice(0, from - before.length)) % 2 === 1
  const shown = withoutLoneTick(`${before}${said}${after}`, inside)
  return onOneLine(`${left === 0 ? '' : '... '}${shown}${cut ? ' ...' : ''}`)
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
