import type { Simulation } from 'specproof/sim'
import { type Cluster, HANDLED_MS } from './cluster.ts'

/**
 * No two votes of a node and no two leaders in one term, no leader without a majority of votes and an entry of its own; no
 * vote that does not lie on the disk.
 */
export function observeVotes(cluster: Cluster): void {
  const { wrong, majority, nodes } = cluster
  /** For whom it voted, by node and term. */
  const votes = new Map<string, string>()
  const leaders = new Map<number, string>()
  /** Whose votes have arrived, by candidate and term. */
  const ballots = new Map<string, Set<string>>()
  const vote = (voter: string, term: number, candidate: string) => {
    const key = `${voter} ${term}`
    const before = votes.get(key) ?? candidate
    if (before !== candidate) wrong.push(`${voter} voted for ${before} and ${candidate} in term ${term}`)
    votes.set(key, candidate)
    const saved = lastVote(cluster, voter)
    if (saved?.term !== term || saved.votedFor !== candidate)
      wrong.push(`${voter} voted for ${candidate} in term ${term}; on its disk is ${JSON.stringify(saved)}`)
  }
  const lead = (node: string, term: number) => {
    const before = leaders.get(term)
    if (before === node) return
    if (before !== undefined) wrong.push(`${before} and ${node} led in term ${term}`)
    leaders.set(term, node)
    const own = nodes
      .get(node)!
      .log()
      .find((entry) => entry.term === term)
    if (own?.command !== null) wrong.push(`${node} led in term ${term} without an empty entry`)
    const ballot = ballots.get(`${node} ${term}`) ?? new Set()
    if (ballot.size < majority)
      wrong.push(`${node} led in term ${term} with votes of ${[...ballot].join(', ') || 'nobody'}`)
  }
  const ballotOf = (candidate: string, term: number) => {
    const key = `${candidate} ${term}`
    if (!ballots.has(key)) ballots.set(key, new Set([candidate]))
    return ballots.get(key)!
  }
  cluster.onSent((from, to, message) => {
    if (message.type === 'vote') {
      vote(from, message.term, from)
      ballotOf(from, message.term)
    }
    if (message.type === 'vote-answer' && message.granted) vote(from, message.term, to)
    if (message.type === 'append') lead(from, message.term)
  })
  cluster.onArrived((from, to, message) => {
    if (message.type === 'vote-answer' && message.granted) ballotOf(to, message.term).add(from)
  })
}

/** The last record of a term and a vote in the journal of a node. */
function lastVote({ sim }: Cluster, name: string): { term: number; votedFor: string | null } | undefined {
  const lines = sim.disk(name).readTextSync('raft').trimEnd().split('\n')
  const line = lines.findLast((text) => text.includes('"votedFor"'))
  return line === undefined ? undefined : (JSON.parse(line) as { term: number; votedFor: string | null })
}

/** Terms of what a node sends never fall, over crashes either, and follow what it has received. */
export function observeTerms(cluster: Cluster): void {
  const { wrong, sim } = cluster
  const sent = new Map<string, number>()
  /** What a node must have adopted, and since when. */
  const told = new Map<string, { term: number; at: number }[]>()
  cluster.onInterrupted((name) => told.delete(name))
  cluster.onArrived((_from, to, { term }) => {
    // A node that is starting has no handler yet, so nothing arrives.
    if (typeof term === 'number') told.set(to, [...(told.get(to) ?? []), { term, at: sim.now() }].slice(-20))
  })
  cluster.onSent((from, _to, { term, type }) => {
    if (typeof term !== 'number') return
    const before = sent.get(from) ?? 0
    if (term < before) wrong.push(`${from} sent ${type} of term ${term} after ${before}`)
    sent.set(from, term)
    const greater = told.get(from)?.find((one) => one.term > term && sim.now() - one.at > HANDLED_MS)
    if (greater) wrong.push(`${from} sent ${type} of term ${term}, and had heard of ${greater.term} at ${greater.at}`)
  })
}

const HEARTBEAT_MS = 300
const SHORTEST_MS = 1_000
const LONGEST_MS = 2_000
const LOOK_MS = 250
/** Something that happens while another thing is being written to the disk is handled after it. */
const RACE_MS = 20

