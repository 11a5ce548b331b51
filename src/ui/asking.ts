import { oneLine, plural, ticking } from './format.ts'
import type { Running } from './state.ts'

/** Characters of a token, about: what streams is counted by its service when it has ended. */
const CHARS = 4
/** Milliseconds after which a stream that was heard before counts as silent. */
const SILENT = 10_000

/** Milliseconds by which a limit of a silence may be overrun before it is told that it does not hold. */
const LATE = 5_000

/** What has come of an answer at event time `now`: `about 1,200 tokens so far`. `journaled`: a journal does not keep what streams. */
export function askedWords(running: Running, now: number, journaled = false): string {
  const { chars, hidden, heard, waiting, asked } = running
  if (waiting !== null && now < asked) return `asked again soon: ${oneLine(waiting)}`
  if (journaled) return 'waiting for a reply'
  if (chars + hidden === 0) return 'waiting for the first token'
  const thinks = chars === 0 ? 'thinking, ' : ''
  const silent = now - heard >= SILENT ? `, none for ${ticking(now - heard)}` : ''
  return `${thinks}about ${plural(Math.ceil((chars + hidden) / CHARS), 'token')} so far${silent}`
}

/**
 * When a model that has sent nothing is given up, as far as that is known: `3 tries, each up to 5 min of silence`. A service that
 * sends signs of life and no text is not silent, and is not given up.
 */
export function givesUp({ chars, hidden, asked, silence }: Running, now: number): string | null {
  if (silence === null || now < asked || chars + hidden > 0) return null
  if (now - asked > silence.ms + LATE) return 'the service keeps the connection open'
  const most = `${ticking(silence.ms).replace(' 00 s', '')} of silence`
  return silence.tries > 1 ? `${silence.tries} tries, each up to ${most}` : `gives up after ${most}`
}
