import type { Simulation } from 'specproof/sim'

/** Every message of the protocol. */
export interface Message {
  readonly type: 'start' | 'do' | 'done' | 'refused' | 'undo' | 'undone' | 'ended'
  readonly saga: string
  readonly step: number
  readonly amount: number
  readonly end: string
}

export function onSent(sim: Simulation, seen: (from: string, to: string, message: Message) => void): void {
  sim.observe((event) => {
    if (event.what === 'sent') seen(event.delivery.from, event.delivery.to, event.delivery.message as Message)
  })
}

/** The records in a journal as it is read now. */
export function onDisk(sim: Simulation, node: string, file: string): string[] {
  const disk = sim.disk(node)
  return disk.existsSync(file) ? disk.readTextSync(file).split('\n').slice(0, -1) : []
}

/** What services answer rests on what is on their disks. */
export function observeServices(sim: Simulation, services: readonly string[]): string[] {
  const wrong: string[] = []
  const undone = new Set<string>()
  onSent(sim, (from, _to, { type, saga, step }) => {
    if (!services.includes(from)) return
    const key = JSON.stringify(`${saga}/${step}`)
    const lines = onDisk(sim, from, 'stock')
    const taken = lines.some((line) => line.includes(`"take":${key}`))
    const given = lines.some((line) => line.includes(`"giveBack":${key}`))
    if ((type === 'done' || (type === 'refused' && !given)) && !taken)
      wrong.push(`${from} answered ${type} to ${key}, which is not on its disk`)
    if (type === 'undone' && !given && !taken) wrong.push(`${from} undid ${key}, which is not on its disk`)
    if (type === 'done' && undone.has(`${from} ${key}`)) wrong.push(`${from} did ${key} after it was undone`)
    if (type === 'undone') undone.add(`${from} ${key}`)
  })
  return wrong
}
