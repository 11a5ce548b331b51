// Looks for a scenario that breaks a law: `node hunt.ts RUNS SEED` prints `{ after, broken }`, of which `broken` is null where all hold.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { Broken } from './machine.ts'
import { playToTheEnd, type Scenario, scenarios } from './scenario.ts'

const [runs = 1_000, seed = 1] = process.argv.slice(2).map(Number)

/** The ones that broke a law once come first. */
const kept = JSON.parse(readFileSync(join(import.meta.dirname, 'kept.json'), 'utf8')) as Scenario[]
let after = 0
let broken: string | null = null
for (const scenario of [...kept, ...fc.sample(scenarios, { numRuns: runs, seed })]) {
  after++
  try {
    await playToTheEnd(scenario)
  } catch (error) {
    // Anything else than a law would say that the edit is no program.
    if (!(error instanceof Broken)) throw error
    broken = error.message.split('\n')[0]!
    break
  }
}
console.log(JSON.stringify({ after, broken }))
