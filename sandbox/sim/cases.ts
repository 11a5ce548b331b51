import fc from 'fast-check'
import { COMMON, checkOptions, type FaultsOptions, faultOf } from './faults.ts'
import { withoutContradictions } from './schedule.ts'
import { smallerSchedules } from './shrink-faults.ts'
import type { Fault } from './types.ts'

/** What one run of a campaign is made from, and can be made from again. */
export interface Case {
  faults: Fault[]
  /** Of jitter and of the nodes' random numbers. */
  seed: number
}

export interface CasesOptions extends FaultsOptions {
  /** For each of the first seeds, when something happens without any fault: faults are aimed there. ms */
  moments: readonly (readonly number[])[]
}

/**
 * Beginning and length of a fault beside the moment that the whole schedule is about, and by how much it is late; null: as
 * it was drawn.
 */
interface Aim {
  begin: number | null
  length: number | null
  extra: number | null
}

/**
 * Cases of a campaign. Most bugs need their faults at the right moment, which even draws over all the time hardly ever hit:
 * therefore most schedules are about one moment at which something happens, and their faults begin around it.
 */
export function cases(options: CasesOptions): fc.Arbitrary<Case> {
  checkOptions(options)
  return new Cases(options)
}

/** Where a search for a smaller case goes on, and what it has tried. */
class Search {
  readonly stage: number | null
  readonly tried: Set<string>

  constructor(stage: number | null = null, tried = new Set<string>()) {
    this.stage = stage
    this.tried = tried
  }
}

class Cases extends fc.Arbitrary<Case> {
  #options: Required<CasesOptions>
  #drawn: fc.Arbitrary<Case>

  constructor({ kinds = COMMON, max = 5, ...options }: CasesOptions) {
    super()
    this.#options = { ...options, kinds, max }
    const one = fc.oneof(...kinds.map((kind) => faultOf(kind, options.nodes, options.until)))
    this.#drawn = fc
      .record({
        seed: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: options.moments.length - 1 }) }, fc.nat()),
        focus: fc.nat(),
        drawn: fc.array(fc.tuple(one, aims), { maxLength: max }),
      })
      .map(({ seed, focus, drawn }) => ({ seed, faults: this.#aimed(seed, focus, drawn) }))
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Case> {
    return new fc.Value(this.#drawn.generate(random, biasFactor).value, undefined)
  }

  canShrinkWithoutContext(value: unknown): value is Case {
    return typeof value === 'object' && value !== null && 'faults' in value
  }

  shrink(value: Case, context?: unknown): fc.Stream<fc.Value<Case>> {
    return fc.stream(this.#untried(value, context instanceof Search ? context : new Search()))
  }

  /** What was tried in this search did not fail: schedules that differ often have the same neighbours. */
  *#untried(value: Case, { stage, tried }: Search): Generator<fc.Value<Case>> {
    for (const [smaller, next] of this.#smaller(value, stage)) {
      const text = JSON.stringify(smaller)
      if (tried.has(text)) continue
      tried.add(text)
      yield new fc.Value(smaller, new Search(next, tried))
    }
  }

  /** To a smaller seed and an earlier moment; then the schedule, stage by stage; then the first once more. */
  *#smaller({ faults, seed }: Case, stage: number | null): Generator<[Case, number | null]> {
    if (stage === null) yield* this.#moved(faults, seed)
    const options = { ...this.#options, moments: this.#options.moments[seed] ?? [] }
    for (const candidate of smallerSchedules(faults, options, stage ?? 0)) {
      yield [{ faults: candidate.schedule, seed }, candidate.stage]
    }
    if (stage !== null) yield* this.#moved(faults, seed)
  }

  /** The whole schedule, moved to the first moments of small seeds: the same bug mostly waits at many of them. */
  *#moved(faults: readonly Fault[], seed: number): Generator<[Case, null]> {
    const { moments, until } = this.#options
    const begin = Math.min(...faults.map(({ at }) => at))
    const origin = (moments[seed] ?? []).findLast((moment) => moment <= begin + 1) ?? begin
    for (let small = 0; small <= Math.min(seed, moments.length - 1); small += 1) {
      if (small < seed) yield [{ faults: [...faults], seed: small }, null]
      if (faults.length === 0) continue
      for (const moment of moments[small]!.slice(0, small === 0 ? FIRST_MOVES : MOST_MOVES)) {
        const by = moment - origin
        const moved = faults.map((fault) => ({ ...fault, at: fault.at + by }))
        if (small === seed && by >= 0) break
        if (moved.every(({ at, ms }) => at >= 0 && at + ms < until)) yield [{ faults: moved, seed: small }, null]
      }
    }
  }

  #aimed(seed: number, focus: number, drawn: readonly [Fault, Aim][]): Fault[] {
    const moments = this.#options.moments[seed] ?? []
    const moment = moments.length === 0 ? null : moments[focus % moments.length]!
    return withoutContradictions(drawn.map(([fault, aim]) => placed(fault, aim, moment, this.#options.until)))
  }
}

/** First moments of a seed that a schedule is moved to; of the first seed more. */
const MOST_MOVES = 24
const FIRST_MOVES = 400

/** At the moment itself, soon after it, or anywhere; for an instant, a while, or however long; late by little or by much. */
const aims: fc.Arbitrary<Aim> = fc.record({
  begin: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: -1, max: 3 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 1_000 }) },
    { weight: 2, arbitrary: fc.constant(null) },
  ),
  length: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2_000 }), fc.constant(null)),
  // Drawn evenly over all the time, hardly any message would be late by what a program waits for.
  extra: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 5_000 }), fc.constant(null)),
})

function placed(fault: Fault, { begin, length, extra: late }: Aim, moment: number | null, until: number): Fault {
  const extra = 'extra' in fault ? 1 : 0
  const last = until - 1 - extra
  const aimed = begin === null || moment === null ? fault.at : moment + begin
  const at = Math.max(0, Math.min(last, Math.round(aimed)))
  const ms = Math.min(length ?? fault.ms, until - extra - at)
  if (!('extra' in fault)) return { ...fault, at, ms }
  return { ...fault, at, ms, extra: Math.min(late ?? fault.extra, until - at - ms) }
}
