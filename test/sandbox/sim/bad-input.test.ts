import { describe, expect, it } from 'vitest'
import { type Case, type ChaosOptions, chaos, type Scenario, Simulation } from '../../../sandbox/sim/index.ts'

const ticking: Scenario = (sim) => {
  sim.node('a', ({ clock }) => void clock.setInterval(() => {}, 1_000))
}

/** What `chaos` says; the cause, where fast-check has wrapped it. */
async function said(options: object, scenario: Scenario = ticking): Promise<string> {
  const given = { nodes: ['a'], kinds: ['pause'], runs: 3, until: 5_000, ...options } as ChaosOptions
  const error = await chaos(given, scenario).then(
    () => null,
    (caught: Error) => caught,
  )
  return String(error?.cause ?? error)
}

const crash = { kind: 'crash', node: 'a', at: 1, ms: 10 }

describe('what makes no sense is refused before anything runs, and said', () => {
  const schedules: Record<string, [unknown, RegExp]> = {
    'a time before the beginning': [[{ ...crash, at: -1 }], /"at" that is not negative: \{"kind":"crash"/],
    'a length below nothing': [[{ ...crash, ms: -1 }], /"ms" that is not negative/],
    'a time that is a text': [[{ ...crash, at: '1' }], /a finite "at"/],
    'a length that is a text': [[{ ...crash, ms: '1' }], /needs "ms"/],
    'no object': [[null], /a fault is an object: null/],
    'no list': [{}, /faults are a list, not \{\}/],
    'an unknown kind': [[{ ...crash, kind: 'crsh' }], /unknown kind of fault \(there are partition/],
    'a crash while the node stands still': [[crash, { ...crash, kind: 'pause', at: 5 }], /contradict each other/],
    'two wrong clocks at once': [
      [
        { kind: 'skew', node: 'a', at: 1, ms: 10, offset: 1 },
        { kind: 'skew', node: 'a', at: 5, ms: 10, offset: 3 },
      ],
      /contradict each other.*"offset":1.*"offset":3/,
    ],
  }
  for (const [name, [faults, message]] of Object.entries(schedules)) {
    it(`in a schedule: ${name}`, async () => {
      expect(() => new Simulation({ faults: faults as never })).toThrow(message)
      if (Array.isArray(faults)) expect(await said({ examples: [{ faults, seed: 0 } as Case] })).toMatch(message)
    })
  }

  it('in a schedule: a node that is not there', async () => {
    const partition = { kind: 'partition', nodes: ['w9'], at: 1, ms: 10 }
    expect(await said({ examples: [{ faults: [partition], seed: 0 }] })).toMatch(/names "w9".*there are: a/)
    expect(await said({ examples: [{ faults: [{ ...crash, node: 'w9' }], seed: 0 }] })).toMatch(/crashes "w9"/)
    for (const kind of ['pause', 'slow', 'skew', 'drift', 'disk-full', 'disk-error', 'disk-slow', 'corrupt', 'drop'])
      expect(await said({ nodes: ['w9'], kinds: [kind], runs: 50 }), kind).toMatch(/names "w9".*\(there are: a\)/)
  })

  const options: Record<string, [object, RegExp]> = {
    'no nodes': [{ nodes: [] }, /at least one node/],
    'nodes left out': [{ nodes: undefined }, /at least one node/],
    'no kinds': [{ kinds: [] }, /at least one kind/],
    'a kind with a slip of the pen': [{ kinds: ['partition', 'crsh'] }, /unknown kind of fault "crsh"/],
    'no time': [{ until: 0 }, /"until": 0/],
    'no runs, which would show nothing': [{ runs: 0 }, /runs: a whole number from 1, not 0/],
    'half a run': [{ runs: 1.5 }, /runs: a whole number/],
    'an example without a seed': [{ examples: [{ faults: [] }] }, /an example is \{ faults: \[...\], seed: 0 \}/],
    'an example that is a schedule': [{ examples: [[]] }, /an example is/],
    'a quiet time below nothing': [{ quiet: -1 }, /quiet: a time in ms.*not -1/],
    'a liveness phase without end': [{ liveness: Number.POSITIVE_INFINITY }, /liveness: a time in ms.*not Infinity/],
    'latency below nothing': [{ latency: -1 }, /latency: a time in ms/],
    'no events': [{ maxEvents: 0 }, /maxEvents: a number above 0/],
    'no time for an event': [{ eventLimit: 0 }, /eventLimit: a number above 0/],
  }
  for (const [name, [given, message]] of Object.entries(options)) {
    it(`in the options of chaos: ${name}`, async () => {
      expect(await said(given)).toMatch(message)
    })
  }
})

describe('what must hold', () => {
  const marks = ['always', 'eventually', 'finally', 'sometimes'] as const
  for (const mark of marks) {
    it(`has to answer at once: a promise would always hold (${mark})`, async () => {
      const scenario: Scenario = (sim) => {
        void ticking(sim)
        sim[mark]('it holds', (async () => false) as never)
      }
      expect(await said({}, scenario)).toMatch(/holds has answered a promise/)
    })
  }

  it('may be an assertion without braces, and answers nothing else that could be taken for either', async () => {
    const answering = (answer: () => unknown): Scenario => {
      return (sim) => {
        void ticking(sim)
        sim.always('it holds', answer as never)
      }
    }
    expect(
      await said(
        {},
        answering(() => expect(1).toBe(1)),
      ),
    ).toBe('null')
    expect(
      await said(
        {},
        answering(() => expect(1).toBe(2)),
      ),
    ).toMatch(/expected 1 to be 2/)
    expect(
      await said(
        {},
        answering(() => new Map([['wrong', 1]])),
      ),
    ).toMatch(/must answer true, nothing, false/)
    expect(
      await said(
        {},
        answering(() => 0),
      ),
    ).toMatch(/must answer true, nothing, false/)
  })
})

it('a node is not called *, which stands for all', () => {
  expect(() => new Simulation().node('*', () => {})).toThrow(/stands for all/)
})
