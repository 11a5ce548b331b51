import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { playToTheEnd, type Scenario, scenarios } from './simulate/scenario.ts'

/** Scenarios that broke a law once, shrunk; a new one is added as it was printed. */
const kept = JSON.parse(readFileSync(join(import.meta.dirname, 'simulate', 'kept.json'), 'utf8')) as Scenario[]
const FULL = process.env['SPECPROOF_FULL'] === '1'
const numRuns = FULL ? 50_000 : 700

describe('the loops under chaos', () => {
  it('keep every law of the World', async () => {
    const ends = new Map<string, number>()
    const law = fc.asyncProperty(scenarios, async (scenario) => {
      const told = await playToTheEnd(scenario)
      for (const line of told) {
        const status = /^run \d+: (\w+)/.exec(line)?.[1]
        if (status !== undefined) ends.set(status, (ends.get(status) ?? 0) + 1)
      }
      // The same seed and the same answers, the same story.
      if (scenario.seed % 10 === 0) expect(await playToTheEnd(scenario)).toEqual(told)
    })
    await fc.assert(law, { numRuns, examples: kept.map((scenario): [Scenario] => [scenario]) })
    console.log(`ends of runs: ${[...ends].map(([status, times]) => `${status} ${times}`).join(', ')}`)
    const often = ['verified', 'killed', 'interrupted', 'budget', 'provider', 'environment', 'git', 'blocked', 'failed']
    // So rare that not every draw of 900 has one.
    const all = FULL ? [...often, 'tampering'] : often
    for (const status of all) expect(ends.get(status) ?? 0, status).toBeGreaterThan(0)
  }, 3_600_000)
})
