// Looks for a scenario that breaks a law: `node hunt.ts RUNS SEED` prints `{ after, broken }`, of which `broken` is null where all hold.
import fc from 'fast-check'
import { Broken } from './machine.ts'
import { play, scenarios } from './scenario.ts'

const [runs = 1_000, seed = 1] = process.argv.slice(2).map(Number)

let after = 0
let broken: string | null = null
for (const scenario of fc.sample(scenarios, { numRuns: runs, seed })) {
  after++
  try {
    await play(scenario)
  } catch (error) {
    // Anything else than a law would say that the edit is no program.
    if (!(error instanceof Broken)) throw error
    broken = error.message.split('\n')[0]!
    break
  }
}
console.log(JSON.stringify({ after, broken }))
