import { render } from 'ink'
import type { StampedEvent } from '../../core/events.ts'
import { type Line, type Look, readableWidth } from '../line.ts'
import { initialView, linesOfView, liveView, reduceView } from '../many.ts'
import { App } from './app.tsx'

export interface InkOptions {
  stdout: NodeJS.WriteStream
  /** Where keys are read from; without a terminal here Ctrl-C stays the signal that it always is. */
  stdin?: NodeJS.ReadStream
  color: boolean
  unicode: boolean
  onInterrupt(): void
}

export interface InkView {
  listen(event: StampedEvent): void
  /** Removes the live area, gives cursor and keys back; resolves when all is written. */
  unmount(): Promise<void>
}

const FRAME_MS = 100
const TICK_MS = 1000
const FRAMES_PER_SECOND = 10

/** Time of the run, continued between two events by the monotonic clock. */
function runClock() {
  let event = 0
  let heard = performance.now()
  return {
    hear(t: number) {
      event = Math.max(event, t)
      heard = performance.now()
    },
    now: () => event + (performance.now() - heard),
  }
}

function lookOf({ stdout, unicode }: InkOptions): Look & { rows: number } {
  // The last column stays free: some terminals begin a new line as soon as it is written.
  return { width: readableWidth((stdout.columns || 80) - 1), unicode, rows: Math.max(3, (stdout.rows || 24) - 2) }
}

/** The live view of a run. Import it only where it is mounted: it loads React. */
export function mountInkView(options: InkOptions): InkView {
  const { stdout, stdin, color, onInterrupt } = options
  const clock = runClock()
  const readsKeys = stdin?.isTTY === true
  let state = initialView()
  let finished: Line[] = []
  let closed = false
  let frame: NodeJS.Timeout | null = null

  const app = () => {
    const look = lookOf(options)
    const live = closed ? [] : liveView(state, clock.now(), look, look.rows)
    return <App finished={finished} live={live} color={color} onInterrupt={readsKeys ? onInterrupt : null} />
  }
  const instance = render(app(), {
    stdout,
    ...(stdin ? { stdin } : {}),
    exitOnCtrlC: false,
    // Whoever mounts this has decided that there is a terminal.
    interactive: true,
    maxFps: FRAMES_PER_SECOND,
  })
  const draw = () => {
    frame = null
    instance.rerender(app())
  }
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
      frame ??= setTimeout(draw, FRAME_MS)
    },
    async unmount() {
      if (closed) return
      closed = true
      clearInterval(tick)
      if (frame !== null) clearTimeout(frame)
      draw()
      const exited = instance.waitUntilExit()
      instance.unmount()
      await exited
    },
  }
}
