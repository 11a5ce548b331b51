/** One wrong version of the lock: what is written in place of what. */
export interface Wrong {
  name: string
  right: string
  wrong: string
}

/** Ten mistakes that people make in locks, each in one place of `src/lock.ts`. */
export const WRONG: readonly Wrong[] = [
  { name: 'the token is not synced', right: "      await disk.fsync('token')\n", wrong: '' },
  {
    name: 'free at once after a crash of the server',
    right: 'token === 0 ? 0 : clock.monotonic() + LEASE_MS',
    wrong: '0',
  },
  {
    name: 'the client counts its lease from the answer',
    right: 'until: asked.at + LEASE_MS',
    wrong: 'until: clock.monotonic() + LEASE_MS',
  },
  {
    name: 'a lease never ends',
    right: 'freeAt = clock.monotonic() + LEASE_MS\n      token',
    wrong: 'freeAt = Number.POSITIVE_INFINITY\n      token',
  },
  {
    name: 'a late release frees the lock of the next holder',
    right: 'if (request.token === token) freeAt',
    wrong: 'freeAt',
  },
  { name: 'the server goes by the wall clock', right: 'clock.monotonic() >= freeAt', wrong: 'clock.now() >= freeAt' },
  {
    name: 'the answer to an earlier request is taken',
    right: 'if (id === asked.id) held',
    wrong: "if (asked.id !== '') held",
  },
  {
    name: 'a request that was lost is not sent again',
    right: `      while (!holds()) {
        asked = { id: random.uuid(), at: clock.monotonic() }
        net.send(name, 'lock', { op: 'acquire', id: asked.id })
        await clock.sleep(PATIENCE_MS)
      }
`,
    wrong: `      asked = { id: random.uuid(), at: clock.monotonic() }
      net.send(name, 'lock', { op: 'acquire', id: asked.id })
      while (!holds()) await clock.sleep(PATIENCE_MS)
`,
  },
  {
    name: "the server's lease is a second shorter",
    right: 'freeAt = clock.monotonic() + LEASE_MS\n      token',
    wrong: 'freeAt = clock.monotonic() + LEASE_MS - 1_000\n      token',
  },
  {
    name: 'a client that gave the lock back holds it still',
    right: "      asked = { id: '', at: 0 }\n      held = { token: 0, until: 0 }\n",
    wrong: "      asked = { id: '', at: 0 }\n",
  },
]

/** The right version with one mistake in it. Throws where the place is not found exactly once. */
export function planted(source: string, { name, right, wrong }: Wrong): string {
  if (source.split(right).length !== 2) throw new Error(`no one place for: ${name}`)
  return source.replace(right, () => wrong)
}
