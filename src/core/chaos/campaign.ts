import { UserError } from '../errors.ts'
import { counterexampleOf } from '../verdict/counterexample.ts'
import type { CheckResult, TestResult } from '../verdict/evidence.ts'

/** A failing case of a campaign, and where it is kept. */
export interface Kept {
  /** Regression test, from the top of the repository; null: not kept there. */
  file: string | null
  /** Picture of what happened, from the top of the repository; null: none. */
  picture: string | null
  /** Why it is not kept, for people. */
  why: string | null
  /** Arguments of the property as fast-check prints them. */
  example: string | null
  svg: string | null
}

export type Failure = ReturnType<typeof counterexampleOf> & { id: string; kept: Kept }

/** Round after round of fresh schedules for the tests of some files. */
export interface Campaign {
  target: string
  files: string[]
  seed: number
  seconds: number
  rounds: number
  /** Over all rounds: of the property with the fewest, and of all together. */
  least: number
  schedules: number
  status: 'held' | 'failed' | 'stopped' | 'interrupted'
  message: string | null
  failures: Failure[]
}

export function begun(given: Pick<Campaign, 'target' | 'files' | 'seed' | 'seconds'>): Campaign {
  return { ...given, rounds: 0, least: 0, schedules: 0, status: 'held', message: null, failures: [] }
}

/** Adds what a round has shown. Throws UserError where it has shown nothing. */
export function judge(campaign: Campaign, result: CheckResult): void {
  const { tests, problems, status, limit, running } = result
  const runs = tests.flatMap(({ properties }) => properties)
  const failed = tests.filter((test) => test.status === 'failed')
  campaign.rounds += 1
  campaign.schedules += runs.reduce((sum, { runs: cases }) => sum + cases, 0)
  campaign.least += runs.length === 0 ? 0 : Math.min(...runs.map(({ runs: cases }) => cases))
  if (failed.length > 0) {
    campaign.status = 'failed'
    campaign.failures = failed.map((test) => ({ id: test.id, ...counterexampleOf(test), kept: keptOf(test) }))
    return
  }
  if (status !== 'passed') {
    campaign.status = 'stopped'
    const why = limit === null ? (problems[0]?.message ?? status) : `${limit} limit in ${running ?? 'an unknown test'}`
    campaign.message = why
  } else if (runs.length === 0) {
    throw new UserError(
      `No property ran in ${campaign.files.join(', ')}: a chaos test calls \`chaos(...)\` of specproof/sim, or \`fc.assert\`.`,
    )
  }
}

/** What there is to keep of a failure, before anything is kept. */
function keptOf(test: TestResult): Kept {
  const run = test.properties.find(({ failed }) => failed)
  const example = run?.counterexample ?? null
  const svg = run?.svg ?? null
  return {
    file: null,
    picture: null,
    why: example === null ? 'no property failed, so there is no case to keep' : null,
    example,
    svg,
  }
}
