import { Box, Static, Text, useInput } from 'ink'
import type { Line, Span, Style } from '../line.ts'

interface Paint {
  color?: string
  dimColor?: boolean
  bold?: boolean
}

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
  return <Text wrap={wrap}>{texts.length === 0 ? ' ' : texts}</Text>
}

function Interrupt({ onInterrupt }: { onInterrupt(): void }) {
  useInput((input, key) => {
    if (key.ctrl && input === 'c') onInterrupt()
  })
  return null
}

export interface AppProps {
  /** All finished lines since the start; only ever appended to. */
  finished: Line[]
  /** The live area, already cut to the width. */
  live: Span[][]
  color: boolean
  /** Called for Ctrl-C when keys are read; null when there is nothing to read keys from. */
  onInterrupt: (() => void) | null
}

/** Finished lines above, and one live area below them. */
export function App({ finished, live, color, onInterrupt }: AppProps) {
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
      {onInterrupt && <Interrupt onInterrupt={onInterrupt} />}
    </>
  )
}
