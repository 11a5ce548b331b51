import type { Controls } from './keys.ts'
import { WATCH_KEYS } from './keys.ts'
import { blank, cutSpans, type Line, type Look, type Span, spanOf } from './line.ts'
import type { RunView } from './many.ts'
import { keysLine } from './panel.ts'
import { type PanelText, screenView } from './screen.ts'

/** Lines of the run at work, at most. */
const LIVE = 10

/** The status, and below it the run at work or an open panel. At most `rows` lines, each cut to the width. */
export function watchView(
  status: readonly Line[],
  view: RunView | null,
  now: number,
  look: Look,
  rows: number,
  keys: Controls | null,
  text: PanelText | null,
): Span[][] {
  if (view && keys?.panel) return [...screenView(view, now, look, rows, keys, text).slice(0, -1), keysOf(keys, look)]
  const help = keys?.panel && text ? [[], ...text.lines.map(({ spans }) => spans)] : []
  const live = view ? screenView(view, now, look, Math.min(LIVE, Math.max(1, rows - 4)), null) : []
  const below = [
    ...help,
    ...(live.length > 0 ? [blank().spans, ...live] : []),
    ...(keys ? [blank().spans, keysOf(keys, look)] : []),
  ]
  const room = Math.max(1, rows - below.length)
  const above = status.map(({ spans }) => spans)
  const shown =
    above.length <= room
      ? above
      : [...above.slice(0, room - 1), [spanOf(`... ${above.length - room + 1} more lines`, 'dim')]]
  return [...shown, ...below].slice(0, rows).map((spans) => cutSpans(spans, look))
}

const keysOf = (keys: Controls, look: Look): Span[] => keysLine(keys, look, WATCH_KEYS)
