import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DISTURBANCES, disturb, type Outcome, randomFrom } from '../../support/patch-noise.ts'
import { realChanges } from '../../support/real-changes.ts'
import { FORMATS } from '../../support/render-patch.ts'
import { sample } from '../../support/sample.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const ALL = 20_000
/** What must come through whole. */
const HARMLESS = ['none', 'line numbers drifted', 'blocks reordered', 'reply with CRLF', 'a block sent twice']

describe('real commits, disturbed as models disturb them', () => {
  const changes = realChanges(ROOT, 150)
  const trials = sample(
    'disturbed patches',
    Array.from({ length: ALL }, (_, k) => k),
    1_500,
  )

  it.skipIf(changes.length === 0)('are applied right or refused, never applied wrong', async () => {
    const counts: Record<Outcome, number> = { right: 0, refused: 0, wrong: 0 }
    const harmless = { right: 0, all: 0 }
    const names = Object.keys(DISTURBANCES)
    for (const trial of trials) {
      const random = randomFrom(trial * 7919 + 1)
      random(2)
      const change = changes[random(changes.length)]!
      const format = FORMATS[random(FORMATS.length)]!
      const name = names[trial % names.length]!
      const tried = await disturb(change, format, name, random)
      if (tried === null) continue
      counts[tried.outcome]++
      const what = `${name}, ${change.path} as ${format}, trial ${trial}:\n${tried.reply}`
      expect(tried.outcome, what).not.toBe('wrong')
      if (!HARMLESS.includes(name)) continue
      harmless.all++
      if (tried.outcome === 'right') harmless.right++
    }
    // A commit that repeats what stands beside it may be taken as applied already.
    expect(harmless.right).toBeGreaterThan(harmless.all * 0.97)
    expect(counts.right).toBeGreaterThan(100)
    expect(counts.refused).toBeGreaterThan(100)
  })
})
