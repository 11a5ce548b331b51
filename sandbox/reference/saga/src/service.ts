import type { NodeEnv } from 'specproof/sim'
import { type Journal, openJournal } from './journal.ts'
import type { ToService } from './messages.ts'
import { giveBack, keyOf, openStock, type Stock, take } from './stock.ts'

/** For tests and people to look at: what is safe on the disk. */
export interface ServiceNode {
  stock(): Stock
}

type Entry = { readonly take: string; readonly amount: number } | { readonly giveBack: string }

/** Resolves when the node takes part; it is the only receiver of the node `env.name`. `amount`: the stock at the very first start. */
export async function startService(env: NodeEnv, amount: number): Promise<ServiceNode> {
  const journal = await openJournal<Entry>(env.disk, 'stock')
  const service = new Service(env, journal, journal.records.reduce(withEntry, openStock(amount)))
  service.start()
  return service
}

function withEntry(stock: Stock, entry: Entry): Stock {
  return 'take' in entry ? take(stock, entry.take, entry.amount) : giveBack(stock, entry.giveBack)
}

class Service implements ServiceNode {
  #env: NodeEnv
  #journal: Journal<Entry>
  #stock: Stock
  /** Everything that happens is handled after what happened before. */
  #work: Promise<void> = Promise.resolve()

  constructor(env: NodeEnv, journal: Journal<Entry>, stock: Stock) {
    this.#env = env
    this.#journal = journal
    this.#stock = stock
  }

  start(): void {
    const { name, net } = this.#env
    net.onMessage(name, (from, message) => {
      this.#work = this.#work.then(() => this.#receive(from, message as ToService))
      return this.#work
    })
  }

  stock(): Stock {
    return this.#stock
  }

  async #receive(from: string, message: ToService): Promise<void> {
    if (message.type !== 'do' && message.type !== 'undo') return
    const { type, saga, step } = message
    const key = keyOf(saga, step)
    if (type === 'do') {
      await this.#record({ take: key, amount: message.amount })
      const done = this.#stock.given.get(key)!.state === 'done'
      this.#send(from, { type: done ? 'done' : 'refused', saga, step })
    } else {
      await this.#record({ giveBack: key })
      this.#send(from, { type: 'undone', saga, step })
    }
  }

  /** Nothing is written where nothing changes. */
  async #record(entry: Entry): Promise<void> {
    const stock = withEntry(this.#stock, entry)
    if (stock === this.#stock) return
    await this.#journal.append(entry)
    this.#stock = stock
  }

  #send(to: string, message: unknown): void {
    this.#env.net.send(this.#env.name, to, message)
  }
}
