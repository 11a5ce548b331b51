import { render } from 'ink'
import type { StampedEvent } from '../../core/events.ts'
import { runClock } from '../clock.ts'
import type { Times } from '../expected.ts'
import { KEYS, type Key, NO_KEYS, type PanelKind, press, type Wish } from '../keys.ts'
import { type Line, type Look, readableWidth, type Span } from '../line.ts'
import { inFocus, initialView, linesOfView, reduceView, withTimes } from '../many.ts'
import { helpLines, panelLines, type Shown } from '../panel.ts'
import { type PanelText, panelRows, screenView } from '../screen.ts'
import type { ViewState } from '../state.ts'
import { displayWidth } from '../text.ts'
import { App } from './app.tsx'

/** What keys reach beyond the screen. */
export interface Hands {
  stop(): void
  /** Whether no further task is to be begun. */
  pause(on: boolean): void
  show(kind: Exclude<PanelKind, 'help'>, state: ViewState): Promise<Shown>
  /** Answers a sentence. */
  report(): Promise<string>
}

export interface InkOptions {
  stdout: NodeJS.WriteStream
  /** Where keys are read from; without a terminal here Ctrl-C stays the signal that it always is. */
  stdin?: NodeJS.ReadStream
  color: boolean
  unicode: boolean
  page?: Look['page']
  command?: Look['command']
  hands: Hands
}

export interface InkView {
  listen(event: StampedEvent): void
  /** How long stages took in earlier runs. */
  expect(times: Times): void
  /** Removes the live area, gives cursor and keys back; resolves when all is written. */
  unmount(): Promise<void>
}

export const FRAME_MS = 100
export const TICK_MS = 1000
/** For Ink: we draw ten times a second at most, and what is drawn has to be written at once, or a resize would find another frame. */
export const FRAMES_PER_SECOND = 1000

/** What the terminal has room for now. */
export function lookOf({ stdout, unicode, page, command }: InkOptions): Look & { rows: number } {
  // The last column stays free: some terminals begin a new line as soon as it is written.
  return {
    width: readableWidth((stdout.columns || 80) - 1),
    unicode,
    page,
    command,
    rows: Math.max(3, (stdout.rows || 24) - 2),
  }
}

/**
 * What a narrower window makes of the lines that were drawn: terminals break them anew, and Ink, which erases as many rows as it wrote,
 * would leave the first ones. Takes the rows away that are too many, and leaves the cursor where Ink looks for it.
 */
function unwrapped(drawn: readonly Span[][], columns: number): string {
  if (drawn.length === 0) return ''
  const widths = [0, ...drawn.map((spans) => spans.reduce((sum, { text }) => sum + displayWidth(text), 0))]
  const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
  return rows > widths.length ? `\x1b[${rows}A\r\x1b[J${'\n'.repeat(widths.length)}` : ''
}

/** The text of the open panel, for the width that it is shown in. */
export function panelTexts(keys = KEYS) {
  let shown: Shown | 'help' | null = null
  let made: { of: Shown | 'help'; width: number; text: PanelText } | null = null
  return {
    set(now: Shown | 'help' | null) {
      shown = now
    },
    at(look: Look): PanelText | null {
      if (shown === null) return null
      if (made?.of !== shown || made.width !== look.width) {
        const text =
          shown === 'help'
            ? { title: 'Keys', lines: helpLines(look, keys) }
            : { title: shown.title, lines: panelLines(shown, look) }
        made = { of: shown, width: look.width, text }
      }
      return made.text
    },
  }
}

/** The live view of a run. Import it only where it is mounted: it loads React. */
export function mountInkView(options: InkOptions): InkView {
  const { stdout, stdin, color, hands } = options
  const clock = runClock()
  const readsKeys = stdin?.isTTY === true
  const texts = panelTexts()
  let state = initialView()
  let controls = NO_KEYS
  let finished: Line[] = []
  let closed = false
  let frame: NodeJS.Timeout | null = null
  let drawn: Span[][] = []
  let columns = stdout.columns

  const app = () => {
    const look = lookOf(options)
    const keys = readsKeys ? controls : null
    const live = closed ? [] : screenView(state, clock.now(), look, look.rows, keys, texts.at(look))
    drawn = live
    return <App finished={finished} live={live} color={color} onKey={readsKeys ? onKey : null} />
  }
  const onKey = (key: Key) => {
    const look = lookOf(options)
    const size = { lines: texts.at(look)?.lines.length ?? 0, rows: panelRows(look.rows) }
    const pressed = press(controls, key, size)
    controls = pressed.controls
    if (pressed.wish !== null) grant(pressed.wish)
    soon()
  }
  const grant = (wish: Wish) => {
    if (wish === 'stop') return hands.stop()
    if (wish === 'pause') return hands.pause(controls.paused)
    if (wish === 'report') return void hands.report().then(note, failed)
    if (wish.show === 'help') return texts.set('help')
    texts.set(null)
    const { panel } = controls
    const arrived = (shown: Shown) => {
      if (controls.panel?.kind === panel?.kind) texts.set(shown)
      soon()
    }
    void hands.show(wish.show, inFocus(state, controls.focus)).then(arrived, failed)
  }
  const note = (text: string) => {
    controls = { ...controls, note: text }
    soon()
  }
  const failed = (error: unknown) => note(error instanceof Error ? error.message : String(error))
  const draw = () => {
    frame = null
    instance.rerender(app())
  }
  const soon = () => {
    if (!closed) frame ??= setTimeout(draw, FRAME_MS)
  }
  const resized = () => {
    if (stdout.columns < columns) stdout.write(unwrapped(drawn, stdout.columns))
    columns = stdout.columns
    soon()
  }
  // Before Ink's own listener, which erases what it wrote.
  stdout.on('resize', resized)
  const instance = render(app(), {
    stdout,
    ...(stdin ? { stdin } : {}),
    exitOnCtrlC: false,
    // Whoever mounts this has decided that there is a terminal.
    interactive: true,
    maxFps: FRAMES_PER_SECOND,
    incrementalRendering: true,
  })
  const tick = setInterval(() => {
    if (frame === null && !state.whole.finished) draw()
  }, TICK_MS)
  tick.unref()

  return {
    listen(event) {
      if (closed) return
      const lines = linesOfView(event, state, lookOf(options)).filter((line) => line.kind !== 'progress')
      if (lines.length > 0) finished = [...finished, ...lines]
      state = reduceView(state, event)
      clock.hear(event.t)
      soon()
    },
    expect(times) {
      state = withTimes(state, times)
    },
    async unmount() {
      if (closed) return
      closed = true
      clearInterval(tick)
      stdout.off('resize', resized)
      if (frame !== null) clearTimeout(frame)
      draw()
      const exited = instance.waitUntilExit()
      instance.unmount()
      await exited
    },
  }
}
