import { chaos, type FaultKind, type Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { type CoordinatorNode, startCoordinator } from '../src/coordinator.ts'
import type { Change, Outcome } from '../src/ledger.ts'
import { type ParticipantNode, startParticipant } from '../src/participant.ts'
import { HANDLED_MS, isInterrupted, isOnDisk, observeParticipants, onSent } from './wire.ts'

const UNTIL = 10_000
const CALM_MS = 10_000
const VOTES_MS = 3_000
const PARTICIPANTS = ['p', 'q', 'r']
const START = { x: 20, y: 20 }
const FAULTS: FaultKind[] = [
  'crash',
  'partition',
  'drop',
  'one-way',
  'delay',
  'duplicate',
  'pause',
  'reorder',
  'torn-crash',
]

type Parts = Record<string, Change[]>

interface System {
  coordinator: CoordinatorNode | undefined
  readonly participants: Map<string, ParticipantNode>
  readonly wrong: string[]
  /** What each participant was asked to prepare, by transaction. */
  readonly asked: Map<string, Map<string, readonly Change[]>>
  /** What clients were told, by transaction. */
  readonly told: Map<string, Outcome>
}

function startSystem(sim: Simulation): System {
  const system: System = {
    coordinator: undefined,
    participants: new Map(),
    wrong: observeParticipants(sim, PARTICIPANTS),
    asked: new Map(),
    told: new Map(),
  }
  sim.node('c', async (env) => {
    system.coordinator = await startCoordinator(env)
  })
  for (const name of PARTICIPANTS) {
    sim.node(name, async (env) => {
      system.participants.set(name, await startParticipant(env, START))
    })
  }
  return system
}

/** One decision of each transaction, in time, by all votes, and on the disk before it is sent. */
function observeDecisions(sim: Simulation, system: System): void {
  const { wrong, asked, told } = system
  const decisions = new Map<string, Outcome>()
  const begunAt = new Map<string, number>()
  const yes = new Map<string, Set<string>>()
  sim.observe((event) => {
    if (event.what === 'crash' && event.node === 'c') begunAt.clear()
    if (event.what !== 'delivered') return
    const { type, tx, yes: vote } = event.delivery.message as { type: string; tx: string; yes: boolean }
    if (type === 'vote' && vote) yes.set(tx, (yes.get(tx) ?? new Set()).add(event.delivery.from))
  })
  onSent(sim, (from, to, { type, tx, outcome, changes }) => {
    if (from !== 'c') return
    if (type === 'outcome') told.set(tx, outcome)
    if (type === 'prepare') {
      const parts = asked.get(tx) ?? new Map<string, readonly Change[]>()
      const before = JSON.stringify(parts.get(to) ?? changes)
      if (before !== JSON.stringify(changes)) wrong.push(`${tx} is ${before} and ${JSON.stringify(changes)} at ${to}`)
      asked.set(tx, parts.set(to, changes))
      if (!decisions.has(tx)) begunAt.set(tx, begunAt.get(tx) ?? sim.now())
    }
    if (type !== 'decision' && type !== 'outcome') return
    begunAt.delete(tx)
    const before = decisions.get(tx) ?? outcome
    if (type === 'outcome' || !system.participants.get(to)?.ledger().finished.has(tx)) {
      if (before !== outcome) wrong.push(`${tx} is ${before}, and ${to} is told of ${outcome}`)
    }
    decisions.set(tx, before)
    if (outcome === 'abort') return
    const missing = [...(asked.get(tx)?.keys() ?? [])].filter((name) => !yes.get(tx)?.has(name))
    if (missing.length > 0) wrong.push(`${tx} is committed without a vote of ${missing.join(', ')}`)
    if (!isOnDisk(sim, 'c', 'decisions', { commit: tx })) wrong.push(`the commit of ${tx} is sent, and not on the disk`)
  })
  sim.every(500, () => {
    for (const [tx, at] of begunAt) {
      if (isInterrupted(sim, 'c')) begunAt.set(tx, sim.now())
      else if (sim.now() - at > VOTES_MS + HANDLED_MS) wrong.push(`${tx} is not decided after ${sim.now() - at} ms`)
    }
  })
  sim.always('all observers', () => wrong)
}

/** Transactions of one to three participants, some of them at the same moment. */
function startClients(sim: Simulation): void {
  for (const client of ['m', 'n']) {
    sim.client(client, async ({ net, clock, random }) => {
      for (let request = 1; clock.monotonic() < UNTIL; request += 1) {
        await clock.sleep(500 * random.int(4))
        const parts: Parts = {}
        for (const name of PARTICIPANTS) {
          if (random.int(3) > 0) parts[name] = [{ account: 'xy'[random.int(1)]!, amount: random.int(20) - 10 }]
        }
        net.send(client, 'c', { type: 'begin', request, parts })
      }
    })
  }
}

/** All are done, on all or on none, and balances are what the commits make them. */
function judgeEnd(sim: Simulation, system: System): void {
  sim.finally('nothing is open or prepared, and all agree', () => {
    const { participants, asked, told, coordinator } = system
    const said: string[] = coordinator!.open().map((tx) => `${tx} is still open`)
    const ledgers = new Map([...participants].map(([name, node]) => [name, node.ledger()]))
    const committed = new Set(
      [...ledgers.values()].flatMap(({ finished }) =>
        [...finished].filter(([, outcome]) => outcome === 'commit').map(([tx]) => tx),
      ),
    )
    for (const [tx, outcome] of told)
      if ((outcome === 'commit') !== committed.has(tx)) said.push(`a client was told that ${tx} is ${outcome}`)
    for (const [name, { balances, prepared, finished }] of ledgers) {
      said.push(...[...prepared.keys()].map((tx) => `${tx} is still prepared on ${name}`))
      const expected: Record<string, number> = { ...START }
      for (const tx of committed) {
        const changes = asked.get(tx)?.get(name)
        if (changes !== undefined && finished.get(tx) !== 'commit')
          said.push(`${tx} is committed, and ${finished.get(tx)} on ${name}`)
        for (const { account, amount } of changes ?? []) expected[account]! += amount
      }
      const found = Object.fromEntries(balances)
      if (JSON.stringify(found) !== JSON.stringify(expected))
        said.push(`${name} holds ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
    }
    return said
  })
}

it('5.1 1.1, 2.1, 2.2, 2.3, 2.4, 3.5, 3.6, 4.3, 4.4, 4.5, 5.2 all or nothing, and nothing is stuck 10 s after the last fault', () =>
  chaos({ nodes: ['c', ...PARTICIPANTS], kinds: FAULTS, until: UNTIL, quiet: CALM_MS }, (sim) => {
    const system = startSystem(sim)
    observeDecisions(sim, system)
    startClients(sim)
    judgeEnd(sim, system)
    sim.sometimes('a commit', () => [...system.told.values()].includes('commit'))
    sim.sometimes('somebody asks and is told of a commit')
    sim.observe((event) => {
      if (
        event.what === 'delivered' &&
        (event.delivery.message as { type: string }).type === 'inquire' &&
        isOnDisk(sim, 'c', 'decisions', { commit: (event.delivery.message as { tx: string }).tx })
      )
        sim.reach('somebody asks and is told of a commit')
    })
  }))

it('2.1 2.3 a commit has the votes of all, however often they come', () =>
  chaos({ nodes: ['c', ...PARTICIPANTS], kinds: ['one-way', 'duplicate', 'delay'], runs: 150, until: 5_000 }, (sim) => {
    const system = startSystem(sim)
    observeDecisions(sim, system)
    startClients(sim)
  }))

it('5.3 2.2 without faults, a transaction that can be made commits within 1 s, and one that cannot aborts within 3 s', () =>
  chaos({ nodes: ['c'], kinds: ['duplicate'], max: 0, runs: 20, jitter: 20, until: 8_000 }, (sim) => {
    startSystem(sim)
    sim.client('m', async ({ net, clock, random }) => {
      let outcome: Outcome | undefined
      net.onMessage('m', (_from, message) => {
        outcome = (message as { outcome: Outcome }).outcome
      })
      let left = START.x
      await clock.sleep(100)
      while (clock.monotonic() < 6_000) {
        outcome = undefined
        const amount = random.int(8) - 6
        const parts: Parts = { p: [{ account: 'x', amount }], q: [{ account: 'y', amount: 1 }] }
        net.send('m', 'c', { type: 'begin', request: 1, parts })
        await clock.sleep(left + amount >= 0 ? 1_000 : 3_000)
        expect(outcome).toBe(left + amount >= 0 ? 'commit' : 'abort')
        if (left + amount >= 0) left += amount
      }
    })
  }))
