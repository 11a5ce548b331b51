import { stripVTControlCharacters } from 'node:util'
import { MARK } from '../../../sandbox/harness/protocol.mts'
import type { LimitName } from '../../core/verdict/evidence.ts'
import type { BoxResult } from '../box/box.ts'

const MAX_TAIL = 4_000
const PROTOCOL_LINE = new RegExp(`\\n?${MARK} specproof-[^\\n]*\\n?`, 'g')

/** The end of what a program printed, stderr after stdout, without colours and protocol lines. */
export function outputTail({ stdout, stderr }: BoxResult): string {
  const parts = [stdout.replace(PROTOCOL_LINE, ''), stderr].map((text) =>
    stripVTControlCharacters(text.slice(-4 * MAX_TAIL)),
  )
  return parts
    .filter((text) => text.trim() !== '')
    .join('\n')
    .slice(-MAX_TAIL)
}

/** The limit that ended a run; null when none did. */
export function stopped({ cause }: BoxResult): LimitName | null {
  return cause === 'exit' || cause === 'box' ? null : cause
}
