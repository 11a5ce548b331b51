import { writeFileSync } from 'node:fs'
import type { Intensity, TeethRequest } from '../../../src/world.ts'
import { monotonicMs } from '../clock.mts'
import { createPace, ENDLESS, type Pace } from '../pace.mts'
import type { Seen } from '../protocol.mts'
import { type TestProcess, waitFor } from '../test-process.mts'

/** What a test process of a run on wrong versions is told beside the rest. */
export interface TeethSettings extends TeethRequest {
  /** Folder in which each test process says what it is at. */
  watch: string
}

/** What a test process leaves in the folder of `watch`. */
export interface Watched {
  pid: number
  /** The wrong version at work, 0 for the right one; null: none. */
  mutant: number | null
  /** Of the monotonic clock, ms: after it the process hangs. */
  until: number
}

/** A wrong version that goes round this many times as often as the right one, or takes this many times as long, does not end. */
const SLOWER = 10
/** Over that, for tests that take next to nothing. */
const LEAST_TICKS = 100_000
/** Before it is known how long the right one takes, ms. */
const FIRST_MS = 60_000

/** The wrong version at work in a test process, and what is known of all. */
export class Teeth {
  readonly settings: TeethSettings
  readonly state: TestProcess
  /** What the harness has seen of a test so far. */
  readonly seen: (task: object) => Seen | undefined
  /** Of the right version. */
  readonly intensity: Intensity
  /** Whether the wrong version at work did not end by itself. */
  overrun = false
  /** 0: none, the code is as it should be. */
  #active = 0
  /** Places that the right version comes by: '' while files are collected, else by the name of the test. */
  readonly #reached = new Map<string, Set<number>>()
  /** Names of tests that are red on the right version: they tell nothing. */
  readonly #red = new Set<string>()
  #recording: Set<number> | null = null
  /** Where no right version runs beside the wrong one, nothing is known of how much it does. */
  readonly #pace: Pace
  #ticks = 0
  #mostTicks = Number.POSITIVE_INFINITY
  #rightTicks = 0
  #rightMs = 0
  /** Counted from here: starting a runner may take longer than all the rest. */
  readonly #end: number
  /** How many cases a wrong version gets for each one of the right one. */
  readonly #more: number

  constructor(settings: TeethSettings, state: TestProcess, seen: Teeth['seen']) {
    this.settings = settings
    this.#end = monotonicMs() + settings.maxMs
    this.state = state
    this.seen = seen
    this.intensity = state.intensity
    const cases = ({ seeds, runs }: Intensity) => seeds.length * runs
    this.#more = Math.max(1, cases(settings.thorough ?? state.intensity) / cases(state.intensity))
    this.#pace = createPace(settings.waitMs, state.clock)
    state.brief = { begins: () => this.#pace.begins(), inTime: (waiting) => this.#inTime(waiting) }
    const offered = Object.freeze({ is: (id: number) => this.#is(id), tick: () => this.#tick() })
    Object.defineProperty(globalThis, settings.key, { value: offered, configurable: true })
  }

  /** From here on the code is this wrong version. */
  enter(mutant: number): void {
    this.#active = mutant
    this.overrun = false
    this.#ticks = 0
    this.#pace.begins()
    this.#mostTicks = mutant === 0 ? Number.POSITIVE_INFINITY : SLOWER * this.#more * this.#rightTicks + LEAST_TICKS
    this.#tell({ mutant, until: monotonicMs() + this.patience })
  }

  leave(): void {
    if (this.#active === 0) this.#rightTicks = Math.max(this.#rightTicks, this.#ticks)
    this.#active = 0
    this.#mostTicks = Number.POSITIVE_INFINITY
    this.#recording = null
    this.#tell({ mutant: null, until: 0 })
  }

  /** Notes which places the right version comes by from now on. */
  record(test: string): void {
    const places = this.#reached.get(test) ?? new Set()
    this.#reached.set(test, places)
    this.#recording = places
  }

  /** This test is red on the right version. */
  leaveOut(test: string): void {
    this.#red.add(test)
  }

  /**
   * Whether a test can tell this wrong version from the right one: it came by its place. With more cases than the right one had, a place
   * that none came by may yet be reached by any.
   */
  reaches(test: string, mutant: number): boolean {
    if (this.#red.has(test)) return false
    const by = (name: string) => this.#reached.get(name)?.has(mutant) === true
    if (!this.settings.control || by('') || by(test)) return true
    return this.settings.thorough !== undefined && ![...this.#reached.values()].some((places) => places.has(mutant))
  }

  /** How long all tests of a file take on the right version. */
  took(ms: number): void {
    this.#rightMs = Math.max(this.#rightMs, ms)
  }

  /** Milliseconds that the tests of a file take on the right version, or would in as many cases. */
  get rightMs(): number {
    return this.#more * this.#rightMs
  }

  /** Milliseconds that the tests of a file may take on one wrong version. */
  get patience(): number {
    return this.#rightMs === 0 ? FIRST_MS : 2 * this.settings.waitMs + SLOWER * this.rightMs
  }

  /** Milliseconds until this share of the time is over; negative afterwards. */
  left(share = 1): number {
    return this.#end - (1 - share) * this.settings.maxMs - monotonicMs()
  }

  #is(id: number): boolean {
    if (this.#active !== 0) return id === this.#active
    this.#recording?.add(id)
    return false
  }

  #tick(): void {
    if (this.settings.control ? ++this.#ticks <= this.#mostTicks : !this.#pace.tick()) return
    this.overrun = true
    throw new Error(ENDLESS)
  }

  #inTime<T>(waiting: Promise<T>): Promise<T> {
    if (this.#active === 0) return waiting
    return waitFor(waiting, this.settings.waitMs, () => {
      this.overrun = true
    })
  }

  #tell(what: Omit<Watched, 'pid'>): void {
    writeFileSync(`${this.settings.watch}/${process.pid}`, JSON.stringify({ pid: process.pid, ...what }))
  }
}

let current: Teeth | null = null

export function beginTeeth(teeth: Teeth): void {
  current = teeth
}

/** Throws outside of a run on wrong versions. */
export function takeTeeth(): Teeth {
  const taken = current
  if (!taken) throw new Error('specproof: this is no run on wrong versions')
  return taken
}
