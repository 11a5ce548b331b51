import fc from 'fast-check'
import { type Fault, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { type Journal, openJournal } from '../src/journal.ts'

/** Bytes of a line, with its end. */
const LINE = Buffer.byteLength('{"n":100,"text":"é"}\n')

const trouble = fc.record({
  kind: fc.constantFrom(
    'crash' as const,
    'torn-crash' as const,
    'torn-crash' as const,
    'disk-error' as const,
    'disk-full' as const,
  ),
  after: fc.oneof(fc.nat(15), fc.nat(300)),
  ms: fc.integer({ min: 1, max: 40 }),
  keep: fc.oneof(fc.nat(40), fc.constantFrom(LINE - 2, LINE - 1, LINE)),
})
const appends = fc.array(fc.oneof(fc.nat(4), fc.nat(60)), { minLength: 1, maxLength: 25 })

interface Call {
  n: number
  life: number
  outcome: 'open' | 'safe' | 'refused'
}

/** Appends n = 1, 2, ... at the given gaps, opening the journal anew after each crash. */
async function play(
  gaps: number[],
  troubles: { kind: Fault['kind']; after: number; ms: number; keep: number }[],
  diskLatency: number,
) {
  let at = 0
  const faults = troubles.map(({ kind, after, ms, keep }) => {
    const fault = { kind, node: 'n', at: at + after, ms, ...(kind === 'torn-crash' ? { keep } : {}) } as Fault
    at += after + ms + 1
    return fault
  })
  const sim = new Simulation({ faults, diskLatency })
  const calls: Call[] = []
  const replays: number[][] = []
  let journal: Journal | undefined
  let life = 0
  sim.node('n', ({ clock, disk }) => {
    life += 1
    journal = undefined
    // The disk may be at fault when the node starts.
    const open = () => {
      const replayed: number[] = []
      try {
        journal = openJournal(disk, 'journal', (entry) => replayed.push((entry as Call).n))
        replays.push(replayed)
      } catch (error) {
        if (error instanceof SyntaxError) throw error
        clock.setTimeout(open, 5)
      }
    }
    open()
    let n = 0
    const next = () => {
      n += 1
      const gap = gaps[(life * 7 + n) % gaps.length]!
      if (n < 12) clock.setTimeout(next, gap)
      if (journal === undefined) return
      const call: Call = { n: 100 + calls.length, life, outcome: 'open' }
      calls.push(call)
      journal.append({ n: call.n, text: 'é' }).then(
        () => Object.assign(call, { outcome: 'safe' }),
        () => Object.assign(call, { outcome: 'refused' }),
      )
    }
    next()
  })
  await sim.runAsync(at + 2_000)
  let final: number[] = []
  const last = new Simulation()
  const text = sim.disk('n').existsSync('journal') ? sim.disk('n').readTextSync('journal') : ''
  last.disk('n').writeSync('journal', text)
  last.node('n', ({ disk }) => {
    final = []
    openJournal(disk, 'journal', (entry) => final.push((entry as Call).n))
  })
  return { calls, replays: [...replays, final], lives: life }
}

it('1.5 what was answered as safe is replayed in its order after every crash, and nothing twice', () =>
  fc.assert(
    fc.asyncProperty(
      appends,
      fc.array(trouble, { maxLength: 4 }),
      fc.integer({ min: 1, max: 6 }),
      async (gaps, troubles, diskLatency) => {
        const { calls, replays } = await play(gaps, troubles, diskLatency)
        const wrong: string[] = []
        const safe = calls.filter(({ outcome }) => outcome === 'safe').map(({ n }) => n)
        const final = replays.at(-1)!
        for (const n of safe) if (!final.includes(n)) wrong.push(`${n} was safe and is lost`)
        // A line without its end counts for nothing, or it would be there after one restart and gone after the next.
        for (const [index, replay] of replays.entries()) {
          const gone = (replays[index - 1] ?? []).filter((n) => !replay.includes(n))
          if (gone.length > 0) wrong.push(`${gone} were replayed and are not any more`)
        }
        for (const replay of replays)
          if (replay.some((n, index) => index > 0 && n <= replay[index - 1]!))
            wrong.push(`not in order, or twice: ${replay}`)
        expect(wrong).toEqual([])
      },
    ),
  ))

it('1.6 an entry that the disk refuses leaves nothing behind, and the next one is taken', () =>
  fc.assert(
    fc.asyncProperty(
      appends,
      fc.array(trouble, { maxLength: 3 }),
      fc.integer({ min: 1, max: 6 }),
      async (gaps, troubles, diskLatency) => {
        const refusals = troubles.map((one) => ({
          ...one,
          kind: one.kind === 'disk-full' ? one.kind : ('disk-error' as const),
        }))
        const { calls, replays, lives } = await play(gaps, refusals, diskLatency)
        expect(lives).toBe(1)
        const outcomes = calls.map(({ outcome }) => outcome)
        expect(outcomes).not.toContain('open')
        const lastSafe = calls.findLast(({ outcome }) => outcome === 'safe')?.n ?? 0
        const refused = calls.filter(({ n, outcome }) => outcome === 'refused' && n < lastSafe).map(({ n }) => n)
        expect(replays.at(-1)!.filter((n) => refused.includes(n))).toEqual([])
        const end = refusals.reduce((sum, { after, ms }) => sum + after + ms + 1, 0)
        const gapsSum = gaps.reduce((sum, gap) => sum + gap, 0)
        if (end === 0 || gapsSum > 20 * end) expect(outcomes.at(-1)).toBe('safe')
      },
    ),
  ))
