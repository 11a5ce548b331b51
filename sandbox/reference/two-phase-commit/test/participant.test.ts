import { chaos } from 'specproof/sim'
import { it } from 'vitest'
import { type ParticipantNode, startParticipant } from '../src/participant.ts'
import { HANDLED_MS, isInterrupted, observeParticipants, onSent } from './wire.ts'

const UNTIL = 10_000
const INQUIRE_MS = 2_000
const START = { a: 10, b: 10, c: 10 }

it('1.1 1.2, 1.4, 1.5, 3.1, 3.2, 3.3, 3.4, 4.1, 4.2 a participant answers for its disk, and asks every 2 s', () =>
  chaos(
    {
      nodes: ['p', 'q'],
      kinds: ['crash', 'duplicate', 'reorder', 'drop', 'delay', 'torn-crash', 'pause'],
      until: UNTIL,
    },
    (sim) => {
      let participant: ParticipantNode | undefined
      sim.node('p', async (env) => {
        participant = await startParticipant(env, START)
      })
      const wrong = observeParticipants(sim, ['p'])
      const votes = new Map<string, boolean>()
      const outcomes = new Map<string, 'commit' | 'abort'>()
      /** What was asked for, by transaction. */
      const asked = new Map<string, { account: string; amount: number }[]>()
      // A coordinator in the small: asks, decides at some time, and answers questions about what it has decided.
      sim.client('q', async ({ net, clock, random }) => {
        net.onMessage('q', (_from, message) => {
          const { type, tx, yes } = message as { type: string; tx: string; yes: boolean }
          if (type === 'vote') votes.set(tx, yes)
          if (type === 'inquire' && outcomes.has(tx))
            net.send('q', 'p', { type: 'decision', tx, outcome: outcomes.get(tx) })
        })
        for (let number = 1; clock.monotonic() < UNTIL; number += 1) {
          // Sometimes two at the same moment.
          await clock.sleep(400 * random.int(2))
          const tx = `${asked.size + 1}.${number}`
          const changes = Array.from({ length: 1 + random.int(1) }, () => ({
            account: 'abc'[random.int(2)]!,
            amount: random.int(12) - 6,
          }))
          asked.set(tx, changes)
          net.send('q', 'p', { type: 'prepare', tx, changes })
          clock.setTimeout(() => {
            const outcome = votes.get(tx) && random.int(2) > 0 ? 'commit' : 'abort'
            outcomes.set(tx, outcome)
            if (random.int(2) > 0) net.send('q', 'p', { type: 'decision', tx, outcome })
          }, random.int(3_000))
        }
      })
      const inquired = new Map<string, number>()
      onSent(sim, (from, _to, { type, tx }) => {
        if (from === 'p' && type === 'inquire') inquired.set(tx, sim.now())
      })
      const since = new Map<string, number>()
      sim.observe((event) => {
        if (event.what === 'restart' || (event.what === 'end' && event.fault.kind === 'pause')) since.clear()
      })
      sim.every(250, () => {
        if (isInterrupted(sim, 'p') || participant === undefined) return since.clear()
        const { prepared } = participant.ledger()
        for (const tx of since.keys()) if (!prepared.has(tx)) since.delete(tx)
        for (const tx of prepared.keys()) {
          if (!since.has(tx)) since.set(tx, sim.now())
          const silent = sim.now() - Math.max(since.get(tx)!, inquired.get(tx) ?? 0)
          if (silent > INQUIRE_MS + HANDLED_MS) wrong.push(`${tx} is prepared, and for ${silent} ms nobody was asked`)
        }
      })
      sim.always('what it says is on its disk', () => wrong)
      sim.sometimes('asks', () => inquired.size > 0)
      sim.finally('balances are those of the commits', () => {
        const { balances, finished, prepared } = participant!.ledger()
        const expected: Record<string, number> = { ...START }
        for (const [tx, outcome] of finished) {
          if (outcome !== (outcomes.get(tx) ?? 'abort')) return `${tx} is ${outcome}, and was decided otherwise`
          if (outcome === 'commit') for (const { account, amount } of asked.get(tx)!) expected[account]! += amount
        }
        const negative = [...balances].filter(([, balance]) => balance < 0)
        const off = Object.entries(expected).filter(([account, balance]) => balances.get(account) !== balance)
        const held = [...prepared.values()].flatMap(({ changes }) => [
          ...new Set(changes.map(({ account }) => account)),
        ])
        return [
          ...negative.map(([account]) => `${account} is below 0`),
          ...off.map(([account, balance]) => `${account} holds ${balances.get(account)} instead of ${balance}`),
          ...(new Set(held).size < held.length ? [`locked twice: ${held.join(', ')}`] : []),
        ]
      })
    },
  ))
