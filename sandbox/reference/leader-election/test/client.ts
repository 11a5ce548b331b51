import type { NodeEnv } from 'specproof/sim'

/** What a client was told. */
export type Told =
  | { readonly type: 'committed'; readonly request: number; readonly index: number }
  | { readonly type: 'refused'; readonly request: number; readonly leader: string | null }
  | { readonly type: 'unknown'; readonly request: number }

/** How long a client waits for an answer before it asks somebody else, ms. */
const PATIENCE_MS = 1_000

/** Proposes to one node; undefined when no answer has come in time. */
export type Propose = (node: string, request: number, command: string) => Promise<Told | undefined>

export function connect({ name, net, clock }: NodeEnv): Propose {
  const answers = new Map<number, (told: Told) => void>()
  net.onMessage(name, (_from, message) => answers.get((message as Told).request)?.(message as Told))
  return (node, request, command) => {
    net.send(name, node, { type: 'propose', request, command })
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => resolve(undefined), PATIENCE_MS)
      answers.set(request, (told) => {
        clock.clearTimeout(timer)
        resolve(told)
      })
    })
  }
}

/** Goes after whom it is told to lead, or asks anybody, until its command was taken: committed, or perhaps. */
export async function proposeSomewhere(
  env: NodeEnv,
  propose: Propose,
  nodes: readonly string[],
  request: number,
  command: string,
) {
  let node = nodes[env.random.int(nodes.length - 1)]!
  for (let tries = 0; tries < 6; tries += 1) {
    const told = await propose(node, request, command)
    if (told !== undefined && told.type !== 'refused') return told
    // A second proposal of a command that may have been taken would commit it twice.
    if (told === undefined) return undefined
    node = told.leader ?? nodes[env.random.int(nodes.length - 1)]!
    await env.clock.sleep(told.leader === null ? 400 : 20)
  }
  return undefined
}
