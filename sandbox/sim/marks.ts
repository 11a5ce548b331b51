import { isPromise } from './async-work.ts'
import { SimulationError, Violation } from './errors.ts'
import type { Scheduler } from './scheduler.ts'
import type { MarkCounter } from './types.ts'

/** What a mark's predicate may answer: whether it holds; or, for an invariant, why not (nothing: it holds). */
export type Answer = boolean | string | readonly string[] | undefined | null

/** Counts `sometimes` marks over all runs of a property: one that no run has reached tests nothing. */
export class Marks implements MarkCounter {
  #reached = new Map<string, number>()

  declare(name: string): void {
    if (!this.#reached.has(name)) this.#reached.set(name, 0)
  }

  reach(name: string): void {
    this.#reached.set(name, (this.#reached.get(name) ?? 0) + 1)
  }

  /** In how many runs each was reached. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#reached)
  }

  /** Throws when a mark was declared and never reached; `runs` is only told. */
  assertReached(runs?: number): void {
    const never = [...this.#reached].filter(([, count]) => count === 0).map(([name]) => `"${name}"`)
    if (never.length === 0) return
    const during = runs === undefined ? 'over all runs' : `in ${runs} runs`
    throw new SimulationError(
      'mark-not-reached',
      `never reached ${during}: ${never.join(', ')}. The faults, or what the clients do, never lead there: what is to be shown was not tested.`,
    )
  }
}

/** The invariants, goals and marks of one run. */
export class RunMarks {
  #scheduler: Scheduler
  #counter: MarkCounter | undefined
  #sometimes = new Map<string, (() => boolean) | null>()
  #reached = new Set<string>()
  #goals: { name: string; holds: () => unknown }[] = []
  #finals: { name: string; holds: () => Answer }[] = []
  /** Goals that were not met yet; null: nobody looks for them now. */
  #unmet: { name: string; holds: () => unknown }[] | null = null

  constructor(scheduler: Scheduler, counter: MarkCounter | undefined) {
    this.#scheduler = scheduler
    this.#counter = counter
  }

  always(name: string, holds: () => Answer): void {
    this.#scheduler.always(() => {
      const wrong = complaint(holds())
      if (wrong !== null) throw new Violation(`always "${name}" does not hold at t=${this.#scheduler.now}${wrong}`)
    })
  }

  sometimes(name: string, holds: (() => boolean) | null): void {
    this.#counter?.declare(name)
    if (this.#sometimes.size === 0) this.#scheduler.always(() => this.#look())
    this.#sometimes.set(name, holds)
  }

  reach(name: string): void {
    if (!this.#sometimes.has(name)) throw new Error(`reach("${name}"): declare it first with sometimes("${name}")`)
    if (this.#reached.has(name)) return
    this.#reached.add(name)
    this.#counter?.reach(name)
  }

  eventually(name: string, holds: () => Answer): void {
    if (this.#goals.length === 0) this.#scheduler.always(() => this.#lookForGoals())
    this.#goals.push({ name, holds })
  }

  finally(name: string, holds: () => Answer): void {
    this.#finals.push({ name, holds })
  }

  assertFinal(): void {
    for (const { name, holds } of this.#finals) {
      const wrong = complaint(holds())
      if (wrong !== null) throw new Violation(`finally "${name}" does not hold${wrong}`)
    }
  }

  /** Looks for goals from now on. False: there are none left to look for. */
  seek(): boolean {
    this.#unmet = [...this.#goals]
    this.#lookForGoals()
    return this.#unmet.length > 0
  }

  /** Throws when a goal was not met. `when` says since when and how long it was looked for. */
  assertMet(when: string, pending: readonly string[]): void {
    const unmet = this.#unmet ?? []
    this.#unmet = null
    if (unmet.length === 0) return
    const lines = unmet.map(
      ({ name, holds }) => `eventually "${name}": not ${when}${complaint(holds() as Answer) ?? ''}`,
    )
    if (pending.length > 0)
      lines.push('still waiting for an answer or a promise:', ...pending.slice(0, 10).map((one) => `  ${one}`))
    throw new Violation(lines.join('\n'))
  }

  #look(): void {
    for (const [name, holds] of this.#sometimes) {
      if (holds === null || this.#reached.has(name)) continue
      const answer: unknown = holds()
      refusePromise(answer)
      if (answer) this.reach(name)
    }
  }

  #lookForGoals(): void {
    if (this.#unmet === null) return
    this.#unmet = this.#unmet.filter(({ holds }) => complaint(holds() as Answer) !== null)
    if (this.#unmet.length === 0) this.#scheduler.halt()
  }
}

/** null: it holds. Else why it does not, to go behind the name. */
function complaint(answer: Answer): string | null {
  if (answer === true || answer === undefined || answer === null || answer === '') return null
  if (answer === false) return ''
  if (typeof answer === 'string') return `: ${answer}`
  if (Array.isArray(answer)) return answer.length === 0 ? null : `:\n${answer.map((line) => `  ${line}`).join('\n')}`
  refusePromise(answer)
  // What `expect` answers, when it has not thrown.
  if (typeof answer === 'object' && '__flags' in answer) return null
  throw new TypeError(`holds must answer true, nothing, false, a text or a list of texts, not ${typeof answer}`)
}

/** Taken for an answer, a promise would always hold. */
function refusePromise(answer: unknown): void {
  if (isPromise(answer))
    throw new TypeError('holds has answered a promise: it looks at one instant, and must answer at once')
}
