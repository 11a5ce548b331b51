import { displayWidth, oneLine, padEnd, padStart, truncate } from './text.ts'

export { clean, displayWidth, oneLine, padEnd, padStart, truncate, wrap } from './text.ts'

/** `12,345`. */
export function count(n: number): string {
  // What knows the customs of all countries takes a while to be made, and most runs tell of whole numbers only.
  if (Number.isSafeInteger(n) && !Object.is(n, -0)) return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return n.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** `1 test`, `1,200 tests`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

/** US dollars: four decimals below one dollar, where single calls are told apart, then two. Null: the price is not known. */
export function money(usd: number | null): string {
  if (usd === null) return 'price unknown'
  if (usd === 0) return '$0.00'
  const digits = Math.abs(usd) < 1 ? 4 : 2
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`
}

/** `8,123 tokens in (4,096 cached), 2,210 out`; `cached` is a part of `input`. */
export function tokens(usage: { input: number; output: number; cached: number }): string {
  const cached = usage.cached > 0 ? ` (${count(usage.cached)} cached)` : ''
  return `${count(usage.input)} tokens in${cached}, ${count(usage.output)} out`
}

/** Whether no model was asked: of that there is no sum to tell. */
export function isUnasked({ tokens: { input, output }, usd }: { tokens: Sum; usd: number | null }): boolean {
  return usd === 0 && input + output === 0
}

interface Answer {
  usage: Parameters<typeof tokens>[0]
  usd: number | null
  earlier?: Parameters<typeof tokens>[0] | undefined
}

/** What an answer cost: `1,310 tokens in, 2,480 out; $0.0411`, or what an earlier run was billed for it. */
export function answerCost({ usage, usd, earlier }: Answer): string {
  return earlier ? `earlier run: ${tokens(earlier)}` : `${tokens(usage)}; ${money(usd)}`
}

/** `; with the runs it goes on with 15,521 in, 6,392 out`; empty where it took no answer over from any. */
export function withEarlier(usage: Sum, earlier: Sum): string {
  if (earlier.input + earlier.output === 0) return ''
  return `; with the runs it goes on with ${count(usage.input + earlier.input)} in, ${count(usage.output + earlier.output)} out`
}

/**
 * `3 min 08 s`, and beside it how long it took with the runs that it goes on with (`earlierMs`). `goesOn`: there are such, though a journal of
 * an older version does not tell their time.
 */
export function tookWords(ms: number, earlierMs = 0, goesOn = false): string {
  if (earlierMs === 0) return `${duration(ms)}${goesOn ? ', this run alone' : ''}`
  return `this run ${duration(ms)}; with the runs it goes on with ${duration(ms + earlierMs)}`
}

interface Sum {
  input: number
  output: number
}

/** Milliseconds as `0.4 s`, `12.3 s`, `3 min 05 s` or `1 h 02 min`: the one form of a time that people read. */
export function duration(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** Milliseconds in whole seconds, for a clock that ticks once a second: `14 s`, `3 min 05 s`. */
export function ticking(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000)
  return seconds < 60 ? `${seconds} s` : duration(seconds * 1000)
}

/** First seven digits of a commit or tree. */
export function shortHash(hash: string): string {
  return truncate(oneLine(hash), 7, '')
}

/** What a replay says of the commit that landed, or waited, in the run that it replays. */
export const THEN = 'then, not now'

/** `refs/heads/main` -> `main`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '')
}

/**
 * What `runs` runs without a failure exclude, in words: `below 0.15 % at 95 %`. The exact bound 1 - 0.05^(1/runs),
 * rounded up to two digits so that it stays a bound; null without runs.
 */
export function bound(runs: number): string | null {
  if (runs < 1) return null
  const percent = 100 * (1 - 0.05 ** (1 / runs))
  const unit = 10 ** (Math.floor(Math.log10(percent)) - 1)
  const up = Math.ceil(percent / unit - 1e-9) * unit
  return `below ${Number(up.toPrecision(2))} % at 95 %`
}

export interface TableOptions {
  /** One letter a column: `l` left (also where letters are missing), `r` right. */
  align?: string
  header?: string[]
  /** Spaces before each line. */
  indent?: number
  /** Columns of the screen; a wider table has its widest left-aligned columns cut, down to 8 each. */
  width?: number
  /** Marks a cut cell with one character. */
  unicode?: boolean
}

const GAP = 2
const NARROWEST = 8

/** Columns that each cell of a table gets; `all`: with the header. */
export function columnWidths(all: string[][], options: TableOptions): number[] {
  const widths: number[] = []
  for (const row of all) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))
  }
  const total = widths.reduce((a, b) => a + b, 0) + GAP * Math.max(0, widths.length - 1) + (options.indent ?? 0)
  for (let excess = total - (options.width ?? total); excess > 0; excess--) {
    // Numbers are never cut: half a number is a wrong number.
    const left = widths.map((w, i) => (options.align?.[i] === 'r' ? 0 : w))
    const widest = Math.max(...left)
    if (widest <= NARROWEST) break
    widths[left.indexOf(widest)] = widest - 1
  }
  return widths
}

/** Rows of one-line cells as aligned lines without trailing spaces. */
export function table(rows: string[][], options: TableOptions = {}): string[] {
  const all = options.header ? [options.header, ...rows] : rows
  const widths = columnWidths(all, options)
  const mark = options.unicode ? '…' : '...'
  return all.map((row) => {
    const cells = row.map((cell, i) => {
      const width = widths[i] ?? 0
      const text = truncate(cell, width, mark)
      return options.align?.[i] === 'r' ? padStart(text, width) : padEnd(text, width)
    })
    return (' '.repeat(options.indent ?? 0) + cells.join(' '.repeat(GAP))).trimEnd()
  })
}
