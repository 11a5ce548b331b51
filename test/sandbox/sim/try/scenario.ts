import { stripTypeScriptTypes } from 'node:module'
import type { ChaosOptions, Scenario } from '../../../../sandbox/sim/index.ts'
import type * as Lock from './src/lock.ts'

const CLIENTS = ['c1', 'c2', 'c3']

/** What the lock promises to survive. */
export const LOCK_OPTIONS: ChaosOptions = {
  nodes: ['lock', ...CLIENTS],
  kinds: ['partition', 'one-way', 'drop', 'duplicate', 'delay', 'reorder', 'clog', 'crash', 'pause', 'slow', 'skew'],
  liveness: 600_000,
}

/** Clients that take turns, some of whom hold the lock for longer than their lease. */
export function lockScenario({ connectLock, startLockServer }: typeof Lock): Scenario {
  return (sim) => {
    const locks = new Map<string, ReturnType<typeof connectLock>>()
    const tokens: number[] = []
    sim.node('lock', startLockServer)
    for (const name of CLIENTS) {
      sim.client(name, async (env) => {
        const lock = connectLock(env)
        locks.set(name, lock)
        for (let turn = 0; turn < 4; turn += 1) {
          await env.clock.sleep(env.random.int(5_000))
          tokens.push(await lock.acquire())
          await env.clock.sleep(env.random.int(15_000))
          lock.release()
        }
      })
    }
    const holders = () => CLIENTS.filter((name) => sim.isUp(name) && locks.get(name)?.holds())
    sim.always('one holder', () => (holders().length > 1 ? `${holders()} all hold it` : true))
    sim.always('tokens grow', () => (tokens.length < 2 || tokens.at(-1)! > tokens.at(-2)! ? true : `${tokens}`))
    sim.sometimes('somebody waits for another', () => holders().length === 1 && tokens.length > 1)
  }
}

/** The lock from a source that is nowhere on the disk; it may import types only. */
export async function lockFrom(source: string): Promise<typeof Lock> {
  const code = stripTypeScriptTypes(source)
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof Lock
}
