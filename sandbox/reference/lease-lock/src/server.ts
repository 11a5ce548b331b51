import type { Clock, Net } from 'specproof/sim'
import { createLeaseTable, type LeaseTable } from './leases.ts'

const SERVER = 'lock'

type Request =
  | { readonly type: 'acquire'; readonly request: number }
  | { readonly type: 'extend' | 'release'; readonly request: number; readonly token: number }

type Reply =
  | { readonly type: 'granted'; readonly request: number; readonly token: number; readonly leaseMs: number }
  | { readonly type: 'refused'; readonly request: number; readonly leftMs: number }
  | { readonly type: 'released'; readonly request: number }

/** Is the only receiver of the node `lock`. Leases last `leaseMs` ms. Answers its table, for tests to look at. */
export function startServer(clock: Clock, net: Net, leaseMs: number): LeaseTable {
  const table = createLeaseTable(leaseMs)

  net.onMessage(SERVER, (client, message) => {
    const request = readRequest(message)
    if (request !== undefined) net.send(SERVER, client, decide(table, leaseMs, client, request, clock.now()))
  })

  return table
}

function readRequest(message: unknown): Request | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type, request, token } = message as Record<string, unknown>
  if (typeof request !== 'number') return undefined
  if (type === 'acquire') return { type, request }
  if ((type === 'extend' || type === 'release') && typeof token === 'number') return { type, request, token }
  return undefined
}

function decide(table: LeaseTable, leaseMs: number, client: string, message: Request, now: number): Reply {
  const { request } = message
  switch (message.type) {
    case 'acquire': {
      const answer = table.acquire(client, now)
      return answer.ok
        ? { type: 'granted', request, token: answer.token, leaseMs }
        : { type: 'refused', request, leftMs: answer.leftMs }
    }
    case 'extend':
      return table.extend(client, message.token, now)
        ? { type: 'granted', request, token: message.token, leaseMs }
        : { type: 'refused', request, leftMs: 0 }
    case 'release':
      return table.release(client, message.token, now)
        ? { type: 'released', request }
        : { type: 'refused', request, leftMs: 0 }
  }
}
