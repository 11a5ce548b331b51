import type { NodeEnv } from 'specproof/sim'
import { committable } from './log.ts'
import type { AppendAnswer, AppendRequest, Entry, Message, Proposal, VoteAnswer, VoteRequest } from './messages.ts'
import { afterAnswer, nextAppend, type Progress, startProgress } from './progress.ts'
import { adoptTerm, decideAppend, decideVote, type Saved } from './rules.ts'
import { openStorage, type Storage } from './storage.ts'

export interface Status {
  readonly role: 'follower' | 'candidate' | 'leader'
  readonly term: number
  /** Of this term, as far as it is known. */
  readonly leader: string | null
  /** 0 after each start. */
  readonly commitIndex: number
}

/** For tests and people to look at. */
export interface RaftNode {
  status(): Status
  log(): readonly Entry[]
}

type OnCommit = (index: number, command: string) => void

const ELECTION_MS = 1_000
const HEARTBEAT_MS = 300
/** A leader asks itself this often who has answered since. */
const QUORUM_MS = 2_000

/** Resolves when the node takes part. It is the only receiver of the node `env.name`; `others` are all other nodes. */
export async function startRaft(env: NodeEnv, others: readonly string[], onCommit: OnCommit): Promise<RaftNode> {
  const raft = new Raft(env, others, onCommit, await openStorage(env.disk))
  raft.start()
  return raft
}

/** A client that waits for its command to be committed. */
interface Waiting {
  readonly client: string
  readonly request: number
}

class Raft implements RaftNode {
  #env: NodeEnv
  #others: readonly string[]
  #onCommit: OnCommit
  #storage: Storage
  /** What is safe on the disk. */
  #saved: Saved
  #role: Status['role'] = 'follower'
  #leader: string | null = null
  #commitIndex = 0
  #votes = new Set<string>()
  #progress = new Map<string, Progress>()
  /** Who has answered the leader since it last asked itself. */
  #heard = new Set<string>()
  /** By index. */
  #waiting = new Map<number, Waiting>()
  #election: number | undefined
  #heartbeat: number | undefined
  #quorum: number | undefined
  /** Everything that happens is handled after what happened before. */
  #work: Promise<void> = Promise.resolve()

  constructor(env: NodeEnv, others: readonly string[], onCommit: OnCommit, storage: Storage) {
    this.#env = env
    this.#others = others
    this.#onCommit = onCommit
    this.#storage = storage
    this.#saved = storage.saved
  }

  start(): void {
    this.#env.net.onMessage(this.#env.name, (from, message) => this.#handle(() => this.#receive(from, message)))
    this.#awaitLeader()
  }

  status(): Status {
    return { role: this.#role, term: this.#saved.term, leader: this.#leader, commitIndex: this.#commitIndex }
  }

  log(): readonly Entry[] {
    return this.#saved.log
  }

  #handle(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step)
    return this.#work
  }

