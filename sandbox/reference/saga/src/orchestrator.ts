import type { NodeEnv } from 'specproof/sim'
import { type Journal, openJournal } from './journal.ts'
import type { ToOrchestrator } from './messages.ts'
import { advance, type Event, next, type Progress, type Step, startProgress } from './progress.ts'

/** For tests and people to look at. */
export interface OrchestratorNode {
  /** Sagas that have not ended. */
  open(): readonly string[]
}

type Entry =
  | { readonly saga: string; readonly client: string; readonly steps: readonly Step[] }
  | { readonly saga: string; readonly event: Event }

interface Saga {
  readonly client: string
  progress: Progress
  /** Asks again. */
  timer: number | undefined
}

const AGAIN_MS = 2_000
/** How often a step is asked for: the answer to the last asking has 1 s. */
const MOST_TRIES = 5
const LAST_MS = 1_000

/** Resolves when the node takes part; it is the only receiver of the node `env.name`. */
export async function startOrchestrator(env: NodeEnv): Promise<OrchestratorNode> {
  const orchestrator = new Orchestrator(env, await openJournal<Entry>(env.disk, 'sagas'))
  await orchestrator.start()
  return orchestrator
}

class Orchestrator implements OrchestratorNode {
  #env: NodeEnv
  #journal: Journal<Entry>
  #sagas = new Map<string, Saga>()
  /** Everything that happens is handled after what happened before. */
  #work: Promise<void> = Promise.resolve()

  constructor(env: NodeEnv, journal: Journal<Entry>) {
    this.#env = env
    this.#journal = journal
    for (const entry of journal.records) {
      if ('steps' in entry) this.#add(entry.saga, entry.client, entry.steps)
      else this.#move(this.#sagas.get(entry.saga)!, entry.event)
    }
  }

  async start(): Promise<void> {
    const { name, net } = this.#env
    net.onMessage(name, (from, message) => this.#handle(() => this.#receive(from, message as ToOrchestrator)))
    await this.#handle(async () => {
      for (const saga of this.#sagas.keys()) await this.#goOn(saga)
    })
  }

  open(): readonly string[] {
    return [...this.#sagas].filter(([, { progress }]) => progress.end === null).map(([saga]) => saga)
  }

  #handle(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step)
    return this.#work
  }

  async #receive(from: string, message: ToOrchestrator): Promise<void> {
    const { type, saga } = message
    if (type === 'start') await this.#onStart(from, saga, message.steps)
    else if (type === 'done' || type === 'refused' || type === 'undone')
      await this.#onEvent(saga, { what: type, step: message.step })
  }

  async #onStart(client: string, saga: string, steps: readonly Step[]): Promise<void> {
    const known = this.#sagas.get(saga)
    if (known === undefined) {
      await this.#journal.append({ saga, client, steps })
      this.#add(saga, client, steps)
      await this.#goOn(saga)
    } else if (known.progress.end !== null) this.#send(client, { type: 'ended', saga, end: known.progress.end })
  }

  #add(saga: string, client: string, steps: readonly Step[]): void {
    this.#sagas.set(saga, { client, progress: startProgress(steps), timer: undefined })
  }

  async #onEvent(saga: string, event: Event): Promise<void> {
    const known = this.#sagas.get(saga)
    // What comes late or twice changes nothing, and need not be written down.
    if (known === undefined || advance(known.progress, event) === known.progress) return
    await this.#journal.append({ saga, event })
    this.#move(known, event)
    await this.#goOn(saga)
  }

  #move(saga: Saga, event: Event): void {
    saga.progress = advance(saga.progress, event)
  }

  /** Asks for what is current until an answer comes, or ends the saga. */
  async #goOn(id: string): Promise<void> {
    const saga = this.#sagas.get(id)!
    this.#env.clock.clearTimeout(saga.timer)
    saga.timer = undefined
    const what = next(saga.progress)
    if (what === null) return
    if ('end' in what) {
      await this.#onEvent(id, { what: 'ended', end: what.end })
      this.#send(saga.client, { type: 'ended', saga: id, end: what.end })
    } else this.#ask(id, saga, what.ask, what.step, 1)
  }

  #ask(id: string, saga: Saga, ask: 'do' | 'undo', step: number, tries: number): void {
    const { service, amount } = saga.progress.steps[step]!
    const request = ask === 'do' ? { type: ask, saga: id, step, amount } : { type: ask, saga: id, step }
    this.#send(service, request)
    const last = ask === 'do' && tries === MOST_TRIES
    const again = async () => {
      if (last) await this.#onEvent(id, { what: 'given-up', step })
      // What was handled since it fired may have moved the saga on.
      else if (saga.timer === timer) this.#ask(id, saga, ask, step, tries + 1)
    }
    const timer = this.#env.clock.setTimeout(() => this.#handle(again), last ? LAST_MS : AGAIN_MS)
    saga.timer = timer
  }

  #send(to: string, message: unknown): void {
    this.#env.net.send(this.#env.name, to, message)
  }
}
