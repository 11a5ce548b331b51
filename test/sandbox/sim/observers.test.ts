import { expect, it } from 'vitest'
import { type Fault, Simulation, type SimulationEvent } from '../../../sandbox/sim/index.ts'

/** Two nodes that vote for each other; "b" crashes once. */
function voting() {
  const faults: Fault[] = [
    { kind: 'crash', node: 'b', at: 12, ms: 10 },
    { kind: 'drop', from: 'a', to: 'b', at: 40, ms: 5, count: 1 },
  ]
  const sim = new Simulation({ faults })
  const leader: Record<string, string | undefined> = {}
  const votes: string[] = []
  for (const name of ['a', 'b']) {
    sim.node(name, ({ clock, net }) => {
      leader[name] = undefined
      net.onMessage(name, (from, message) => {
        leader[name] = from
        if (name === 'a') votes.push(`${from} ${(message as { term: number }).term}`)
      })
      const vote = () => net.send(name, name === 'a' ? 'b' : 'a', { type: 'vote', term: clock.now() })
      clock.setTimeout(vote, name === 'a' ? 1 : 2)
      clock.setTimeout(vote, 41)
    })
  }
  for (const name of ['a', 'b']) sim.watch('leader', () => leader[name], name)
  sim.watch('votes', () => votes)
  return sim
}

it('tell every message, timer, crash, fault and change of state, and change nothing by it', () => {
  const seen: SimulationEvent[] = []
  const sim = voting()
  sim.observe((event) => seen.push(event))
  sim.run(100)
  expect(seen).toEqual(sim.events())
  const unseen = voting()
  unseen.run(100)
  expect(unseen.hash()).toBe(sim.hash())
  expect(seen.map(({ at, what }) => `${at} ${what}`)).toEqual([
    '1 timer',
    '1 sent',
    '1 state',
    '2 timer',
    '2 sent',
    '6 delivered',
    '6 state',
    '7 delivered',
    '7 state',
    '7 state',
    '12 crash',
    '22 restart',
    '22 state',
    '24 timer',
    '24 sent',
    '29 delivered',
    '29 state',
    '40 begin',
    '41 timer',
    '41 sent',
    '41 lost',
    '45 end',
    '63 timer',
    '63 sent',
    '68 delivered',
    '68 state',
  ])
  expect(seen.find(({ what }) => what === 'lost')).toMatchObject({ delivery: { from: 'a', lost: 'drop' } })
  // A state that is changed in place is kept as it was.
  expect(seen.flatMap((event) => (event.what === 'state' && event.name === 'votes' ? [event.value] : []))).toEqual([
    [],
    ['b 2'],
    ['b 2', 'b 24'],
    ['b 2', 'b 24', 'b 63'],
  ])
  expect(sim.history(3)).toEqual([
    't=45 end drop of 1 messages a -> b for 5 ms',
    't=68 b -> a {"type":"vote","term":63}',
    't=68 votes = ["b 2","b 24","b 63"]',
  ])
})

it('find messages by sender, receiver and content', () => {
  const sim = voting()
  sim.run(100)
  expect(sim.sent()).toHaveLength(5)
  expect(sim.sent({ from: 'a' }).map(({ lost }) => lost)).toEqual([null, 'drop'])
  expect(sim.arrived({ message: { type: 'vote' } }).map(({ deliveredAt }) => deliveredAt)).toEqual([6, 7, 29, 68])
  expect(sim.arrived({ to: 'a', message: { term: 24 } })).toHaveLength(1)
  expect(sim.arrived({ message: (message) => (message as { term: number }).term > 30 })).toHaveLength(1)
  expect(sim.sent({ message: { term: 5 } })).toEqual([])
  expect([sim.silence('a', 'b'), sim.silence('b', 'a'), sim.silence('b', 'c')]).toEqual([32, 94, 100])
  expect([sim.isUp('a'), sim.isUp('x'), sim.nodes]).toEqual([true, false, ['a', 'b']])
})
