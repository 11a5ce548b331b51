import { assemble, type Parts } from './parts.ts'
import { type Pattern, patternOf } from './pattern.ts'
import { svgPicture } from './picture/svg.ts'
import { type PictureOptions, textPicture } from './picture/text.ts'
import type { Arrival, Delivery, Disk, Fault, SimulationEvent, SimulationOptions } from './types.ts'

/** What can be seen of a simulation from outside, without a change to the code under test. */
export class Observed {
  /** For `Simulation` alone. */
  protected readonly parts: Parts

  protected constructor(options: SimulationOptions) {
    this.parts = assemble(options)
    // A simulation shows as what it is about, not as what it is made of.
    Object.defineProperty(this, 'parts', { enumerable: false })
  }

  get faults(): readonly Fault[] {
    return this.parts.faults
  }

  /** Names of all nodes so far, in the order in which they were first mentioned. */
  get nodes(): string[] {
    return this.parts.nodes.all().map(({ name }) => name)
  }

  /** All messages so far, in the order they were sent. */
  get messages(): readonly Delivery[] {
    return this.parts.messages
  }

  /** Simulated time, ms. */
  now(): number {
    return this.parts.scheduler.now
  }

  /** False while the node is down, and for one that nobody has mentioned. */
  isUp(node: string): boolean {
    return this.parts.nodes.find(node)?.down === false
  }

  /** The disk of `node` for the test to look at, or to fill: also while the node is down and whatever ails the disk. */
  disk(node: string): Disk {
    return this.parts.nodes.disk(this.parts.nodes.get(node), () => true, true)
  }

  /** What has arrived at `to` so far, in the order of arrival; from one sender only, when given. Crashes do not clear it. */
  received(to: string, from?: string): readonly Arrival[] {
    const all = this.parts.nodes.find(to)?.received ?? []
    return from === undefined ? all : all.filter((arrival) => arrival.from === from)
  }

  /** Messages that were sent, lost or not, in the order of sending: `sim.sent({ from: 'a', message: { type: 'vote' } })`. */
  sent(pattern: Pattern = {}): Delivery[] {
    return this.parts.messages.filter(patternOf(pattern))
  }

  /** Messages that have arrived, in the order of arrival. */
  arrived(pattern: Pattern = {}): Arrival[] {
    const to = pattern.to
    const all = to === undefined ? this.#arrivals() : this.received(to)
    return all.filter(patternOf(pattern))
  }

  /** ms since `to` last heard of `from`; since time 0 when it never has. */
  silence(to: string, from: string): number {
    const heard = this.parts.nodes.find(to)?.received.findLast((arrival) => arrival.from === from)
    return this.now() - (heard?.deliveredAt ?? 0)
  }

  /** Reads a value at the end of each instant; each change of it is an event. With `node`: what that node believes. */
  watch(name: string, read: () => unknown, node: string | null = null): void {
    this.parts.watches.add(name, read, node)
  }

  /** Called with each event when it happens: messages, timers, faults, crashes, states. */
  observe(listener: (event: SimulationEvent) => void): void {
    this.parts.history.tap(listener)
  }

  /** Everything that has happened, as data. */
  events(): SimulationEvent[] {
    return this.parts.history.events()
  }

  /** The last events as lines, oldest first, at most 200: deliveries, losses, faults, crashes, restarts, states. */
  history(last = 200): string[] {
    return this.parts.history.lines(last)
  }

  /** The run as a space-time picture in plain characters: what was lost where, who believed what. At most 40 lines. */
  picture(options?: PictureOptions): string[] {
    return textPicture(this.events(), this.nodes, options)
  }

  /** The same as an SVG document. */
  svg(): string {
    return svgPicture(this.events(), this.nodes)
  }

  /** Of everything that has happened, 16 hexadecimal digits; the same seed and faults give the same. */
  hash(): string {
    return this.parts.history.hash()
  }

  /** Async callbacks of living nodes that have begun and not ended, one line each. */
  pending(node?: string): string[] {
    const { scheduler, nodes } = this.parts
    return scheduler.pending(node === undefined ? undefined : nodes.get(node))
  }

  #arrivals(): Arrival[] {
    return this.events()
      .filter(({ what }) => what === 'delivered')
      .map((event) => (event as { delivery: Arrival }).delivery)
  }
}
