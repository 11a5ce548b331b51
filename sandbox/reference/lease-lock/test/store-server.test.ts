import fc from 'fast-check'
import { Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { startStore } from '../src/store-server.ts'

const write = fc.record({
  after: fc.oneof(fc.nat(3), fc.nat(40)),
  token: fc.integer({ min: 1, max: 4 }),
  sequence: fc.integer({ min: 1, max: 3 }),
  value: fc.stringMatching(/^[a-z ]{0,8}$/),
})

it('5.5 writes that arrive while the disk is busy are judged one after the other', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(write, { maxLength: 15 }),
      fc.integer({ min: 1, max: 30 }),
      async (writes, diskLatency) => {
        const sim = new Simulation({ diskLatency })
        sim.node('store', ({ net, disk }) => void startStore(net, disk))
        sim.node('a', ({ net }) => net.onMessage('a', () => {}))
        let at = 0
        for (const { after, ...one } of writes) {
          at += after
          sim.at(at, () => sim.net().send('a', 'store', { type: 'write', ...one }))
        }
        await sim.runAsync(at + 2_000)
        let last = { token: 0, sequence: 0 }
        const lines: string[] = []
        const answers = writes.map(({ token, sequence, value }) => {
          const applied = token > last.token || (token === last.token && sequence > last.sequence)
          if (applied) last = { token, sequence }
          if (applied) lines.push(`${token} ${sequence} ${value}`)
          return { type: 'written', token, sequence, applied }
        })
        expect(sim.sent({ from: 'store' }).map(({ message }) => message)).toEqual(answers)
        const disk = sim.disk('store')
        expect(disk.existsSync('writes') ? disk.readTextSync('writes') : '').toBe(
          lines.map((line) => `${line}\n`).join(''),
        )
      },
    ),
  ))
