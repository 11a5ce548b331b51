import type { NodeEnv } from 'specproof/sim'
import { type Journal, openJournal } from './journal.ts'
import { type Change, canPrepare, finish, type Ledger, type Outcome, openLedger, prepare } from './ledger.ts'
import type { ToParticipant } from './messages.ts'

/** For tests and people to look at: what is safe on the disk. */
export interface ParticipantNode {
  ledger(): Ledger
}

type Entry =
  | { readonly prepare: string; readonly changes: readonly Change[]; readonly coordinator: string }
  | { readonly finish: string; readonly outcome: Outcome }

const INQUIRE_MS = 2_000

/** Resolves when the node takes part; it is the only receiver of the node `env.name`. `balances` are those of the very first start. */
export async function startParticipant(
  env: NodeEnv,
  balances: Readonly<Record<string, number>>,
): Promise<ParticipantNode> {
  const journal = await openJournal<Entry>(env.disk, 'ledger')
  const participant = new Participant(env, journal, journal.records.reduce(withEntry, openLedger(balances)))
  participant.start()
  return participant
}

function withEntry(ledger: Ledger, entry: Entry): Ledger {
  if ('finish' in entry) return finish(ledger, entry.finish, entry.outcome)
  return prepare(ledger, entry.prepare, { changes: entry.changes, coordinator: entry.coordinator })
}

class Participant implements ParticipantNode {
  #env: NodeEnv
  #journal: Journal<Entry>
  #ledger: Ledger
  /** Everything that happens is handled after what happened before. */
  #work: Promise<void> = Promise.resolve()

  constructor(env: NodeEnv, journal: Journal<Entry>, ledger: Ledger) {
    this.#env = env
    this.#journal = journal
    this.#ledger = ledger
  }

  start(): void {
    const { name, net, clock } = this.#env
    net.onMessage(name, (from, message) => {
      this.#work = this.#work.then(() => this.#receive(from, message as ToParticipant))
      return this.#work
    })
    clock.setInterval(() => this.#inquire(), INQUIRE_MS)
  }

  ledger(): Ledger {
    return this.#ledger
  }

  async #receive(from: string, message: ToParticipant): Promise<void> {
    if (message.type === 'prepare') await this.#onPrepare(from, message.tx, message.changes)
    else if (message.type === 'decision') await this.#onDecision(from, message.tx, message.outcome)
  }

  async #onPrepare(from: string, tx: string, changes: readonly Change[]): Promise<void> {
    const yes = canPrepare(this.#ledger, tx, changes)
    if (yes && !this.#ledger.prepared.has(tx)) await this.#record({ prepare: tx, changes, coordinator: from })
    this.#send(from, { type: 'vote', tx, yes })
  }

  async #onDecision(from: string, tx: string, outcome: Outcome): Promise<void> {
    if (!this.#ledger.finished.has(tx)) await this.#record({ finish: tx, outcome })
    this.#send(from, { type: 'finished', tx })
  }

  async #record(entry: Entry): Promise<void> {
    await this.#journal.append(entry)
    this.#ledger = withEntry(this.#ledger, entry)
  }

  #inquire(): void {
    for (const [tx, { coordinator }] of this.#ledger.prepared) this.#send(coordinator, { type: 'inquire', tx })
  }

  #send(to: string, message: unknown): void {
    this.#env.net.send(this.#env.name, to, message)
  }
}
