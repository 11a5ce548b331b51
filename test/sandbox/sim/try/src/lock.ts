import type { NodeEnv } from '../../../../../sandbox/sim/index.ts'

/** A lock is held for so long at most, then it is free again, whatever has become of its holder. */
export const LEASE_MS = 10_000
const PATIENCE_MS = 500

/** Node "lock": grants one client at a time, each grant with a higher token than all before, over crashes as well. */
export async function startLockServer({ name, net, clock, disk }: NodeEnv): Promise<void> {
  let token = disk.existsSync('token') ? Number(await disk.readText('token')) : 0
  // Who held the lock before a crash may hold it still.
  let freeAt = token === 0 ? 0 : clock.monotonic() + LEASE_MS
  net.onMessage(name, async (from, message) => {
    const request = message as { op: 'acquire'; id: string } | { op: 'release'; token: number }
    if (request.op === 'release') {
      if (request.token === token) freeAt = 0
    } else if (clock.monotonic() >= freeAt) {
      freeAt = clock.monotonic() + LEASE_MS
      token += 1
      const granted = token
      await disk.write('token', `${granted}`)
      await disk.fsync('token')
      net.send(name, from, { id: request.id, token: granted })
    }
  })
}

/** The lock as a client sees it. One at a time: no `acquire` while another is under way or the lock is held. */
export function connectLock({ name, net, clock, random }: NodeEnv) {
  let asked = { id: '', at: 0 }
  let held = { token: 0, until: 0 }
  net.onMessage(name, (_from, message) => {
    const { id, token } = message as { id: string; token: number }
    if (id === asked.id) held = { token, until: asked.at + LEASE_MS }
  })
  const holds = () => clock.monotonic() < held.until
  return {
    /** Whether this client may act as the holder now. */
    holds,
    /** Asks until it holds the lock; answers the token of this grant. */
    async acquire(): Promise<number> {
      while (!holds()) {
        asked = { id: random.uuid(), at: clock.monotonic() }
        net.send(name, 'lock', { op: 'acquire', id: asked.id })
        await clock.sleep(PATIENCE_MS)
      }
      return held.token
    },
    /** Gives it back; the next client need not wait for the end of the lease. */
    release(): void {
      if (holds()) net.send(name, 'lock', { op: 'release', token: held.token })
      asked = { id: '', at: 0 }
      held = { token: 0, until: 0 }
    },
  }
}
