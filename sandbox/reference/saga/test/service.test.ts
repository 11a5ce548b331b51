import { chaos } from 'specproof/sim'
import { it } from 'vitest'
import { type ServiceNode, startService } from '../src/service.ts'
import { observeServices, onSent } from './wire.ts'

const UNTIL = 6_000
const AMOUNT = 12

it('3.1 3.2, 3.3, 3.4, 3.5, 3.6, 4.2 a service answers for its disk, the same each time', () =>
  chaos(
    { nodes: ['s', 'o'], kinds: ['crash', 'duplicate', 'reorder', 'delay', 'drop', 'torn-crash'], until: UNTIL },
    (sim) => {
      let service: ServiceNode | undefined
      sim.node('s', async (env) => {
        service = await startService(env, AMOUNT)
      })
      const wrong = observeServices(sim, ['s'])
      /** What was said of each step, and how much was asked for. */
      const said = new Map<string, { amount: number; first: string; undone: boolean }>()
      const amounts = new Map<string, number>()
      onSent(sim, (from, _to, { type, saga, step }) => {
        if (from !== 's') return
        const key = `${saga}/${step}`
        const before = said.get(key)
        if (type === 'done' && before?.first === 'refused') wrong.push(`${key} was refused, and is done`)
        const undone = type === 'undone' || before?.undone === true
        said.set(key, { amount: amounts.get(key)!, first: before?.first ?? type, undone })
      })
      sim.client('o', async ({ net, clock, random }) => {
        while (clock.monotonic() < UNTIL) {
          // Often several at the same moment.
          await clock.sleep(200 * random.int(2))
          const saga = `${random.int(7)}`
          const key = `${saga}/0`
          const amount = amounts.get(key) ?? 1 + random.int(5)
          amounts.set(key, amount)
          net.send(
            'o',
            's',
            random.int(2) > 0 ? { type: 'do', saga, step: 0, amount } : { type: 'undo', saga, step: 0 },
          )
        }
      })
      sim.always('what it says is on its disk', () => wrong)
      sim.finally('the stock is right', () => {
        const { left, given } = service!.stock()
        const taken = [...given]
          .filter(([, { state }]) => state === 'done')
          .reduce((sum, [key]) => sum + amounts.get(key)!, 0)
        const forgotten = [...said].filter(([key]) => !given.has(key))
        return [
          ...(left === AMOUNT - taken && left >= 0 ? [] : [`${left} are left of ${AMOUNT}, and ${taken} are taken`]),
          ...forgotten.map(([key]) => `${key} is forgotten`),
          ...[...said]
            .filter(([key, { undone }]) => undone && given.get(key)!.state === 'done')
            .map(([key]) => `${key} was undone, and is done`),
        ]
      })
    },
  ))
