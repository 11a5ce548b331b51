import type { NodeEnv } from '../../../../../sandbox/sim/index.ts'

interface Request {
  id: number
  op: 'read' | 'write'
  key: string
  value?: unknown
}

export function startStore({ name, net }: NodeEnv): void {
  const values = new Map<string, unknown>()
  net.onMessage(name, (from, message) => {
    const { id, op, key, value } = message as Request
    if (op === 'write') values.set(key, value)
    net.send(name, from, { id, value: op === 'read' ? values.get(key) : undefined })
  })
}

/** Calls the store. Rejects after a second without an answer: then nobody knows whether a write was done. */
export function connect({ name, net, clock }: NodeEnv): (request: Omit<Request, 'id'>) => Promise<unknown> {
  const waiting = new Map<number, (value: unknown) => void>()
  net.onMessage(name, (_from, message) => {
    const { id, value } = message as { id: number; value: unknown }
    waiting.get(id)?.(value)
  })
  let id = 0
  return (request) => {
    id += 1
    const own = id
    net.send(name, 'store', { id: own, ...request })
    return new Promise((resolve, reject) => {
      waiting.set(own, resolve)
      clock.setTimeout(() => reject(new Error('no answer')), 1_000)
    })
  }
}
