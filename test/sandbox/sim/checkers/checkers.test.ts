import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Access,
  agreement,
  atLeastOnce,
  atMostOnce,
  boundedLatency,
  type Claim,
  converged,
  crdtLaws,
  exactlyOnce,
  type Lease,
  monotonicReads,
  noLeaseOverlap,
  noLostAcknowledgement,
  oneLeaderPerTerm,
  readYourWrites,
  samePrefix,
  totalOrder,
} from '../../../../sandbox/sim/index.ts'

/** A checker finds something exactly where the obvious program says that it should; both verdicts come up. */
function agrees<T>(histories: fc.Arbitrary<T>, check: (history: T) => string[], holds: (history: T) => boolean): void {
  const verdicts = new Set<boolean>()
  fc.assert(
    fc.property(histories, (history) => {
      const expected = holds(history)
      verdicts.add(expected)
      expect(check(history).length === 0).toBe(expected)
    }),
    { numRuns: 1_000 },
  )
  expect(verdicts).toEqual(new Set([true, false]))
}

const ids = fc.array(fc.nat({ max: 4 }), { maxLength: 6 })
const count = (list: readonly unknown[], id: unknown) => list.filter((one) => one === id).length

describe('effects', () => {
  it('at least once, at most once, exactly once, no lost acknowledgement', () => {
    const both = fc.tuple(ids, ids)
    agrees(
      both,
      ([a, b]) => atLeastOnce(a, b),
      ([a, b]) => a.every((id) => count(b, id) >= 1),
    )
    agrees(ids, atMostOnce, (b) => b.every((id) => count(b, id) === 1))
    agrees(
      both,
      ([a, b]) => exactlyOnce(a, b),
      ([a, b]) => [...a, ...b].every((id) => count(b, id) === 1 && count(a, id) > 0),
    )
    agrees(
      both,
      ([a, b]) => noLostAcknowledgement(a, b),
      ([a, b]) => a.every((id) => count(b, id) >= 1),
    )
  })

  it('say what is wrong', () => {
    expect(exactlyOnce(['job 1', 'job 2'], ['job 2', 'job 2', 'job 3'])).toEqual([
      '"job 1" was requested and never done',
      '"job 2" was done 2 times',
      '"job 3" was done and nobody had requested it',
    ])
    expect(noLostAcknowledgement(new Set(['w1', 'w2']), ['w2'])).toEqual(['"w1" was acknowledged and is lost'])
  })
})

describe('order', () => {
  const log = fc.uniqueArray(fc.nat({ max: 4 }), { maxLength: 4 })
  const logs = fc.record({ a: log, b: log, c: log })
  const pairs = ({ a, b, c }: { a: number[]; b: number[]; c: number[] }): [number[], number[]][] => [
    [a, b],
    [a, c],
    [b, c],
  ]

  it('total order: what two have in common they have in one order', () => {
    const common = (x: number[], y: number[]) => x.filter((entry) => y.includes(entry)).join()
    agrees(logs, totalOrder, (all) => pairs(all).every(([x, y]) => common(x, y) === common(y, x)))
    expect(totalOrder({ a: ['x', 'y', 'z'], b: ['y', 'x'] })).toEqual([
      'a has "x" before "y", b has them the other way round',
    ])
    expect(totalOrder({ a: [{ n: 1 }, { n: 2 }], b: [{ n: 2 }, { n: 1 }] })).toHaveLength(1)
  })

  it('the same prefix: one log is the beginning of the other', () => {
    agrees(logs, samePrefix, (all) =>
      pairs(all).every(([x, y]) => x.every((entry, i) => y[i] === undefined || y[i] === entry)),
    )
    expect(samePrefix({ a: [1, 2], b: [1, 3, 4] })).toEqual(['entry 1 is 2 at a and 3 at b'])
  })

  it('agreement: nobody decides otherwise, and nothing that nobody proposed', () => {
    const decision = fc.option(fc.nat({ max: 2 }), { nil: undefined })
    const decisions = fc.record({ a: decision, b: decision, c: decision })
    const made = (all: Record<string, number | undefined>) => Object.values(all).filter((value) => value !== undefined)
    agrees(
      decisions,
      (all) => agreement(all),
      (all) => new Set(made(all)).size <= 1,
    )
    agrees(
      fc.tuple(decisions, ids),
      ([all, proposed]) => agreement(all, proposed),
      ([all, proposed]) => new Set(made(all)).size <= 1 && made(all).every((value) => proposed.includes(value)),
    )
    expect(agreement({ a: 1, b: undefined, c: 2 }, [1])).toEqual([
      'a decided 1 and c decided 2',
      'c decided 2, which nobody has proposed',
    ])
  })
})