/** Nobody stands for election before its election timeout has passed, and everybody does when it has. */
export function observeTimeouts(cluster: Cluster): void {
  const { wrong, sim, names } = cluster
  /** What made the timeout of a node run anew, the latest last. */
  const begun = new Map<string, { at: number; why: string }[]>(names.map((name) => [name, []]))
  /** Since when it must run at the latest. */
  const runs = new Map<string, { at: number; why: string }>(names.map((name) => [name, { at: 0, why: 'the start' }]))
  const terms = new Map<string, number>()
  const heardTerm = (name: string, term: number) => terms.set(name, Math.max(terms.get(name) ?? 0, term))
  const begin = (name: string, why: string) => {
    runs.set(name, { at: sim.now(), why })
    begun.get(name)!.push({ at: sim.now(), why })
  }
  cluster.onInterrupted((name) => {
    if (!sim.isUp(name)) begun.set(name, [])
    runs.set(name, { at: sim.now(), why: 'an interruption' })
  })
  // Nobody sees when a leader gives up, only that it was one a moment ago.
  const ledUntil = (name: string, at: number) => runs.set(name, { at, why: 'it led' })
  cluster.onSent((from, _to, message) => {
    heardTerm(from, message.term)
    if (message.type === 'append') ledUntil(from, sim.now() + HEARTBEAT_MS)
    if (message.type === 'vote-answer' && message.granted) begin(from, 'its vote')
    if (message.type !== 'vote') return
    const last = begun.get(from)!.findLast(({ at }) => sim.now() - at > RACE_MS)
    const waited = last === undefined ? SHORTEST_MS : sim.now() - last.at
    if (waited < SHORTEST_MS) wrong.push(`${from} stood for election ${waited} ms after ${last!.why} at t=${last!.at}`)
    begun.set(from, [])
    begin(from, 'its candidacy')
  })
  cluster.onArrived((_from, to, message) => {
    if (message.type === 'append' && message.term >= (terms.get(to) ?? 0)) begin(to, 'an append message')
    heardTerm(to, message.term)
  })
  sim.every(LOOK_MS, () => {
    for (const name of names) {
      if (isInterrupted(sim, name)) runs.set(name, { at: sim.now(), why: 'that' })
      if (cluster.leads(name) !== undefined) ledUntil(name, sim.now() + LOOK_MS)
      const { at, why } = runs.get(name)!
      const waited = sim.now() - at
      // Nobody takes part while it starts, and a message may be on its way through.
      if (waited > LONGEST_MS + HANDLED_MS)
        wrong.push(`${name} has not stood for election, ${waited} ms after ${why} at t=${at}`)
    }
  })
}

function isInterrupted(sim: Simulation, name: string): boolean {
  const now = sim.now()
  const pauses = sim.faults.filter((fault) => fault.kind === 'pause' && fault.node === name)
  return !sim.isUp(name) || pauses.some(({ at, ms }) => at <= now && now < at + ms)
}

const ALONE_MS = 4_000

/** A leader sends to all every 300 ms, and none goes on for more than 4 s that no majority answers. */
export function observeDuties(cluster: Cluster): void {
  const { wrong, sim, names, majority } = cluster
  const since = new Map<string, { term: number; at: number }>()
  /** By leader and follower. */
  const sentAt = new Map<string, number>()
  const heardAt = new Map<string, number>()
  cluster.onInterrupted((name) => since.delete(name))
  cluster.onSent((from, to, { type }) => {
    if (type === 'append') sentAt.set(`${from} ${to}`, sim.now())
  })
  cluster.onArrived((from, to, message) => {
    if (message.type === 'append-answer' && message.term === since.get(to)?.term)
      heardAt.set(`${to} ${from}`, sim.now())
  })
  sim.every(100, () => {
    for (const name of names) {
      const term = cluster.leads(name)
      if (term === undefined || isInterrupted(sim, name)) {
        since.delete(name)
        continue
      }
      if (since.get(name)?.term !== term) since.set(name, { term, at: sim.now() })
      const { at } = since.get(name)!
      const others = names.filter((other) => other !== name)
      for (const other of others) {
        const silent = sim.now() - Math.max(at, sentAt.get(`${name} ${other}`) ?? 0)
        if (silent > HEARTBEAT_MS + HANDLED_MS)
          wrong.push(`${name} leads and has sent ${other} nothing for ${silent} ms`)
      }
      // The answer that made a majority, itself counted.
      const heard = others
        .map((other) => Math.max(at, heardAt.get(`${name} ${other}`) ?? 0))
        .sort((one, other) => other - one)
      const alone = sim.now() - heard[majority - 2]!
      if (alone > ALONE_MS + HANDLED_MS) wrong.push(`${name} still leads, and for ${alone} ms no majority has answered`)
    }
  })
}
