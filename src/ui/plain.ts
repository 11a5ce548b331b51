import type { StampedEvent } from '../core/events.ts'
import { type Line, type Look, readableWidth, type Style } from './line.ts'
import { atWorkSince, initialView, linesOfView, reduceView, waitLinesOfView } from './many.ts'

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

/** Event time in milliseconds after which a silent log looks dead; what takes long says so less often, or its lines were all there is. */
function silence(elapsed: number): number {
  return elapsed < 75_000 ? 15_000 : elapsed < 330_000 ? 30_000 : 60_000
}

export interface PlainView {
  (event: StampedEvent): void
  /** Tells at event time `now` what is waited for, where nothing has been told for long. */
  waiting(now: number): void
}

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
export function createPlainView(options: PlainOptions): PlainView {
  const look: Look = {
    width: readableWidth(options.width),
    unicode: options.unicode ?? false,
    spoken: options.spoken ?? false,
  }
  let state = initialView()
  let lastWritten = 0
  let first = true
  const write = (all: Line[], t: number) => {
    let lines = options.quiet ? all.filter((line) => line.kind === 'key') : all
    if (first)
      lines = lines.slice(
        Math.max(
          0,
          lines.findIndex((line) => line.spans.length > 0),
        ),
      )
    if (lines.length === 0) return
    first = false
    lastWritten = t
    options.write(lines.map((line) => `${printed(line, options.color)}\n`).join(''))
  }
  const listen = (event: StampedEvent) => {
    const lines = linesOfView(event, state, look)
    state = reduceView(state, event)
    const isDue = event.t - lastWritten >= silence(event.t - atWorkSince(state))
    write(isDue ? lines : lines.filter((line) => line.kind !== 'progress'), event.t)
  }
  const waiting = (now: number) => {
    if (now - lastWritten >= silence(now - atWorkSince(state))) write(waitLinesOfView(state, now, look), now)
  }
  return Object.assign(listen, { waiting })
}
