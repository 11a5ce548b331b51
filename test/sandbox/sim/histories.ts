/**
 * A busy little cluster under a schedule of every kind of fault, and what exactly has happened in it. As a program,
 * `node test/sandbox/sim/histories.ts FIRST COUNT` prints one line for each seed, for comparing one Node with another.
 */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { type FaultKind, faults, type NodeEnv, Simulation } from '../../../sandbox/sim/index.ts'

const NODES = ['a', 'b', 'c', 'd', 'e']
const UNTIL = 3_000

export const ALL_KINDS: FaultKind[] = [
  'partition',
  'one-way',
  'crash',
  'delay',
  'drop',
  'duplicate',
  'reorder',
  'clog',
  'pause',
  'slow',
  'skew',
  'drift',
  'torn-crash',
  'disk-full',
  'disk-error',
  'disk-slow',
  'corrupt',
]

/** Keeps a log of what it hears, tells others at random times, and goes on from its disk after a crash. */
async function gossip(env: NodeEnv): Promise<void> {
  const { name, clock, net, disk, random } = env
  let heard = await files(env)
  net.onMessage(name, async (from, message) => {
    heard += 1
    const { round, failed } = message as { round: number; failed?: string }
    if (failed !== undefined) return
    try {
      await disk.append('log', `${from} ${round} ${clock.now()}\n`)
      if (round % 3 === 0) await disk.fsync('log')
      if (round % 7 === 0) await disk.rename('log', 'old')
    } catch (error) {
      net.send(name, from, { round: 1, failed: (error as Error).message })
    }
  })
  const beat = () => {
    net.send(name, NODES[random.int(NODES.length - 1)]!, { round: heard, at: clock.monotonic(), id: random.uuid() })
    clock.setTimeout(beat, 100 + random.int(50))
  }
  beat()
  for (let round = 0; ; round += 1) {
    await clock.sleep(random.int(300))
    for (const other of NODES) if (other !== name) net.send(name, other, { round, load: random.next() })
  }
}

/** How many are on the disk, as soon as it answers. */
async function files({ clock, disk }: NodeEnv): Promise<number> {
  for (;;) {
    try {
      return (await disk.list()).length
    } catch {
      await clock.sleep(100)
    }
  }
}

/** All of a run as text: each event with everything that belongs to it, and the bytes on the disks at the end. */
export async function historyOf(seed: number): Promise<string> {
  const drawn = fc.sample(faults({ nodes: NODES, until: UNTIL, kinds: ALL_KINDS, max: 8 }), { seed, numRuns: 1 })
  const sim = new Simulation({ faults: drawn[0]!, seed, jitter: 20 })
  for (const name of NODES) sim.node(name, gossip)
  sim.watch('nodes up', () => NODES.filter((name) => sim.isUp(name)).length)
  await sim.runAsync(UNTIL + 1_000)
  const disks = NODES.map((name) => {
    const disk = sim.disk(name)
    return disk.listSync().map((path) => [path, Buffer.from(disk.readSync(path)).toString('hex')])
  })
  return JSON.stringify([sim.events(), disks, sim.hash()])
}

/** One line: the seed, the length of its history in bytes, its SHA-256. */
export async function fingerprint(seed: number): Promise<string> {
  const history = await historyOf(seed)
  return `${seed} ${Buffer.byteLength(history)} ${createHash('sha256').update(history).digest('hex')}`
}

if (process.argv[1] === import.meta.filename) {
  const [first = 0, count = 1] = process.argv.slice(2).map(Number)
  for (let seed = first; seed < first + count; seed += 1) console.log(await fingerprint(seed))
}
