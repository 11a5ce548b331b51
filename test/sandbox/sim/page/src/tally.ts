import type { NodeEnv } from '../../../../../sandbox/sim/index.ts'

/** Counts each vote once. A vote is acknowledged when it is safe on the disk. */
export async function startTally({ name, net, disk }: NodeEnv): Promise<void> {
  const known = disk.existsSync('votes') ? (await disk.readText('votes')).split('\n') : []
  const safe = new Map<string, Promise<void>>(known.map((vote) => [vote, Promise.resolve()]))
  const store = async (vote: string) => {
    await disk.append('votes', `${vote}\n`)
    await disk.fsync('votes')
  }
  net.onMessage(name, async (from, message) => {
    const { vote } = message as { vote: string }
    if (!safe.has(vote)) safe.set(vote, store(vote))
    await safe.get(vote)
    net.send(name, from, { counted: vote })
  })
}

/** Ends when the vote was counted; asks again until then. */
export async function cast({ name, net, clock }: NodeEnv, vote: string): Promise<void> {
  let counted = false
  net.onMessage(name, (_from, message) => {
    if ((message as { counted: string }).counted === vote) counted = true
  })
  while (!counted) {
    net.send(name, 'tally', { vote })
    await clock.sleep(200)
  }
}
