/** Code that allocates without end. `node memory-hogs.ts NAME` runs one, and prints the error that ends it as JSON. */
import { getHeapStatistics } from 'node:v8'
import { type NodeEnv, Simulation } from '../../../sandbox/sim/index.ts'

const kept: unknown[] = []

export const HOGS: Record<string, (env: NodeEnv) => unknown> = {
  'many small objects'({ clock }) {
    clock.setInterval(() => {
      for (let i = 0; i < 1_000; i += 1) kept.push({ i })
    }, 1)
  },
  'few large arrays'({ clock }) {
    clock.setInterval(() => void kept.push(new Array(500_000).fill(1.5)), 1)
  },
  async 'large arrays, with promises'({ clock }) {
    for (;;) {
      kept.push(new Array(100_000).fill({}))
      await clock.sleep(1)
    }
  },
  buffers({ clock }) {
    clock.setInterval(() => void kept.push(Buffer.alloc(5_000_000, 1)), 1)
  },
  messages({ clock, net }) {
    clock.setInterval(() => net.send('a', 'b', new Array(50_000).fill(1.5)), 1)
  },
  'a file'({ clock, disk }) {
    clock.setInterval(() => disk.appendSync('log', new Uint8Array(1_000_000)), 1)
  },
}

/** Runs each of which needs nearly half of the room for old objects, and leaves it behind. All are right. */
async function large(): Promise<void> {
  const { heap_size_limit: all } = getHeapStatistics()
  const room = Math.max(all / 4, all - 192 * 2 ** 20)
  const each = Math.floor((0.45 * room) / 100)
  for (let run = 0; run < 8; run += 1) {
    const held: unknown[] = []
    const sim = new Simulation()
    sim.node('a', ({ clock }) => void clock.setInterval(() => void held.push(Buffer.alloc(each, 1)), 1))
    await sim.runAsync(100)
  }
}

if (process.argv[1] === import.meta.filename) {
  await large()
  // On a busy machine the collector alone may take seconds.
  const sim = new Simulation({ eventLimit: 60_000 })
  sim.node('a', HOGS[process.argv[2]!]!)
  const error = await sim.runAsync(1e7).catch((caught: Error) => caught)
  const { name, code, event, message } = { ...error, ...(error as object), message: String(error) } as never
  console.log(JSON.stringify({ name, code, event, message }))
}
