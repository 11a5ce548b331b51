import { render } from 'ink'
import type { StampedEvent } from '../../core/events.ts'
import { runClock } from '../clock.ts'
import type { Times } from '../expected.ts'
import { type Controls, type Key, NO_KEYS, pressWatching, WATCH_KEYS, type Wish } from '../keys.ts'
import type { Line, Look } from '../line.ts'
import { inFocus, initialView, type RunView, reduceView } from '../many.ts'
import { panelRows } from '../screen.ts'
import type { StatusLook } from '../status.ts'
import { watchView } from '../watch.ts'
import { App } from './app.tsx'
import { FRAME_MS, FRAMES_PER_SECOND, type InkOptions, lookOf, panelTexts, TICK_MS } from './mount.tsx'

export interface WatchView {
  status(lines: (look: StatusLook) => Line[]): void
  /** Another run is at work. */
  begin(times: Times): void
  /** `age`: milliseconds since the last of them. */
  listen(events: readonly StampedEvent[], age: number): void
  end(): void
  unmount(): Promise<void>
}

/** The status of a repository on a screen of its own; what was in the terminal before is there again afterwards. */
export function mountWatchView(options: InkOptions): WatchView {
  const { stdout, stdin, color, hands } = options
  const readsKeys = stdin?.isTTY === true
  const texts = panelTexts(WATCH_KEYS)
  let clock = runClock()
  let status: (look: StatusLook) => Line[] = () => []
  let view: RunView | null = null
  let controls: Controls = NO_KEYS
  let frame: NodeJS.Timeout | null = null
  let closed = false

  const lookNow = (): Look & { rows: number } => ({
    ...lookOf(options),
    width: Math.max(20, (stdout.columns || 80) - 1),
  })
  const app = () => {
    const look = lookNow()
    const keys = readsKeys ? controls : null
    const lines = watchView(status(look), view, clock.now(), look, look.rows, keys, texts.at(look))
    return <App finished={[]} live={lines} color={color} onKey={readsKeys ? onKey : null} />
  }
  const onKey = (key: Key) => {
    const look = lookNow()
    const size = { lines: texts.at(look)?.lines.length ?? 0, rows: panelRows(look.rows) }
    const pressed = pressWatching(controls, key, size)
    // Without a run there is nothing to look at but the keys.
    const idle =
      view === null && typeof pressed.wish === 'object' && pressed.wish !== null && pressed.wish.show !== 'help'
    if (idle) return note('no run is at work here')
    controls = pressed.controls
    if (pressed.wish !== null) grant(pressed.wish)
    soon()
  }
  const grant = (wish: Wish) => {
    if (wish === 'stop') return hands.stop()
    if (wish === 'report') return void hands.report().then(note, failed)
    if (wish === 'pause') return
    if (wish.show === 'help') return texts.set('help')
    texts.set(null)
    if (view === null) return
    void hands.show(wish.show, inFocus(view, controls.focus)).then((shown) => {
      texts.set(shown)
      soon()
    }, failed)
  }
  const note = (text: string) => {
    controls = { ...controls, note: text }
    soon()
  }
  const failed = (error: unknown) => note(error instanceof Error ? error.message : String(error))
  const draw = () => {
    frame = null
    if (!closed) instance.rerender(app())
  }
  const soon = () => {
    if (!closed) frame ??= setTimeout(draw, FRAME_MS)
  }
  const instance = render(app(), {
    stdout,
    ...(stdin ? { stdin } : {}),
    exitOnCtrlC: false,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: FRAMES_PER_SECOND,
  })
  const tick = setInterval(() => {
    if (view !== null && frame === null) draw()
  }, TICK_MS)
  tick.unref()
  stdout.on('resize', soon)
  return {
    status(lines) {
      status = lines
      soon()
    },
    begin(times) {
      view = initialView(times, true)
      clock = runClock()
    },
    listen(events, age) {
      for (const event of events) if (view) view = reduceView(view, event)
      const last = events.at(-1)
      if (last) clock.hear(last.t, age)
      if (last) soon()
    },
    end() {
      view = null
      controls = { ...controls, panel: null }
      soon()
    },
    async unmount() {
      if (closed) return
      closed = true
      clearInterval(tick)
      stdout.off('resize', soon)
      if (frame !== null) clearTimeout(frame)
      const exited = instance.waitUntilExit()
      instance.unmount()
      await exited
    },
  }
}
