import fc from 'fast-check'
import { Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { createAsk } from '../src/ask.ts'

const answers = fc.array(fc.array(fc.oneof(fc.nat(100), fc.nat(4_000)), { maxLength: 3 }), { maxLength: 30 })

it('3.9 a request is sent every 500 ms until its own answer comes, and comes to that one', () =>
  fc.assert(
    fc.asyncProperty(
      answers,
      fc.array(fc.nat(800), { minLength: 1, maxLength: 8 }),
      fc.option(fc.integer({ min: 100, max: 4_000 })),
      async (delays, gaps, crash) => {
        const faults = crash === null ? [] : [{ kind: 'crash' as const, node: 'a', at: crash, ms: 50 }]
        const sim = new Simulation({ latency: 1, faults })
        const wrong: string[] = []
        let arrived = 0
        sim.node('broker', ({ clock, net }) =>
          net.onMessage('broker', (_from, message) => {
            const { request, tag } = message as { request: string; tag: string }
            for (const delay of delays[arrived++] ?? [0])
              clock.setTimeout(() => net.send('broker', 'a', { request, tag }), delay)
          }),
        )
        let life = 0
        const answeredAt = new Map<string, number>()
        sim.node('a', async ({ clock, net }) => {
          life += 1
          const own = life
          const ask = createAsk(clock, net, 'a')
          for (const [index, gap] of gaps.entries()) {
            const tag = `${own}/${index}`
            // Two at a time, now and then.
            const other = gap % 3 === 0 ? ask({ tag: `${tag}+` }) : null
            const answer = await ask({ tag })
            answeredAt.set(tag, sim.now())
            if (answer['tag'] !== tag) wrong.push(`${tag} got the answer to ${String(answer['tag'])}`)
            const second = await other
            if (second && second['tag'] !== `${tag}+`) wrong.push(`${tag}+ got the answer to ${String(second['tag'])}`)
            await clock.sleep(gap)
          }
        })
        await sim.runAsync(120_000)
        const sent = Map.groupBy(sim.sent({ from: 'a' }), ({ message }) => (message as { tag: string }).tag)
        for (const [tag, all] of sent) {
          const times = all.map(({ sentAt }) => sentAt)
          if (times.some((at, index) => index > 0 && at - times[index - 1]! !== 500))
            wrong.push(`${tag} is sent at ${times}`)
          const answered = answeredAt.get(tag)
          if (answered !== undefined && times.at(-1)! > answered) wrong.push(`${tag} is sent after its answer`)
          if (answered !== undefined && answered - times.at(-1)! > 500) wrong.push(`${tag} is not sent again`)
          if (answered === undefined && tag.startsWith(`${life}/`) && !tag.endsWith('+'))
            wrong.push(`${tag} has no answer`)
        }
        expect(wrong.slice(0, 3)).toEqual([])
      },
    ),
  ))
