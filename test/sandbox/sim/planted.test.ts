import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import {
  type Case,
  type ChaosOptions,
  chaos,
  noLostAcknowledgement,
  type Scenario,
} from '../../../sandbox/sim/index.ts'
import { sample } from '../../support/sample.ts'
import { cast, startTally } from './page/src/tally.ts'
import { LOCK_OPTIONS, lockFrom, lockScenario } from './try/scenario.ts'
import { planted, WRONG } from './try/wrong.ts'

const FULL = process.env['SPECPROOF_FULL'] === '1'

/** A mistake in code under test, and the campaign that finds it. */
interface Bug {
  name: string
  options: ChaosOptions
  scenario(): Promise<Scenario>
  /** The smallest faults, which at least 8 of 10 seeds end at. */
  smallest: object[]
}

const voters = (sim: Parameters<Scenario>[0], acknowledged: string[]) => {
  for (const voter of ['v1', 'v2', 'v3']) {
    sim.client(voter, async (env) => {
      await env.clock.sleep(env.random.int(9_000))
      await cast(env, voter)
      acknowledged.push(voter)
    })
  }
}

const tally: Bug = {
  name: 'a vote is acknowledged before it is safe',
  options: { nodes: ['tally'], kinds: ['partition', 'duplicate', 'crash'], until: 10_000 },
  scenario: async () => (sim) => {
    const acknowledged: string[] = []
    sim.node('tally', (env) => startTally({ ...env, disk: { ...env.disk, fsync: () => Promise.resolve() } }))
    voters(sim, acknowledged)
    const disk = sim.disk('tally')
    const counted = () => (disk.existsSync('votes') ? disk.readTextSync('votes').split('\n') : [])
    sim.always('acknowledged votes stay', () => noLostAcknowledgement(acknowledged, counted()))
  },
  smallest: [{ kind: 'crash', node: 'tally', ms: 1 }],
}

/** Of the lock's mistakes; some show without any fault, and some by several kinds, of which the simplest is meant. */
const SMALLEST: Record<string, object[]> = {
  'the token is not synced': [{ kind: 'crash', node: 'lock', ms: 1 }],
  'free at once after a crash of the server': [{ kind: 'crash', node: 'lock', ms: 1 }],
  'the client counts its lease from the answer': [{ kind: 'duplicate', from: 'lock', to: '*', at: 466, ms: 1 }],
  'a late release frees the lock of the next holder': [{ kind: 'duplicate', from: '*', to: 'lock', at: 14_726, ms: 1 }],
  'the answer to an earlier request is taken': [{ kind: 'duplicate', from: 'lock', to: '*', at: 466, ms: 1 }],
  'the server goes by the wall clock': [{ kind: 'skew', node: 'lock', ms: 1 }],
  'a lease never ends': [],
  'a request that was lost is not sent again': [],
  "the server's lease is a second shorter": [],
  'a client that gave the lock back holds it still': [],
}

const locks = WRONG.map(
  (wrong): Bug => ({
    name: wrong.name,
    options: LOCK_OPTIONS,
    scenario: async () => {
      const source = await readFile(new URL('try/src/lock.ts', import.meta.url), 'utf8')
      return lockScenario(await lockFrom(planted(source, wrong)))
    },
    smallest: SMALLEST[wrong.name]!,
  }),
)

/** The case that a campaign with this seed shrinks to. */
async function smallestCase({ options }: Bug, scenario: Scenario, seed: number): Promise<Case> {
  fc.configureGlobal({ seed })
  const error = await chaos({ ...options, runs: 5_000 }, scenario).catch((caught: Error) => caught)
  const [, example] = /^Counterexample: \[(.*)\]$/m.exec(String(error)) ?? []
  if (example === undefined) throw new Error(`seed ${seed} found nothing: ${error}`)
  return JSON.parse(example) as Case
}

afterAll(() => fc.resetConfigureGlobal())

const seeds = FULL ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [2, 4]

for (const bug of [tally, ...sample('planted bugs', locks, FULL ? locks.length : 2)]) {
  it(`${bug.name}: shrinks to two faults at most, from nearly every seed to the same`, async () => {
    const scenario = await bug.scenario()
    const found: Case[] = []
    for (const seed of seeds) found.push(await smallestCase(bug, scenario, seed))
    for (const { faults } of found) expect(faults.length).toBeLessThanOrEqual(2)
    const texts = found.map((one) => JSON.stringify(one))
    const most = Math.max(...texts.map((text) => texts.filter((other) => other === text).length))
    expect(most, texts.join('\n')).toBeGreaterThanOrEqual(FULL ? 8 : seeds.length)
    const usual = found[texts.findIndex((text) => texts.filter((other) => other === text).length === most)]!
    expect(usual.faults).toMatchObject(bug.smallest)
    expect(usual.faults.length).toBe(bug.smallest.length)
  })
}
