import { chaos, type FaultKind, type Simulation } from 'specproof/sim'
import { it } from 'vitest'
import { Cluster } from './cluster.ts'
import { observeDuties, observeTerms, observeTimeouts, observeVotes } from './observe-elections.ts'

const UNTIL = 12_000
const ELECTED_MS = 10_000
const STAYS_MS = 5_000
const FAULTS: FaultKind[] = [
  'partition',
  'crash',
  'drop',
  'one-way',
  'delay',
  'duplicate',
  'pause',
  'skew',
  'reorder',
  'clog',
]

/** A leader whom all name within 10 s of the last fault, who stays and sends to each other node every 300 ms. */
function judgeCalm(sim: Simulation, cluster: Cluster): void {
  let elected: { name: string; term: number } | undefined
  const gaps = new Set<number>()
  const last = new Map<string, number>()
  cluster.onSent((from, to, { type }) => {
    if (sim.now() <= UNTIL + ELECTED_MS || type !== 'append') return
    gaps.add(sim.now() - (last.get(`${from} ${to}`) ?? sim.now() - 300))
    last.set(`${from} ${to}`, sim.now())
  })
  sim.at(UNTIL + ELECTED_MS, () => {
    const name = cluster.leader()
    if (name === undefined) cluster.wrong.push('no leader whom all name')
    else elected = { name, term: cluster.leads(name)! }
  })
  sim.finally(
    'the leader stays',
    () => elected && cluster.leads(elected.name) === elected.term && cluster.leader() === elected.name,
  )
  sim.finally('it sends every 300 ms', () =>
    [...gaps].filter((gap) => gap !== 300).map((gap) => `sent ${gap} ms after the last`),
  )
}

function observeAll(sim: Simulation, names: readonly string[]): Cluster {
  const cluster = new Cluster(sim, names)
  observeVotes(cluster)
  observeTerms(cluster)
  observeTimeouts(cluster)
  observeDuties(cluster)
  return cluster
}

it('1.1 1.4, 1.5, 1.6, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 5.1 three nodes: one leader in each term, and one that stays within 10 s of the last fault', () => {
  const names = ['a', 'b', 'c']
  return chaos({ nodes: names, kinds: FAULTS, runs: 150, until: UNTIL, quiet: ELECTED_MS + STAYS_MS }, (sim) => {
    const cluster = observeAll(sim, names)
    judgeCalm(sim, cluster)
    sim.sometimes('a second leader', () => names.some((name) => (cluster.leads(name) ?? 0) > 1))
    sim.sometimes('two candidates of one term', () => {
      const standing = names.map((name) => cluster.nodes.get(name)?.status()).filter((one) => one?.role === 'candidate')
      return new Set(standing.map((one) => one!.term)).size < standing.length
    })
  })
})

it('1.6 1.5, 2.1 five nodes: one leader in each term', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  return chaos({ nodes: names, kinds: ['partition', 'duplicate', 'crash'], runs: 150, until: 6_000 }, (sim) => {
    const cluster = observeAll(sim, names)
    sim.sometimes('a second leader', () => names.some((name) => (cluster.leads(name) ?? 0) > 1))
  })
})
