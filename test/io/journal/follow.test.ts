import { appendFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { followRun } from '../../../src/io/journal/follow.ts'
import { twoAttempts } from '../../ui/fixture.ts'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'specproof-follow-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

it('reads each event of a run at work once, however its file grows', async () => {
  const bytes = Buffer.from(twoAttempts.map((event) => `${JSON.stringify(event)}\n`).join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }), async (cuts) => {
      const dir = folder()
      const follower = followRun(dir)
      expect(await follower.more()).toEqual({ events: [], age: 0 })
      const read = []
      let from = 0
      for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
        appendFileSync(join(dir, 'events.jsonl'), bytes.subarray(from, to))
        from = to
        read.push(...(await follower.more()).events)
      }
      expect(read).toEqual(twoAttempts)
      expect((await follower.more()).events).toEqual([])
    }),
    { numRuns: 30 },
  )
})

it('says how long ago the last one was written, and passes over what it does not know', async () => {
  const dir = folder()
  const file = join(dir, 'events.jsonl')
  appendFileSync(file, '{"v":1,"t":3,"type":"of a later version"}\nno json\n')
  utimesSync(file, 1_000, 1_000)
  expect(await followRun(dir).more(1_005_000)).toEqual({ events: [], age: 5_000 })
})
