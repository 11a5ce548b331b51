import { createDisk } from './disk.ts'
import type { Network } from './network.ts'
import { createNode, type SimNode } from './node.ts'
import { createClock } from './node-clock.ts'
import { Stream } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Disk, NodeClock, NodeEnv, Random } from './types.ts'

export interface NodesOptions {
  scheduler: Scheduler
  seed: number
  /** ms */
  diskLatency: number
}

/** All nodes that anybody has mentioned, and what they are given. */
export class Nodes {
  #options: NodesOptions
  #nodes = new Map<string, SimNode>()
  #randoms = new Map<string, Random>()

  constructor(options: NodesOptions) {
    this.#options = options
  }

  /** Makes it when it is new. */
  get(name: string): SimNode {
    let node = this.#nodes.get(name)
    if (node === undefined) {
      if (name === '*') throw new RangeError('no node can have the name "*": it stands for all of them')
      node = createNode(name)
      this.#nodes.set(name, node)
      this.#options.scheduler.adopt(node)
    }
    return node
  }

  find(name: string): SimNode | undefined {
    return this.#nodes.get(name)
  }

  all(): SimNode[] {
    return [...this.#nodes.values()]
  }

  /** Builds the node from nothing; what it is given is good for this one life. */
  start(node: SimNode, network: Network): void {
    const { start } = node
    if (start === null) return
    const { life } = node
    const alive = () => !node.down && node.life === life
    const env: NodeEnv = {
      name: node.name,
      clock: this.clock(node, alive),
      net: {
        send: (from, to, message) => network.send(from, to, message, alive()),
        onMessage: (name, handler) => {
          if (alive()) listen(this.get(name), handler)
        },
      },
      disk: this.disk(node, alive),
      random: this.random(node.name),
    }
    this.#options.scheduler.call(node, 'start', () => start(env))
  }

  clock(node: SimNode, alive: () => boolean): NodeClock {
    return createClock(node, this.#options.scheduler, alive)
  }

  disk(node: SimNode, alive: () => boolean, immune = false): Disk {
    const { scheduler, diskLatency } = this.#options
    return createDisk({ owner: node, state: node.disk, scheduler, latency: diskLatency, alive, immune })
  }

  /** One stream for all lives of a node. */
  random(name: string): Random {
    const known = this.#randoms.get(name)
    if (known !== undefined) return known
    const random = new Stream(this.#options.seed, 'random', name)
    this.#randoms.set(name, random)
    return random
  }
}

/** Throws when the node has a handler already; one that is down hears nothing. */
export function listen(node: SimNode, handler: (from: string, message: unknown) => unknown): void {
  if (node.down) return
  if (node.handler !== null) throw new Error(`node "${node.name}" already has a message handler; one node has one`)
  node.handler = handler
}
