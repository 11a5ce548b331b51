import fc from 'fast-check'
import type { Fault, FaultKind } from './types.ts'

const ALL: readonly FaultKind[] = ['partition', 'crash', 'delay', 'drop', 'one-way', 'duplicate']
const MOST_DROPPED = 5

/**
 * Fault schedules as data, so that they shrink: to fewer faults, then to shorter and earlier ones.
 * All of them are over by `until` (ms). They touch `nodes` and links from or to them.
 * `kinds` defaults to all kinds, `max` (the number of faults in one schedule) to 5.
 */
export function faults(options: {
  nodes: readonly string[]
  until: number
  kinds?: readonly FaultKind[]
  max?: number
}): fc.Arbitrary<Fault[]> {
  const { nodes, until, kinds = ALL, max = 5 } = options
  if (nodes.length === 0) throw new RangeError('faults() needs at least one node')
  if (kinds.length === 0) throw new RangeError('faults() needs at least one kind')
  if (!(Number.isInteger(until) && until >= 2))
    throw new RangeError(`faults() needs whole ms from 2 as "until": ${until}`)
  return fc.array(fc.oneof(...kinds.map((kind) => oneFault(kind, nodes, until))), { maxLength: max })
}

function oneFault(kind: FaultKind, nodes: readonly string[], until: number): fc.Arbitrary<Fault> {
  const node = fc.constantFrom(...nodes)
  switch (kind) {
    case 'partition':
      return fc
        .record({ nodes: fc.subarray([...nodes], { minLength: 1 }), ...times(until) })
        .map((drawn) => ({ kind, nodes: drawn.nodes, ...within(drawn, until) }))
    case 'crash':
      return fc.record({ node, ...times(until) }).map((drawn) => ({ kind, node: drawn.node, ...within(drawn, until) }))
    case 'one-way':
      return fc
        .record({ link: link(nodes), ...times(until) })
        .map((drawn) => ({ kind, ...drawn.link, ...within(drawn, until) }))
    case 'drop':
      return fc
        .record({ link: link(nodes), count: fc.integer({ min: 1, max: MOST_DROPPED }), ...times(until) })
        .map((drawn) => ({ kind, ...drawn.link, ...within(drawn, until), count: drawn.count }))
    case 'delay':
      return fc
        .record({ node, extra: upTo(until), ...times(until) })
        .map((drawn) => ({ kind, node: drawn.node, ...withExtra(drawn, until) }))
    case 'duplicate':
      return fc
        .record({ link: link(nodes), extra: upTo(until), ...times(until) })
        .map((drawn) => ({ kind, ...drawn.link, ...withExtra(drawn, until) }))
  }
}

interface Times {
  at: number
  ms: number
}

const upTo = (until: number) => fc.integer({ min: 1, max: until })

/** Begin and length are drawn apart and then cut to fit, because a length that depends on the begin shrinks badly. */
function times(until: number): { at: fc.Arbitrary<number>; ms: fc.Arbitrary<number> } {
  return { at: fc.integer({ min: 0, max: until - 2 }), ms: upTo(until) }
}

function within({ at, ms }: Times, until: number): Times {
  return { at, ms: Math.min(ms, until - at) }
}

function withExtra(drawn: Times & { extra: number }, until: number): Times & { extra: number } {
  const { at, ms } = within(drawn, until - 1)
  return { at, ms, extra: Math.min(drawn.extra, until - at - ms) }
}

/** From a node to all, from all to a node, or between two of the nodes. */
function link(nodes: readonly string[]): fc.Arbitrary<{ from: string; to: string }> {
  const links = nodes.flatMap((node) => [
    { from: node, to: '*' },
    { from: '*', to: node },
  ])
  const pairs = nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })))
  return fc.constantFrom(...links, ...pairs)
}
