/** What a person can look at while a run goes on. */
export type PanelKind = 'help' | 'prompt' | 'diff' | 'test'

/** What the keys have done so far. */
export interface Controls {
  /** What is looked at, and its first line that is shown. */
  panel: { kind: PanelKind; top: number } | null
  /** No further task is begun. */
  paused: boolean
  /** The key that stops was pressed once. */
  asked: boolean
  /** The run was told to end. */
  stopping: boolean
  /** Which of several tasks at work is looked at: steps from the first. */
  focus: number
  /** A sentence in answer to a key. */
  note: string | null
}

export const NO_KEYS: Controls = {
  panel: null,
  paused: false,
  asked: false,
  stopping: false,
  focus: 0,
  note: null,
}

/** A key as it is named in `KEYS`, a character, or one of these. */
export type Key =
  | 'interrupt'
  | 'escape'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'tab'
  | (string & {})

/** What is to be done about a key. */
export type Wish = 'stop' | 'pause' | 'report' | { show: PanelKind }

/** The keys, in the order in which they are shown. */
export const KEYS: readonly { key: string; word: string; does: string }[] = [
  { key: 'p', word: 'pause', does: 'begin no further task when this one has ended; again: go on' },
  { key: 'q', word: 'stop', does: 'end the run in good order, after a second q; Ctrl-C does it at once' },
  { key: 'm', word: 'prompt', does: 'what the model was asked last' },
  { key: 'd', word: 'diff', does: 'what the change that is judged, or has landed, does to the code' },
  { key: 'f', word: 'failing test', does: 'the case that failed last, and the code of its test' },
  { key: 'o', word: 'report', does: 'write the report of the run so far, and open it' },
  { key: '?', word: 'help', does: 'this list' },
]

const SHOWN: Readonly<Record<string, PanelKind>> = { m: 'prompt', d: 'diff', f: 'test', '?': 'help', h: 'help' }

/** Of those, what can be done about a run that another process has at work. */
export const WATCH_KEYS = KEYS.filter(({ key }) => key !== 'p').map((one) =>
  one.key === 'q' ? { ...one, word: 'close', does: 'close this view; the run goes on' } : one,
)

/** The same as `press` where a run of another process is watched: it can be looked at, and `q` ends the view at once. */
export function pressWatching(before: Controls, key: Key, size: PanelSize): { controls: Controls; wish: Wish | null } {
  if (key === 'p') return { controls: before, wish: null }
  if (key === 'q' && before.panel === null) return { controls: before, wish: 'stop' }
  return press(before, key, size)
}

/** Lines of the panel, and how many of them fit on the screen. */
export interface PanelSize {
  lines: number
  rows: number
}

/** The next state, and what else is to be done. Pure. */
export function press(before: Controls, key: Key, size: PanelSize): { controls: Controls; wish: Wish | null } {
  if (key === 'interrupt') return { controls: { ...before, asked: false, stopping: true }, wish: 'stop' }
  const controls = { ...before, asked: false, note: null }
  const only = (now: Controls, wish: Wish | null = null) => ({ controls: now, wish })
  if (before.panel && (key === 'escape' || key === 'q')) return only({ ...controls, panel: null })
  const kind = SHOWN[key]
  if (kind !== undefined) {
    if (before.panel?.kind === kind) return only({ ...controls, panel: null })
    return only({ ...controls, panel: { kind, top: 0 } }, { show: kind })
  }
  if (before.panel) {
    const top = scrolled(before.panel.top, key, size)
    if (top !== null) return only({ ...controls, panel: { ...before.panel, top } })
  }
  if (key === 'q') {
    if (before.stopping) return only(controls)
    return before.asked ? only({ ...controls, stopping: true }, 'stop') : only({ ...controls, asked: true })
  }
  if (key === 'p') return only({ ...controls, paused: !before.paused }, 'pause')
  if (key === 'o') return only({ ...controls, note: 'the report is being written' }, 'report')
  if (key === 'tab') {
    const focused = { ...controls, focus: before.focus + 1 }
    return before.panel ? only(focused, { show: before.panel.kind }) : only(focused)
  }
  return only(controls)
}

function scrolled(top: number, key: Key, { lines, rows }: PanelSize): number | null {
  const last = Math.max(0, lines - rows)
  const to = (line: number) => Math.min(last, Math.max(0, line))
  const page = Math.max(1, rows - 1)
  if (key === 'up' || key === 'k') return to(top - 1)
  if (key === 'down' || key === 'j') return to(top + 1)
  if (key === 'page-up' || key === 'b') return to(top - page)
  if (key === 'page-down' || key === ' ') return to(top + page)
  if (key === 'home' || key === 'g') return 0
  if (key === 'end' || key === 'G') return last
  return null
}
