import type { StampedEvent } from '../src/core/events.ts'
import { escaped } from '../src/ui/escape-html.ts'
import { NO_KEYS } from '../src/ui/keys.ts'
import type { Line, Look, Span } from '../src/ui/line.ts'
import { initialView, linesOfView, reduceView } from '../src/ui/many.ts'
import { screenView } from '../src/ui/screen.ts'
import { displayWidth } from '../src/ui/text.ts'

const COLUMNS = 92
const ROWS = 26
/** Lines of the live area at most. */
const LIVE = 15
const LOOK: Look = { width: COLUMNS, unicode: true }

/** Between two looks at the screen, in milliseconds of the run, and how many there are at most; what does not change is one frame. */
const STEP = 400
const LOOKS = 90
/** A run of this length is shown as fast as it was; a longer one is shown in this time. */
const LONGEST = 36_000
const LAST_FRAME = 5_000

const CELL = 8.4
const LINE = 19
const PAD = 16

type Screen = Span[][]

interface Frame {
  screen: Screen
  /** How long it is shown, in milliseconds. */
  ms: number
}

/** What a terminal shows of a run, as a moving picture: SVG and CSS alone. The last of its frames stays for those who want no motion. */
export function pictureOf(command: string, events: readonly StampedEvent[]): string {
  const end = events.at(-1)?.t ?? 0
  const step = stepOf(end)
  return svg(timed(framesOf(command, events, end, step), Math.min(step, (step * LONGEST) / Math.max(1, end))))
}

const stepOf = (end: number) => Math.max(STEP, end / LOOKS)

/** The terminal at every step of the run: its last rows, as the live view has drawn them. */
function framesOf(command: string, events: readonly StampedEvent[], end: number, step: number): Screen[] {
  const frames: Screen[] = []
  let view = initialView()
  let finished: Line[] = []
  let next = 0
  for (let now = 0; now < end + step; now += step) {
    for (; next < events.length && events[next]!.t <= now; next++) {
      const event = events[next]!
      finished = [...finished, ...linesOfView(event, view, LOOK).filter(({ kind }) => kind !== 'progress')]
      view = reduceView(view, event)
    }
    const live = screenView(view, now, LOOK, LIVE, NO_KEYS)
    const prompt: Screen = [[{ text: '$ ', style: 'dim' }, { text: command }]]
    const above = finished.map(({ spans }) => spans)
    frames.push([...prompt, ...above, ...(live.length > 0 ? [[], ...live] : [])].slice(-ROWS))
  }
  return frames
}

/** Each screen is shown for `ms`, the same one twice for twice as long. */
function timed(screens: readonly Screen[], ms: number): Frame[] {
  const frames: Frame[] = []
  for (const screen of screens) {
    const last = frames.at(-1)
    if (last && JSON.stringify(last.screen) === JSON.stringify(screen)) last.ms += ms
    else frames.push({ screen, ms })
  }
  const last = frames.at(-1)
  if (last) last.ms = LAST_FRAME
  return frames
}

/** All frames below each other, drawn up one by one behind a window; a line that stands in many of them is drawn once. */
function svg(frames: readonly Frame[]): string {
  const [width, height] = [COLUMNS * CELL + 2 * PAD, ROWS * LINE + 2 * PAD]
  const ids = new Map<string, string>()
  const idOf = (spans: readonly Span[]) => {
    const drawn = lineOf(spans)
    if (drawn === '') return null
    const id = ids.get(drawn) ?? `l${ids.size.toString(36)}`
    ids.set(drawn, id)
    return id
  }
  const film = frames.map(({ screen }, at) => {
    const lines = screen.map((spans, row) => {
      const id = idOf(spans)
      return id === null ? '' : `<use href="#${id}" y="${row * LINE}"/>`
    })
    return `<g transform="translate(0 ${at * height})">${lines.join('')}</g>`
  })
  const lines = [...ids].map(([drawn, id]) => `<g id="${id}">${drawn}</g>`)
  const total = frames.reduce((sum, { ms }) => sum + ms, 0)
  let passed = 0
  const stops = frames.map(({ ms }, at) => {
    const stop = `${((100 * passed) / total).toFixed(2)}%{transform:translateY(${-at * height}px)}`
    passed += ms
    return stop
  })
  const last = `transform:translateY(${-(frames.length - 1) * height}px)`
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A task is implemented: the first patch fails on a fault schedule, the second one is verified and committed">
<style>
svg{--back:#fff;--text:#1f2328;--dim:#6e7781;--good:#1a7f37;--bad:#cf222e;--warn:#9a6700;--edge:#d0d7de}
@media(prefers-color-scheme:dark){svg{--back:#0d1117;--text:#e6edf3;--dim:#8b949e;--good:#3fb950;--bad:#f85149;--warn:#d29922;--edge:#30363d}}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--text);white-space:pre}
.good{fill:var(--good)}.bad{fill:var(--bad)}.warn{fill:var(--warn)}.dim{fill:var(--dim)}.bold{font-weight:600}
.film{animation:film ${(total / 1000).toFixed(1)}s steps(1) infinite}
@keyframes film{${stops.join('')}100%{${last}}}
@media(prefers-reduced-motion:reduce){.film{animation:none;${last}}}
</style>
<defs>
${lines.join('\n')}
</defs>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="var(--back)" stroke="var(--edge)"/>
<svg x="${PAD}" y="${PAD}" width="${COLUMNS * CELL}" height="${height - 2 * PAD}"><g class="film">
${film.join('\n')}
</g></svg>
</svg>
`
}

/** Pieces at their columns and as wide as their columns, whatever the font. */
function lineOf(spans: readonly Span[]): string {
  let column = 0
  const texts = spans.map(({ text, style }) => {
    const words = text.trim()
    const before = text.length - text.trimStart().length
    const [x, width] = [(column + before) * CELL, displayWidth(words) * CELL]
    column += displayWidth(text)
    if (words === '') return ''
    const look = style === undefined ? '' : ` class="${style}"`
    return `<text x="${x.toFixed(1)}" y="14" textLength="${width.toFixed(1)}"${look}>${escaped(words)}</text>`
  })
  return texts.join('')
}
