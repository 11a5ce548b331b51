import type { Simulation } from 'specproof/sim'
import type { Change, Outcome } from '../src/ledger.ts'

/** Every message of the protocol. */
export interface Message {
  readonly type: 'begin' | 'prepare' | 'vote' | 'decision' | 'finished' | 'inquire' | 'outcome'
  readonly tx: string
  readonly yes: boolean
  readonly outcome: Outcome
  readonly request: number
  readonly changes: readonly Change[]
}

/** When a node has handled what arrived, writes included, ms. */
export const HANDLED_MS = 50

export function onSent(sim: Simulation, seen: (from: string, to: string, message: Message) => void): void {
  sim.observe((event) => {
    if (event.what === 'sent') seen(event.delivery.from, event.delivery.to, event.delivery.message as Message)
  })
}

/** Crashed, or standing still. */
export function isInterrupted(sim: Simulation, name: string): boolean {
  const now = sim.now()
  const pauses = sim.faults.filter((fault) => fault.kind === 'pause' && fault.node === name)
  return !sim.isUp(name) || pauses.some(({ at, ms }) => at <= now && now < at + ms)
}

/** Whether a journal holds such a record. */
export function isOnDisk(sim: Simulation, node: string, file: string, record: object): boolean {
  const disk = sim.disk(node)
  if (!disk.existsSync(file)) return false
  const fields = Object.entries(record)
  return disk
    .readTextSync(file)
    .split('\n')
    .slice(0, -1)
    .some((line) => {
      const found = JSON.parse(line) as Record<string, unknown>
      return fields.every(([key, value]) => found[key] === value)
    })
}

/** Votes and confirmations of these participants rest on what is on their disks. */
export function observeParticipants(sim: Simulation, participants: readonly string[]): string[] {
  const wrong: string[] = []
  onSent(sim, (from, _to, { type, tx, yes }) => {
    if (!participants.includes(from)) return
    if (type === 'vote' && yes && !isOnDisk(sim, from, 'ledger', { prepare: tx }))
      wrong.push(`${from} voted for ${tx}, which is not on its disk`)
    if (type === 'vote' && yes && isOnDisk(sim, from, 'ledger', { finish: tx }))
      wrong.push(`${from} voted for ${tx}, which is finished`)
    if (type === 'finished' && !isOnDisk(sim, from, 'ledger', { finish: tx }))
      wrong.push(`${from} confirmed ${tx}, which is not finished on its disk`)
  })
  return wrong
}
