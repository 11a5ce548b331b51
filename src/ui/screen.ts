import { type Controls, NO_KEYS } from './keys.ts'
import { cutSpans, type Line, type Look, type Span, spanOf } from './line.ts'
import { elapsedWords, totals } from './live.ts'
import { inFocus, liveView, type RunView } from './many.ts'
import { keysLine, panelView } from './panel.ts'

/** What the open panel shows; null: none is open, or its text is on its way. */
export interface PanelText {
  title: string
  lines: readonly Line[]
}

/** Fewer lines than these leave no room for the keys. */
const LEAST = 5
/** Below a panel: what runs now, and the keys. */
const BELOW = 2

/** Lines of a panel that fit on a screen of `rows` lines. */
export const panelRows = (rows: number): number => Math.max(1, (rows < LEAST ? rows : rows - BELOW) - 1)

/**
 * All that is drawn anew: the live area or an open panel, and the keys. At most `rows` lines, each cut to the width. `keys` null: there is
 * nobody to press any.
 */
export function screenView(
  view: RunView,
  now: number,
  look: Look,
  rows: number,
  keys: Controls | null = NO_KEYS,
  text: PanelText | null = null,
): Span[][] {
  if (view.whole.finished) return []
  if (keys?.panel) {
    const lines = text?.lines ?? [{ kind: 'step' as const, spans: [spanOf('one moment', 'dim')] }]
    const title = text?.title ?? null
    if (rows < LEAST) return panelView(keys.panel, title, lines, look, rows)
    const shown = panelView(keys.panel, title, lines, look, rows - BELOW)
    return [...shown, nowLine(view, keys, now, look), keysLine(keys, look)]
  }
  const several = keys !== null && view.tasks.size > 0
  const withKeys = keys !== null && rows >= LEAST
  const live = liveView(view, now, look, withKeys ? rows - 1 : rows, several ? keys.focus : null)
  return live.length > 0 && withKeys ? [...live, keysLine(keys, look)] : live
}

function nowLine(view: RunView, { focus }: Controls, now: number, look: Look): Span[] {
  const state = inFocus(view, focus)
  const running = state.running.at(-1)
  const attempt = state.attempt > 0 ? `attempt ${state.attempt}  ` : ''
  const words = running
    ? [spanOf(attempt, 'dim'), spanOf(running.label, 'bold'), spanOf(`  ${elapsedWords(state, running, now)}   `)]
    : []
  return cutSpans([...words, ...totals(view.whole, now)], look)
}
