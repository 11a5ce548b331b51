import type { Answer } from './marks.ts'
import { checkDuration } from './node-clock.ts'
import { listen } from './nodes.ts'
import { Observed } from './observed.ts'
import { PhaseJob } from './phase-job.ts'
import { type Phases, phases } from './phases.ts'
import type { PictureOptions } from './picture/text.ts'
import { pump } from './pump.ts'
import { calmAfter } from './schedule.ts'
import type { Net, NodeClock, NodeEnv, Random, SimulationOptions } from './types.ts'

const NEWEST = Symbol.for('specproof.sim')

/** A deterministic world of nodes with clocks, disks and a lossy network. The same calls and options give the same history. */
export class Simulation extends Observed {
  /** Throws a RangeError for a fault or an option that makes no sense, and for faults that contradict each other. */
  constructor(options: SimulationOptions = {}) {
    super(options)
    // The harness attaches the last events of a failing run to its counterexample; the newest run is the one that failed.
    const newest = {
      history: (last?: number) => this.history(last),
      picture: (options?: PictureOptions) => this.picture(options),
      svg: () => this.svg(),
      hash: () => this.hash(),
    }
    Object.assign(globalThis, { [NEWEST]: newest })
  }

  /** A clock owned by `node`: its timers are lost when the node crashes, and those set while it is down never fire. */
  clock(node: string): NodeClock {
    const owner = this.parts.nodes.get(node)
    owner.used = true
    return this.parts.nodes.clock(owner, () => !owner.down)
  }

  net(): Net {
    const { network, nodes } = this.parts
    return {
      send: (from, to, message) => network.send(from, to, message, true),
      onMessage: (node, handler) => listen(nodes.get(node), handler),
    }
  }

  /** Random numbers of `node`: its own stream, that no crash begins anew. */
  random(node: string): Random {
    return this.parts.nodes.random(node)
  }

  /**
   * Runs `start` now, and again at the end of each crash of this node. `start` must build the node from nothing but what
   * it is given. When the node is down at that moment (possible only during a run), the first start waits for the end of
   * the crash.
   */
  node(name: string, start: (env: NodeEnv) => unknown): void {
    const { nodes, network } = this.parts
    const node = nodes.get(name)
    if (node.start !== null) throw new Error(`there is already a node "${name}"`)
    node.start = start
    if (!node.down) nodes.start(node, network)
  }

  /** A node that uses the others, and must come to the end of its `script` in the liveness phase at the latest. */
  client(name: string, script: (env: NodeEnv) => Promise<void>): void {
    let done = false
    this.node(name, async (env) => {
      await script(env)
      done = true
    })
    this.eventually(`the client ${name} comes to its end`, () => done)
  }

  /** Runs everything up to and including `untilMs`, an absolute time. What a callback throws comes out here. */
  run(untilMs: number): void {
    this.parts.scheduler.run(untilMs)
    this.parts.plan.refuseWithoutEffect()
  }

  /** Like `run`, for code that uses promises: after each event, everything that it settles runs before the next event. */
  async runAsync(untilMs: number): Promise<void> {
    await this.#pump([untilMs].values())
  }

  /**
   * Faults until the last of them is over, then heals what is left, lets `quiet` ms pass, and waits `liveness` ms at most
   * for what must `eventually` hold; ends as soon as it does. For code with promises and for code without.
   */
  async runPhases(options: Phases = {}): Promise<void> {
    const { marks } = this.parts
    const phased = {
      now: () => this.now(),
      calmAfter: () => calmAfter(this.faults),
      heal: () => this.heal(),
      seek: () => marks.seek(),
      assertMet: (when: string) => marks.assertMet(when, this.pending()),
      assertFinal: () => marks.assertFinal(),
    }
    await this.#pump(phases(phased, options))
  }

  /** Ends all faults now: links and nodes are whole, nodes that were down start, and nothing begins any more. */
  heal(): void {
    this.parts.plan.heal()
  }

  /** The test's own action at an absolute time (ms); no crash takes it away. */
  at(ms: number, fn: () => unknown): void {
    if (!Number.isFinite(ms) || ms < this.now()) throw new RangeError(`at(${ms}): not before now (t=${this.now()})`)
    this.parts.scheduler.schedule(this.parts.test, { at: ms }, 'test action', fn)
  }

  /** Observer: runs every `ms` from now on, after everything else in the same instant. */
  every(ms: number, fn: () => void): void {
    if (checkDuration(ms, 'every()') === 0) throw new RangeError('every(0): use always()')
    const { scheduler, test } = this.parts
    const next = () => scheduler.schedule(test, { at: this.now() + ms, last: true }, 'observer', tick)
    const tick = () => {
      const result: unknown = fn()
      next()
      return result
    }
    next()
  }

  /** Observer: runs at the end of each instant in which anything happened. For what must hold at all times. */
  always(fn: () => void): void
  /** An invariant: `holds` answers false, or says what is wrong, where it does not hold. */
  always(name: string, holds: () => Answer): void
  always(first: string | (() => void), holds?: () => Answer): void {
    if (typeof first === 'string') this.parts.marks.always(first, holds!)
    else this.parts.scheduler.always(first)
  }

  /** A goal: must hold at some instant of the liveness phase of `runPhases`. */
  eventually(name: string, holds: () => Answer): void {
    this.parts.marks.eventually(name, holds)
  }

  /** Must hold when all phases of `runPhases` are over: looked at once. For what is judged from a whole history. */
  finally(name: string, holds: () => Answer): void {
    this.parts.marks.finally(name, holds)
  }

  /** A mark that some run must reach, by `holds` at the end of an instant or by `reach(name)`: else the tests show nothing. */
  sometimes(name: string, holds?: () => boolean): void {
    this.parts.marks.sometimes(name, holds ?? null)
  }

  reach(name: string): void {
    this.parts.marks.reach(name)
  }

  #pump(times: Iterator<number>): Promise<void> {
    const { scheduler, plan, eventLimit } = this.parts
    return pump(new PhaseJob(scheduler, times, eventLimit, () => plan.refuseWithoutEffect()))
  }
}
