import type { StampedEvent } from '../core/events.ts'
import { type Line, type Look, readableWidth, type Style } from './line.ts'
import { initialView, linesOfView, reduceView } from './many.ts'

export interface PlainOptions {
  write(text: string): void
  color: boolean
  /** Only verdicts, commits, landings, errors and the summary. */
  quiet: boolean
  /** Columns of the screen; no line is made longer than 100. */
  width?: number
  unicode?: boolean
  /** It is read aloud. */
  spoken?: boolean
}

/** Event time in milliseconds after which a silent log looks dead. */
const SILENCE = 15_000

const SGR: Record<Style, [on: number, off: number]> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
}

/** One line as text, without trailing white space. */
export function printed(line: Line, color: boolean): string {
  const spans = line.spans.map((s, i) => (i === line.spans.length - 1 ? { ...s, text: s.text.trimEnd() } : s))
  const styled = spans.map(({ text, style }) => {
    if (!color || !style || text.trim() === '') return text
    const [on, off] = SGR[style]
    return `\x1b[${on}m${text}\x1b[${off}m`
  })
  return styled.join('').trimEnd()
}

/** A listener that writes plain lines, for pipes, CI and dumb terminals. */
export function createPlainView(options: PlainOptions): (event: StampedEvent) => void {
  const look: Look = {
    width: readableWidth(options.width),
    unicode: options.unicode ?? false,
    spoken: options.spoken ?? false,
  }
  let state = initialView()
  let lastWritten = 0
  let first = true
  return (event) => {
    const all = linesOfView(event, state, look)
    state = reduceView(state, event)
    let lines = options.quiet ? all.filter((line) => line.kind === 'key') : all
    if (event.t - lastWritten < SILENCE) lines = lines.filter((line) => line.kind !== 'progress')
    if (first)
      lines = lines.slice(
        Math.max(
          0,
          lines.findIndex((line) => line.spans.length > 0),
        ),
      )
    if (lines.length === 0) return
    first = false
    lastWritten = event.t
    options.write(lines.map((line) => `${printed(line, options.color)}\n`).join(''))
  }
}
