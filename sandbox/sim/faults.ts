import fc from 'fast-check'
import { KINDS, withoutContradictions } from './schedule.ts'
import { linksOf, type ShrinkOptions, smallerSchedules } from './shrink-faults.ts'
import type { Fault, FaultKind } from './types.ts'

/** What every program on a network has to live with; the other kinds are drawn when they are named. */
export const COMMON: readonly FaultKind[] = ['partition', 'crash', 'delay', 'drop', 'one-way', 'duplicate']
const MOST_DROPPED = 5
const MOST_SKEW_MS = 60_000
const MOST_DRIFT_PERCENT = 50
const FEW_KEPT_BYTES = 64
const MOST_KEPT_BYTES = 4_096
const MOST_POSITION = 1_000_000

export interface FaultsOptions {
  /** Who may be hit. */
  nodes: readonly string[]
  /** All faults are over by then, ms. */
  until: number
  /** Default: partition, crash, delay, drop, one-way and duplicate. */
  kinds?: readonly FaultKind[]
  /** Most faults of one schedule. Default 5. */
  max?: number
}

/**
 * Fault schedules as data, so that they shrink: to fewer faults, of simpler kinds, then to shorter and earlier ones.
 * All of them are over by `until` (ms). They touch `nodes` and links from or to them, and contradict one another never.
 */
export function faults(options: FaultsOptions): fc.Arbitrary<Fault[]> {
  checkOptions(options)
  const { nodes, until, kinds = COMMON, max = 5 } = options
  const drawn = fc.array(fc.oneof(...kinds.map((kind) => faultOf(kind, nodes, until))), { maxLength: max })
  return new Schedules(drawn, { nodes, until, kinds })
}

export function checkOptions({ nodes, until, kinds = COMMON }: FaultsOptions): void {
  if (!Array.isArray(nodes) || nodes.length === 0) throw new RangeError('faults need at least one node, in a list')
  if (kinds.length === 0) throw new RangeError('faults need at least one kind')
  const unknown = kinds.find((kind) => !KINDS.includes(kind))
  if (unknown !== undefined) throw new RangeError(`unknown kind of fault "${unknown}" (there are ${KINDS.join(', ')})`)
  if (!(Number.isInteger(until) && until >= 2)) throw new RangeError(`faults need whole ms from 2 as "until": ${until}`)
}

/** Draws as the array does, and shrinks with what is known of faults. */
class Schedules extends fc.Arbitrary<Fault[]> {
  #drawn: fc.Arbitrary<Fault[]>
  #options: ShrinkOptions

  constructor(drawn: fc.Arbitrary<Fault[]>, options: ShrinkOptions) {
    super()
    this.#drawn = drawn
    this.#options = options
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Fault[]> {
    return new fc.Value(withoutContradictions(this.#drawn.generate(random, biasFactor).value), undefined)
  }

  canShrinkWithoutContext(value: unknown): value is Fault[] {
    return Array.isArray(value)
  }

  shrink(value: Fault[], context?: unknown): fc.Stream<fc.Value<Fault[]>> {
    const candidates = smallerSchedules(value, this.#options, typeof context === 'number' ? context : 0)
    return fc.stream(candidates).map(({ schedule, stage }) => new fc.Value(schedule, stage))
  }
}

/** One of this kind, anywhere before `until`. */
export function faultOf(kind: FaultKind, nodes: readonly string[], until: number): fc.Arbitrary<Fault> {
  const fields = fieldsOf(kind, nodes, until)
  return fc.record({ ...fields, ...times(until) }).map(({ at, ms, ...drawn }) => {
    const { link, node, nodes: group, extra, ...numbers } = drawn as Drawn
    const time = extra === undefined ? within({ at, ms }, until) : withExtra({ at, ms, extra }, until)
    const who = link ?? (group === undefined ? { node } : { nodes: group })
    return { kind, ...who, ...time, ...numbers } as Fault
  })
}

interface Drawn {
  link?: { from: string; to: string }
  node?: string
  nodes?: string[]
  extra?: number
}

/** What is drawn for a fault of this kind beside its times. */
function fieldsOf(kind: FaultKind, nodes: readonly string[], until: number): Record<string, fc.Arbitrary<unknown>> {
  const node = fc.constantFrom(...nodes)
  switch (kind) {
    case 'partition':
      return { nodes: fc.subarray([...nodes], { minLength: 1 }) }
    case 'crash':
    case 'pause':
    case 'disk-full':
    case 'disk-error':
      return { node }
    case 'one-way':
    case 'clog':
      return { link: linkBetween(nodes) }
    case 'drop':
      return { link: linkBetween(nodes), count: fc.integer({ min: 1, max: MOST_DROPPED }) }
    case 'delay':
    case 'slow':
    case 'disk-slow':
      return { node, extra: upTo(until) }
    case 'duplicate':
    case 'reorder':
      return { link: linkBetween(nodes), extra: upTo(until) }
    case 'skew':
      return { node, offset: fc.integer({ min: -MOST_SKEW_MS, max: MOST_SKEW_MS }) }
    case 'drift':
      return { node, percent: fc.integer({ min: -MOST_DRIFT_PERCENT, max: MOST_DRIFT_PERCENT }) }
    case 'torn-crash':
      // What lies between two syncs is mostly short: drawn evenly, hardly any crash would tear it.
      return { node, keep: fc.oneof(fc.nat({ max: FEW_KEPT_BYTES }), fc.nat({ max: MOST_KEPT_BYTES })) }
    case 'corrupt':
      return { node, position: fc.nat({ max: MOST_POSITION }) }
  }
}

interface Times {
  at: number
  ms: number
}

const upTo = (until: number) => fc.integer({ min: 1, max: until })

/** Begin and length are drawn apart and then cut to fit. */
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

function linkBetween(nodes: readonly string[]): fc.Arbitrary<{ from: string; to: string }> {
  return fc.constantFrom(...linksOf(nodes))
}