describe('leadership', () => {
  it('one leader per term', () => {
    const claims = fc.array(fc.record<Claim>({ term: fc.nat({ max: 3 }), leader: fc.constantFrom('a', 'b') }), {
      maxLength: 6,
    })
    agrees(claims, oneLeaderPerTerm, (all) =>
      all.every((x) => all.every((y) => x.term !== y.term || x.leader === y.leader)),
    )
    expect(
      oneLeaderPerTerm([
        { term: 3, leader: 'a', at: 5 },
        { term: 3, leader: 'a', at: 9 },
        { term: 3, leader: 'b' },
      ]),
    ).toEqual(['term 3 has 2 leaders: a (t=5), b'])
  })

  it('leases do not overlap, moment by moment', () => {
    const lease = fc.record<Lease>({
      holder: fc.constantFrom('a', 'b', 'c'),
      from: fc.nat({ max: 10 }),
      to: fc.nat({ max: 12 }),
      resource: fc.constantFrom('x', 'y'),
    })
    const holders = (all: Lease[], at: number, resource: string) =>
      new Set(all.filter((l) => l.resource === resource && l.from <= at && at < l.to).map((l) => l.holder))
    agrees(fc.array(lease, { maxLength: 6 }), noLeaseOverlap, (all) =>
      Array.from({ length: 13 }).every((_, at) => ['x', 'y'].every((resource) => holders(all, at, resource).size <= 1)),
    )
    const overlap = [
      { holder: 'a', from: 0, to: 10 },
      { holder: 'b', from: 8, to: Number.POSITIVE_INFINITY },
    ]
    expect(noLeaseOverlap(overlap)).toEqual(['a and b are both holders from t=8 to t=10'])
  })
})

describe('sessions', () => {
  const accesses = fc.array(
    fc.record<Access>({
      client: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('read', 'write'),
      key: fc.constantFrom('x', 'y'),
      version: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    }),
    { maxLength: 6 },
  )
  /** No read finds less than an earlier access of this kind by the same client to the same key. */
  const never = (kind: Access['kind']) => (all: Access[]) =>
    all.every((later, index) =>
      all.slice(0, index).every((earlier) => {
        const related = earlier.client === later.client && earlier.key === later.key
        return (
          !related || earlier.kind !== kind || later.kind !== 'read' || (later.version ?? -1) >= (earlier.version ?? -1)
        )
      }),
    )

  it('monotonic reads and read your writes', () => {
    agrees(accesses, monotonicReads, never('read'))
    agrees(accesses, readYourWrites, never('write'))
    expect(
      monotonicReads([
        { client: 'a', kind: 'read', version: 2 },
        { client: 'a', kind: 'read', version: 1, at: 7 },
      ]),
    ).toEqual(['a reads version 1 at t=7, and had read version 2'])
    expect(
      readYourWrites([
        { client: 'a', kind: 'write', key: 'k', version: 2 },
        { client: 'a', kind: 'read', key: 'k', version: undefined },
      ]),
    ).toEqual(['a reads nothing of k, and had written version 2'])
  })
})

describe('convergence', () => {
  it('finds replicas that differ', () => {
    const replica = fc.nat({ max: 1 })
    agrees(fc.record({ a: replica, b: replica, c: replica }), converged, ({ a, b, c }) => a === b && b === c)
    expect(converged({ a: new Set([1]), b: new Set([1]) })).toEqual([])
    expect(converged({ a: { n: 1 }, b: { n: 2 } })).toEqual(['a is {"n":1} and b is {"n":2}'])
    expect(converged({})).toEqual([])
  })

  it('knows good merges and bad ones by the laws', () => {
    const sets = [new Set<number>(), new Set([1]), new Set([1, 2]), new Set([3])]
    expect(crdtLaws(sets, (a, b) => new Set([...a, ...b]))).toEqual([])
    expect(crdtLaws([0, 1, 5], Math.max)).toEqual([])
    expect(crdtLaws([0, 1, 5], (a, b) => a + b)).toEqual(['not idempotent: 1'])
    expect(crdtLaws([0, 1, 5], (_a, b) => b)).toEqual(['not commutative: 0, 1'])
    expect(crdtLaws([0, 1, 5], (a, b) => (a === b ? a : (a + b) / 2))).toEqual(['not associative: 0, 0, 1'])
    // Last writer wins by time alone: at the same time it depends on the side.
    const byTime = (a: { at: number; by: string }, b: { at: number; by: string }) => (b.at > a.at ? b : a)
    expect(
      crdtLaws(
        [
          { at: 1, by: 'a' },
          { at: 1, by: 'b' },
        ],
        byTime,
      ),
    ).toEqual(['not commutative: {"at":1,"by":"a"}, {"at":1,"by":"b"}'])
  })
})

describe('bounded latency', () => {
  it('wants an answer in time for each request that is due', () => {
    const dated = fc.array(fc.record({ id: fc.nat({ max: 2 }), at: fc.nat({ max: 12 }) }), { maxLength: 5 })
    agrees(
      fc.tuple(dated, dated),
      ([requests, answers]) => boundedLatency(requests, answers, { within: 3, until: 10 }),
      ([requests, answers]) =>
        requests.every((r) => r.at + 3 > 10 || answers.some((a) => a.id === r.id && a.at >= r.at && a.at <= r.at + 3)),
    )
    expect(
      boundedLatency(
        [
          { id: 'j', at: 5 },
          { id: 'k', at: 5 },
        ],
        [{ id: 'j', at: 99 }],
        { within: 10 },
      ),
    ).toEqual([
      '"j" of t=5 was answered after 94 ms, 10 ms are allowed',
      '"k" of t=5 was never answered, 10 ms are allowed',
    ])
  })
})
