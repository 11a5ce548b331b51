import type { Simulation } from 'specproof/sim'
import type { AppendAnswer, AppendRequest, VoteAnswer, VoteRequest } from '../src/messages.ts'
import { type RaftNode, startRaft } from '../src/raft.ts'

/** When a node has handled what arrived, writes included, ms. */
export const HANDLED_MS = 50

type PeerMessage = VoteRequest | VoteAnswer | AppendRequest | AppendAnswer

/** What a node has handed out in one of its lives. */
export interface Life {
  readonly node: string
  readonly handedOut: { readonly index: number; readonly command: string }[]
}

/** A cluster in a simulation, and what is seen of it from outside. */
export class Cluster {
  readonly names: readonly string[]
  readonly sim: Simulation
  /** The last that took part of each name; after a crash until it takes part again, that of the life before. */
  readonly nodes = new Map<string, RaftNode>()
  readonly lives: Life[] = []
  /** What no observer may ever see. */
  readonly wrong: string[] = []
  readonly majority: number

  constructor(sim: Simulation, names: readonly string[]) {
    this.sim = sim
    this.names = names
    this.majority = Math.floor(names.length / 2) + 1
    for (const name of names) {
      sim.node(name, async (env) => {
        const life: Life = { node: name, handedOut: [] }
        this.lives.push(life)
        this.onStarting?.(name)
        const others = names.filter((other) => other !== name)
        const node = await startRaft(env, others, (index, command) => {
          life.handedOut.push({ index, command })
          this.onCommit?.(name, index, command)
        })
        this.nodes.set(name, node)
      })
      sim.watch('leads', () => this.leads(name), name)
    }
    sim.always('all observers', () => this.wrong)
  }

  onStarting: ((name: string) => void) | undefined
  onCommit: ((name: string, index: number, command: string) => void) | undefined

  /** The term that it leads; undefined when it leads none, or is down. */
  leads(name: string): number | undefined {
    const status = this.sim.isUp(name) ? this.nodes.get(name)?.status() : undefined
    return status?.role === 'leader' ? status.term : undefined
  }

  /** The one whom all name, in one term; undefined when there is none such. */
  leader(): string | undefined {
    const named = this.names.map((name) => this.nodes.get(name)?.status())
    const [first] = named
    const agreed =
      first?.leader != null && named.every((one) => one?.leader === first.leader && one.term === first.term)
    return agreed && this.leads(first.leader!) === first.term ? first.leader! : undefined
  }

  /** Of messages between nodes. */
  onSent(seen: (from: string, to: string, message: PeerMessage) => void): void {
    this.sim.observe((event) => {
      if (event.what !== 'sent' || !this.names.includes(event.delivery.to)) return
      seen(event.delivery.from, event.delivery.to, event.delivery.message as PeerMessage)
    })
  }

  onArrived(seen: (from: string, to: string, message: PeerMessage) => void): void {
    this.sim.observe((event) => {
      if (event.what !== 'delivered' || !this.names.includes(event.delivery.to)) return
      seen(event.delivery.from, event.delivery.to, event.delivery.message as PeerMessage)
    })
  }

  /** Calls back when a node goes down, stands still, or has done so. */
  onInterrupted(seen: (name: string) => void): void {
    this.sim.observe((event) => {
      if (event.what === 'crash' || event.what === 'restart') seen(event.node)
      if ((event.what === 'begin' || event.what === 'end') && event.fault.kind === 'pause') seen(event.fault.node)
    })
  }
}
