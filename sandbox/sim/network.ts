import { copyMessage } from './copy.ts'
import type { History } from './history.ts'
import { Link, type LinkOptions, type Window } from './link.ts'
import type { SimNode } from './node.ts'
import type { Nodes } from './nodes.ts'
import type { Scheduler } from './scheduler.ts'
import type { Arrival, Delivery } from './types.ts'

export type Message = { -readonly [K in keyof Delivery]: Delivery[K] }

export interface NetworkOptions extends LinkOptions {
  scheduler: Scheduler
  history: History
  /** Everything that is sent goes in here. */
  messages: Message[]
  /** ms */
  latency: number
  nodes: Nodes
}

/** Carries messages from node to node, as the faults let it. */
export class Network {
  #options: NetworkOptions
  #scheduler: Scheduler
  #history: History
  #messages: Message[]
  /** What a clog holds back, in order of sending; `due`: when it would have arrived without. */
  #clogged: { window: Window; due: number; link: Link; message: Message }[] = []

  constructor(options: NetworkOptions) {
    this.#options = options
    this.#scheduler = options.scheduler
    this.#history = options.history
    this.#messages = options.messages
  }

  /** `alive` false: a dead life of the sender speaks, and nobody hears it. */
  send(from: string, to: string, message: unknown, alive: boolean): void {
    const copy = copyMessage(message)
    const sender = this.#options.nodes.get(from)
    const link = this.#link(sender, to)
    const now = this.#scheduler.now
    const travel = this.#options.latency + link.extra(now)
    const lost = sender.down || !alive ? 'sender is down' : link.faultless ? null : fate(link, now)
    const first: Message = { sentAt: now, from, to, message: copy, deliveredAt: null, lost, duplicate: false }
    this.#dispatch(link, first, travel)
    if (lost !== null || link.faultless) return
    for (const extra of link.copies(now)) this.#dispatch(link, { ...first, duplicate: true }, travel + extra)
  }

  /** What a clog that has ended held back comes now, in its order. */
  release(window: Window): void {
    const released = this.#clogged.filter((held) => held.window === window)
    if (released.length === 0) return
    this.#clogged = this.#clogged.filter((held) => held.window !== window)
    for (const { due, link, message } of released) this.#fly(link, message, Math.max(due, this.#scheduler.now))
  }

  #dispatch(link: Link, message: Message, travel: number): void {
    const now = this.#scheduler.now
    this.#messages.push(message)
    this.#history.sent(message)
    if (message.lost !== null) {
      this.#history.add({ at: now, what: 'lost', delivery: message })
      return
    }
    this.#fly(link, message, now + travel)
  }

  #fly(link: Link, message: Message, due: number): void {
    const window = link.faultless ? null : link.clog(this.#scheduler.now)
    if (window !== null) this.#clogged.push({ window, due, link, message })
    else this.#scheduler.post(link.target, due, 'arrival', this.#arrive, link, message)
  }

  #arrive = (link: Link, message: Message): unknown => {
    const { target } = link
    const now = this.#scheduler.now
    const cut = link.faultless ? null : link.cut(now)
    if (cut !== null || target.down) return this.#lose(message, cut ?? 'receiver is down')
    if (target.paused + target.slow === 0) return this.#handOver(target, message)
    const { life } = target
    this.#scheduler.schedule(target, { at: now }, 'message', () => this.#take(target, message, life))
    return undefined
  }

  /** A node that stood still, or is slow, gets round to a message. */
  #take(target: SimNode, message: Message, life: number): unknown {
    return target.life === life ? this.#handOver(target, message) : this.#lose(message, 'receiver is down')
  }

  #handOver(target: SimNode, delivery: Message): unknown {
    const { handler } = target
    if (handler === null) return this.#lose(delivery, 'receiver has no handler')
    const now = this.#scheduler.now
    delivery.deliveredAt = now
    target.received.push(delivery as Arrival)
    this.#history.delivered(delivery)
    // Its own copy: a receiver may change what it got without changing what observers and duplicates see.
    return handler(delivery.from, copyMessage(delivery.message))
  }

  #lose(message: Message, reason: string): undefined {
    message.lost = reason
    this.#history.add({ at: this.#scheduler.now, what: 'lost', delivery: message })
    return undefined
  }

  #link(sender: SimNode, to: string): Link {
    let link = sender.links.get(to)
    if (link === undefined) {
      link = new Link(sender.name, this.#options.nodes.get(to), this.#options)
      sender.links.set(to, link)
    }
    return link
  }
}

/** Why a message that is sent now is lost at once, or null. */
function fate(link: Link, now: number): string | null {
  const dropped = link.takes(now) ? 'drop' : null
  return link.cut(now) ?? dropped
}
