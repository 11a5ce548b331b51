import { chaos, type FaultKind, type Simulation } from 'specproof/sim'
import { it } from 'vitest'
import { connect, proposeSomewhere } from './client.ts'
import { Cluster } from './cluster.ts'
import { type HandedOut, observeCommits, observeLogs } from './observe-logs.ts'

const UNTIL = 8_000
const CALM_MS = 10_000
const COMMITTED_MS = 2_000
const FAULTS: FaultKind[] = [
  'partition',
  'crash',
  'drop',
  'one-way',
  'delay',
  'duplicate',
  'pause',
  'reorder',
  'torn-crash',
]

/** Clients that propose all the time. */
function startClients(sim: Simulation, names: readonly string[]): void {
  for (const client of ['x', 'y']) {
    sim.client(client, async (env) => {
      const propose = connect(env)
      for (let request = 1; env.clock.monotonic() < UNTIL + 1_000; request += 1) {
        // Often both at the same moment.
        await env.clock.sleep(300 * env.random.int(4))
        await proposeSomewhere(env, propose, names, request, `${client}${request}`)
      }
    })
  }
}

/** Whoever is told of success, in time or not, is told of its own command. */
function observeConfirmations(sim: Simulation, cluster: Cluster, known: HandedOut): void {
  const commands = new Map<string, string>()
  sim.observe((event) => {
    if (event.what !== 'sent') return
    const { from, to, message } = event.delivery
    const { type, request, command, index } = message as {
      type: string
      request: number
      command: string
      index: number
    }
    if (type === 'propose') commands.set(`${from} ${request}`, command)
    if (type !== 'committed') return
    const own = commands.get(`${to} ${request}`)!
    if (known.get(index) !== own)
      cluster.wrong.push(`${from} confirmed ${own} at ${index}, where ${known.get(index)} is committed`)
  })
}

/** When faults have been over for 10 s, one more command reaches all within 2 s. */
function judgeCalm(sim: Simulation, cluster: Cluster): void {
  const wrong: string[] = ['no command was proposed']
  sim.client('late', async (env) => {
    const propose = connect(env)
    await env.clock.sleep(UNTIL + CALM_MS)
    const leader = cluster.leader()
    if (leader === undefined) return
    const other = cluster.names.find((name) => name !== leader)!
    const told = await propose(other, 1, 'nobody')
    wrong.length = 0
    if (told?.type !== 'refused' || told.leader !== leader) wrong.push(`${other} answered ${JSON.stringify(told)}`)
    const committed = propose(leader, 2, 'last')
    await env.clock.sleep(COMMITTED_MS)
    if ((await committed)?.type !== 'committed') wrong.push('the last command is not confirmed')
    for (const name of cluster.names) {
      const life = cluster.lives.findLast(({ node }) => node === name)!
      if (life.handedOut.at(-1)?.command !== 'last') wrong.push(`${name} has not handed out the last command`)
    }
  })
  sim.finally('the last command is committed on all', () => wrong)
}

function replication(names: readonly string[], kinds: FaultKind[], runs: number): Promise<void> {
  return chaos({ nodes: names, kinds, runs, until: UNTIL, quiet: CALM_MS + COMMITTED_MS + 500 }, (sim) => {
    const cluster = new Cluster(sim, names)
    const known = observeCommits(cluster)
    observeLogs(cluster)
    observeConfirmations(sim, cluster, known)
    startClients(sim, names)
    judgeCalm(sim, cluster)
    sim.finally('every node hands out the same', () =>
      cluster.names.flatMap((name) => {
        const mine = new Map(
          cluster.lives.findLast(({ node }) => node === name)!.handedOut.map((one) => [one.index, one.command]),
        )
        return [...known]
          .filter(([index, command]) => mine.get(index) !== command)
          .map(([, command]) => `${name} lacks ${command}`)
      }),
    )
    sim.sometimes('a log that conflicts')
    sim.sometimes('an outcome that nobody knows')
    sim.observe((event) => {
      if (event.what !== 'delivered') return
      const message = event.delivery.message as { type: string; ok?: boolean }
      if (message.type === 'append-answer' && message.ok === false) sim.reach('a log that conflicts')
      if (message.type === 'unknown') sim.reach('an outcome that nobody knows')
    })
  })
}

it('3.1 3.2, 3.6, 4.1, 4.4, 4.5, 4.6, 4.7, 4.8, 5.1 three nodes hand out the same commands, and lose none that was confirmed', () =>
  replication(['a', 'b', 'c'], FAULTS, 150))

it('4.7 4.2 five nodes hand out the same commands, and lose none that was confirmed', () =>
  replication(['a', 'b', 'c', 'd', 'e'], ['partition', 'crash', 'delay'], 60))
