import { Box, type Key as InkKey, Static, Text, useInput } from 'ink'
import type { Key } from '../keys.ts'
import type { Line, Span, Style } from '../line.ts'

interface Paint {
  color?: string
  dimColor?: boolean
  bold?: boolean
}

/** Named colours are the terminal's own, which suit its background whether that is light or dark. */
const PAINTS: Record<Style, Paint> = {
  good: { color: 'green' },
  bad: { color: 'red' },
  warn: { color: 'yellow' },
  dim: { dimColor: true },
  bold: { bold: true },
}

function Row({ spans, color, wrap }: { spans: Span[]; color: boolean; wrap: 'wrap' | 'truncate' }) {
  const texts = spans.map(({ text, style }, i) => {
    const paint = color && style ? PAINTS[style] : {}
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: spans of a line have no identity but their place
      <Text key={i} {...paint}>
        {text}
      </Text>
    )
  })
  // An empty text has no height, and a blank line must have one.
  return <Text wrap={wrap}>{spans.every(({ text }) => text === '') ? ' ' : texts}</Text>
}

/** One of our names for each key that means something, or the character. */
function nameOf(input: string, key: InkKey): Key {
  if (key.ctrl) return input === 'c' ? 'interrupt' : ''
  if (key.escape) return 'escape'
  if (key.upArrow) return 'up'
  if (key.downArrow) return 'down'
  if (key.pageUp) return 'page-up'
  if (key.pageDown) return 'page-down'
  if (key.home) return 'home'
  if (key.end) return 'end'
  return key.tab ? 'tab' : input
}

function Keys({ onKey }: { onKey(key: Key): void }) {
  useInput((input, key) => {
    // Escape and the next key, typed fast, look like one key with Alt.
    if (key.meta && !key.escape) onKey('escape')
    // What was typed faster than it is read comes in one piece.
    const name = nameOf(input, key)
    if (name.length > 1 && name === input) for (const one of input) onKey(one)
    else if (name !== '') onKey(name)
  })
  return null
}

export interface AppProps {
  /** All finished lines since the start; only ever appended to. */
  finished: Line[]
  /** The live area, already cut to the width. */
  live: Span[][]
  color: boolean
  /** Null when there is nothing to read keys from. */
  onKey: ((key: Key) => void) | null
}

/** Finished lines above, and one live area below them. */
export function App({ finished, live, color, onKey }: AppProps) {
  return (
    <>
      <Static items={finished}>{(line, i) => <Row key={i} spans={line.spans} color={color} wrap="wrap" />}</Static>
      {live.length > 0 && (
        <Box flexDirection="column" marginTop={1}>
          {live.map((spans, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row of the live area is its place
            <Row key={i} spans={spans} color={color} wrap="truncate" />
          ))}
        </Box>
      )}
      {onKey && <Keys onKey={onKey} />}
    </>
  )
}
