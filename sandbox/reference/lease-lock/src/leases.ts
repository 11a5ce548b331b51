/** A lease: `until` is the first moment, in ms, in which it is no longer in force. */
export interface Grant {
  readonly holder: string
  readonly token: number
  readonly until: number
}

/** `until` and `leftMs` are ms. */
export type Answer =
  | { readonly ok: true; readonly token: number; readonly until: number }
  | { readonly ok: false; readonly leftMs: number }

/** Decides who holds one lock. All times are ms on the server's clock. */
export interface LeaseTable {
  /** A free lock is granted; the holder itself gets an extension with the same token. */
  acquire(client: string, now: number): Answer
  /** Extends only the lease in force with this client and token. */
  extend(client: string, token: number, now: number): boolean
  /** Frees the lock; false when client or token are not those of the lease in force. */
  release(client: string, token: number, now: number): boolean
  /** The lease in force; undefined when the lock is free. */
  current(now: number): Grant | undefined
}

/** `leaseMs` is 10,000 in production. `now` never goes back between calls. */
export function createLeaseTable(leaseMs: number): LeaseTable {
  let lease: Grant | undefined
  let lastToken = 0

  function current(now: number): Grant | undefined {
    if (lease !== undefined && now >= lease.until) lease = undefined
    return lease
  }

  function isInForce(client: string, token: number, now: number): boolean {
    const held = current(now)
    return held !== undefined && held.holder === client && held.token === token
  }

  function grant(holder: string, token: number, now: number): Grant {
    lease = { holder, token, until: now + leaseMs }
    return lease
  }

  function nextToken(): number {
    lastToken += 1
    return lastToken
  }

  return {
    acquire(client, now) {
      const held = current(now)
      if (held !== undefined && held.holder !== client) return { ok: false, leftMs: held.until - now }
      const { token, until } = grant(client, held?.token ?? nextToken(), now)
      return { ok: true, token, until }
    },

    extend(client, token, now) {
      if (!isInForce(client, token, now)) return false
      grant(client, token, now)
      return true
    },

    release(client, token, now) {
      if (!isInForce(client, token, now)) return false
      lease = undefined
      return true
    },

    current,
  }
}
