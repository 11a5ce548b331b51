import type { StampedEvent } from '../core/events.ts'
import { type Line, type Look, readableWidth } from './line.ts'
import { atWorkSince, initialView, linesOfView, reduceView, waitLinesOfView } from './many.ts'
import { printed } from './printed.ts'

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
  page?: Look['page']
  command?: Look['command']
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

/** A listener that writes plain lines, for pipes, CI and dumb terminals. */
export function createPlainView(options: PlainOptions): PlainView {
  const look: Look = {
    width: readableWidth(options.width),
    unicode: options.unicode ?? false,
    spoken: options.spoken ?? false,
    page: options.page,
    command: options.command,
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
