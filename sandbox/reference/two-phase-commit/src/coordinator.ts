import type { NodeEnv } from 'specproof/sim'
import { type Journal, openJournal } from './journal.ts'
import type { Change, Outcome } from './ledger.ts'
import type { ToCoordinator } from './messages.ts'

/** For tests and people to look at. */
export interface CoordinatorNode {
  /** Transactions that wait for votes or for confirmations of their commit. */
  open(): readonly string[]
}

type Entry =
  | { readonly start: number }
  | { readonly commit: string; readonly participants: readonly string[] }
  | { readonly forget: string }

/** A transaction that waits for votes. */
interface Voting {
  readonly client: string
  readonly request: number
  readonly participants: readonly string[]
  readonly yes: Set<string>
  readonly timer: number
}

const VOTES_MS = 3_000
const RESEND_MS = 2_000

/** Resolves when the node takes part; it is the only receiver of the node `env.name`. */
export async function startCoordinator(env: NodeEnv): Promise<CoordinatorNode> {
  const journal = await openJournal<Entry>(env.disk, 'decisions')
  const starts = journal.records.filter((entry) => 'start' in entry)
  const life = (starts.at(-1)?.start ?? 0) + 1
  await journal.append({ start: life })
  const coordinator = new Coordinator(env, journal, life)
  coordinator.start()
  return coordinator
}

class Coordinator implements CoordinatorNode {
  #env: NodeEnv
  #journal: Journal<Entry>
  #life: number
  #count = 0
  #voting = new Map<string, Voting>()
  /** Who has not confirmed yet, by transaction that is committed. */
  #committed = new Map<string, Set<string>>()
  /** Everything that happens is handled after what happened before. */
  #work: Promise<void> = Promise.resolve()

  constructor(env: NodeEnv, journal: Journal<Entry>, life: number) {
    this.#env = env
    this.#journal = journal
    this.#life = life
    for (const entry of journal.records) {
      if ('commit' in entry) this.#committed.set(entry.commit, new Set(entry.participants))
      if ('forget' in entry) this.#committed.delete(entry.forget)
    }
  }

  start(): void {
    const { name, net, clock } = this.#env
    net.onMessage(name, (from, message) => this.#handle(() => this.#receive(from, message as ToCoordinator)))
    this.#resend()
    clock.setInterval(() => this.#resend(), RESEND_MS)
  }

  open(): readonly string[] {
    return [...this.#voting.keys(), ...this.#committed.keys()]
  }

  #handle(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step)
    return this.#work
  }

  async #receive(from: string, message: ToCoordinator): Promise<void> {
    if (message.type === 'begin') this.#onBegin(from, message.request, message.parts)
    else if (message.type === 'vote') await this.#onVote(from, message.tx, message.yes)
    else if (message.type === 'finished') await this.#onFinished(from, message.tx)
    else if (message.type === 'inquire') this.#onInquiry(from, message.tx)
  }

  #onBegin(client: string, request: number, parts: Readonly<Record<string, readonly Change[]>>): void {
    const participants = Object.keys(parts)
    if (participants.length === 0) return
    this.#count += 1
    const tx = `${this.#life}.${this.#count}`
    const timer = this.#env.clock.setTimeout(() => this.#handle(async () => this.#abort(tx)), VOTES_MS)
    this.#voting.set(tx, { client, request, participants, yes: new Set(), timer })
    for (const [participant, changes] of Object.entries(parts))
      this.#send(participant, { type: 'prepare', tx, changes })
  }

  async #onVote(from: string, tx: string, yes: boolean): Promise<void> {
    const voting = this.#voting.get(tx)
    if (voting === undefined) return
    if (!yes) return this.#abort(tx)
    voting.yes.add(from)
    if (voting.yes.size < voting.participants.length) return
    await this.#journal.append({ commit: tx, participants: voting.participants })
    this.#committed.set(tx, new Set(voting.participants))
    this.#announce(tx, 'commit')
  }

  #abort(tx: string): void {
    if (this.#voting.has(tx)) this.#announce(tx, 'abort')
  }

  #announce(tx: string, outcome: Outcome): void {
    const { client, request, participants, timer } = this.#voting.get(tx)!
    this.#env.clock.clearTimeout(timer)
    this.#voting.delete(tx)
    for (const participant of participants) this.#send(participant, { type: 'decision', tx, outcome })
    this.#send(client, { type: 'outcome', request, tx, outcome })
  }

  async #onFinished(from: string, tx: string): Promise<void> {
    const missing = this.#committed.get(tx)
    if (!missing?.delete(from) || missing.size > 0) return
    await this.#journal.append({ forget: tx })
    this.#committed.delete(tx)
  }

  #onInquiry(from: string, tx: string): void {
    if (this.#voting.has(tx)) return
    this.#send(from, { type: 'decision', tx, outcome: this.#committed.has(tx) ? 'commit' : 'abort' })
  }

  #resend(): void {
    for (const [tx, missing] of this.#committed)
      for (const participant of missing) this.#send(participant, { type: 'decision', tx, outcome: 'commit' })
  }

  #send(to: string, message: unknown): void {
    this.#env.net.send(this.#env.name, to, message)
  }
}
