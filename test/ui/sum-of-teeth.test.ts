import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EventOf } from '../../src/core/events.ts'
import { type Bite, scoreInWords, scoreOf, teethEvidence } from '../../src/core/teeth/score.ts'
import { NO_EVIDENCE } from '../../src/core/verdict/judge.ts'
import { evidenceLine } from '../../src/core/verdict/message.ts'
import { evidenceWords } from '../../src/ui/summary.ts'
import { teethWords } from '../../src/ui/teeth-lines.ts'

const STATUSES = ['killed', 'survived', 'unreached', 'allowed', 'error', 'timeout', 'not-run'] as const
const bites = fc
  .array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 60 })
  .map((all) =>
    all.map((status, id): Bite => ({ id, what: 'a -> b', path: 'a.ts', line: 1, status, test: null, reason: null })),
  )

/** The whole that a text tells, and the sum of the parts behind it, whatever is said of them in brackets. */
function sumIn(text: string): { whole: number; parts: number } {
  const flat = text.replace(/ \([^()]*(?:\([^()]*\)[^()]*)*\)/g, '')
  const [, whole, parts] = /(\d+) wrong versions?: ([^;]*)/.exec(flat)!
  const numbers = [...parts!.matchAll(/(?:^|, )(\d+) /g)].map(([, n]) => Number(n))
  return { whole: Number(whole), parts: numbers.reduce((a, b) => a + b, 0) }
}

it('what became of wrong versions adds up to all of them, wherever it is told, for any of them', () => {
  fc.assert(
    fc.property(bites, fc.boolean(), fc.nat({ max: 5 }), (all, answered, own) => {
      const score = scoreOf(all)
      const told: EventOf<'teeth.finished'> = {
        ...{ type: 'teeth.finished', spec: 'q', task: '1', attempt: 1, mode: 'required', ...score, seconds: 10 },
        ...{ refused: 2, possible: 90, survivors: [], answered, strict: [], note: null, ms: 1, own },
        added: { files: ['a.more.test.ts'], tests: 2, killed: 1, held: { seeds: 5, runs: 5_000 } },
      }
      const evidence = { ...NO_EVIDENCE, green: '3/3', teeth: teethEvidence(score), suite: '9/9' }
      const texts = [teethWords(told), evidenceWords(evidence), evidenceLine(evidence, 'abc'), scoreInWords(score)]
      for (const text of texts) expect(sumIn(text), text).toEqual({ whole: all.length, parts: all.length })
      const commit = evidenceLine(evidence, 'abc')
      const same = /teeth [^;]*/.exec(evidenceWords(evidence))![0]
      expect(commit).toContain(same)
    }),
  )
})
