import { it } from 'vitest'
import { chaos, exactlyOnce, noLostAcknowledgement } from '../../../../../sandbox/sim/index.ts'
import { cast, startTally } from '../src/tally.ts'

const VOTERS = ['v1', 'v2', 'v3']

it('an acknowledged vote is on the disk, and every vote counts once', () =>
  chaos({ nodes: ['tally'], kinds: ['partition', 'duplicate', 'crash'], until: 10_000 }, (sim) => {
    const acknowledged: string[] = []
    sim.node('tally', startTally)
    for (const voter of VOTERS) {
      sim.client(voter, async (env) => {
        await env.clock.sleep(env.random.int(9_000))
        await cast(env, voter)
        acknowledged.push(voter)
      })
    }
    const disk = sim.disk('tally')
    const counted = () => (disk.existsSync('votes') ? disk.readTextSync('votes').trimEnd().split('\n') : [])
    sim.always('acknowledged votes stay', () => noLostAcknowledgement(acknowledged, counted()))
    sim.sometimes('a vote is sent again', () => sim.sent({ from: 'v1' }).length > 1)
    sim.finally('every vote counts once', () => exactlyOnce(VOTERS, counted()))
  }))