  async #receive(from: string, received: unknown): Promise<void> {
    const message = received as Message
    if (message.type === 'vote') await this.#onVote(from, message)
    else if (message.type === 'vote-answer') await this.#onVoteAnswer(from, message)
    else if (message.type === 'append') await this.#onAppend(from, message)
    else if (message.type === 'append-answer') await this.#onAppendAnswer(from, message)
    else if (message.type === 'propose') await this.#onProposal(from, message)
  }

  /** Makes it safe. A greater term ends all that a node was in the one before. */
  async #keep(saved: Saved): Promise<void> {
    const newTerm = saved.term > this.#saved.term
    await this.#storage.save(saved)
    this.#saved = saved
    if (newTerm) this.#follow(null)
  }

  // Elections

  #awaitLeader(): void {
    const { clock, random } = this.#env
    clock.clearTimeout(this.#election)
    const armed = clock.setTimeout(() => {
      // What was handled since it fired may have armed it anew.
      this.#handle(async () => {
        if (armed === this.#election) await this.#campaign()
      })
    }, ELECTION_MS + random.int(ELECTION_MS))
    this.#election = armed
  }

  async #campaign(): Promise<void> {
    this.#awaitLeader()
    const { log } = this.#saved
    await this.#keep({ term: this.#saved.term + 1, votedFor: this.#env.name, log })
    this.#role = 'candidate'
    this.#votes = new Set([this.#env.name])
    const request = { type: 'vote', lastIndex: log.length, lastTerm: log.at(-1)?.term ?? 0 } as const
    for (const other of this.#others) this.#send(other, { ...request, term: this.#saved.term })
    await this.#countVotes()
  }

  async #onVote(from: string, request: VoteRequest): Promise<void> {
    const { saved, answer } = decideVote(this.#saved, from, request)
    await this.#keep(saved)
    if (answer.granted) this.#awaitLeader()
    this.#send(from, answer)
  }

  async #onVoteAnswer(from: string, answer: VoteAnswer): Promise<void> {
    await this.#keep(adoptTerm(this.#saved, answer.term))
    if (this.#role !== 'candidate' || answer.term !== this.#saved.term || !answer.granted) return
    this.#votes.add(from)
    await this.#countVotes()
  }

  async #countVotes(): Promise<void> {
    if (this.#isMajority(this.#votes)) await this.#lead()
  }

  #isMajority(nodes: ReadonlySet<string>): boolean {
    return nodes.size > (this.#others.length + 1) / 2
  }

  // Terms of office

  async #lead(): Promise<void> {
    const { clock, name } = this.#env
    clock.clearTimeout(this.#election)
    this.#election = undefined
    this.#role = 'leader'
    this.#leader = name
    this.#progress = new Map(this.#others.map((other) => [other, startProgress(this.#saved.log)]))
    this.#heard = new Set([name])
    this.#heartbeat = clock.setInterval(() => this.#handle(async () => this.#sendAll()), HEARTBEAT_MS)
    this.#quorum = clock.setInterval(() => this.#handle(async () => this.#checkQuorum()), QUORUM_MS)
    await this.#append(null)
  }

  /** A follower from now on, of `leader` when it is known. */
  #follow(leader: string | null): void {
    const { clock } = this.#env
    clock.clearInterval(this.#heartbeat)
    clock.clearInterval(this.#quorum)
    const wasLeader = this.#role === 'leader'
    this.#role = 'follower'
    this.#leader = leader
    for (const { client, request } of this.#waiting.values()) this.#send(client, { type: 'unknown', request })
    this.#waiting.clear()
    if (wasLeader) this.#awaitLeader()
  }

  #checkQuorum(): void {
    if (this.#role !== 'leader') return
    const heard = this.#isMajority(this.#heard)
    this.#heard = new Set([this.#env.name])
    if (!heard) this.#follow(null)
  }

  #sendAll(): void {
    if (this.#role !== 'leader') return
    for (const other of this.#others) this.#sendAppend(other)
  }

  #sendAppend(to: string): void {
    const { log, term } = this.#saved
    this.#send(to, nextAppend(log, term, this.#progress.get(to)!, this.#commitIndex))
  }

  // Replication

  async #append(command: string | null): Promise<void> {
    const { term, log } = this.#saved
    await this.#keep({ ...this.#saved, log: [...log, { term, command }] })
    this.#sendAll()
    this.#advance()
  }

  async #onProposal(client: string, { request, command }: Proposal): Promise<void> {
    if (this.#role !== 'leader') return this.#send(client, { type: 'refused', request, leader: this.#leader })
    this.#waiting.set(this.#saved.log.length + 1, { client, request })
    await this.#append(command)
  }

  async #onAppend(from: string, request: AppendRequest): Promise<void> {
    const { saved, answer, commit } = decideAppend(this.#saved, request)
    await this.#keep(saved)
    if (request.term === saved.term) {
      this.#follow(from)
      this.#awaitLeader()
    }
    this.#commitUpTo(commit)
    this.#send(from, answer)
  }

  async #onAppendAnswer(from: string, answer: AppendAnswer): Promise<void> {
    await this.#keep(adoptTerm(this.#saved, answer.term))
    const progress = this.#progress.get(from)
    if (this.#role !== 'leader' || answer.term !== this.#saved.term || progress === undefined) return
    this.#heard.add(from)
    const after = afterAnswer(progress, answer)
    this.#progress.set(from, after)
    this.#advance()
    if (!answer.ok || after.next <= this.#saved.log.length) this.#sendAppend(from)
  }

  #advance(): void {
    const { log, term } = this.#saved
    const stored = [log.length, ...[...this.#progress.values()].map(({ match }) => match)]
    this.#commitUpTo(committable(log, term, stored))
  }

  #commitUpTo(index: number): void {
    while (this.#commitIndex < index) {
      this.#commitIndex += 1
      const { command } = this.#saved.log[this.#commitIndex - 1]!
      if (command !== null) this.#onCommit(this.#commitIndex, command)
      const waiting = this.#waiting.get(this.#commitIndex)
      if (waiting === undefined) continue
      this.#waiting.delete(this.#commitIndex)
      this.#send(waiting.client, { type: 'committed', request: waiting.request, index: this.#commitIndex })
    }
  }

  #send(to: string, message: unknown): void {
    this.#env.net.send(this.#env.name, to, message)
  }
}
