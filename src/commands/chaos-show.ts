import type { Campaign } from '../core/chaos/campaign.ts'
import { EVENT_VERSION } from '../core/event-version.ts'
import type { Event } from '../core/events.ts'
import { boundText } from '../core/verdict/bound.ts'
import { firstCounterexample } from '../core/verdict/counterexample.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import type { CheckProgress } from '../io/checks/checks.ts'
import { ticking } from '../ui/format.ts'
import { createPlainView } from '../ui/plain.ts'
import type { GlobalOptions } from './options.ts'

/** What people and programs see of a campaign. */
export interface Show {
  tell(event: Event): void
  progress(progress: CheckProgress): void
  round(campaign: Campaign, result: CheckResult): void
  end(campaign: Campaign): void
}

const CLEAR = '\r\u001b[K'

/** Lines for people, on stderr with --json; in a terminal one line that moves while a round goes on. */
export function createShow(options: GlobalOptions, seconds: number): Show {
  const people = options.json ? process.stderr : process.stdout
  const started = performance.now()
  const elapsed = () => ticking(performance.now() - started)
  const moving = process.stderr.isTTY === true && !options.quiet && !process.env['CI']
  const write = (text: string) => people.write(moving ? `${CLEAR}${text}` : text)
  const color = options.color && people.isTTY === true && !process.env['NO_COLOR']
  const width = people.columns || 100
  const plain = createPlainView({ write, color, quiet: options.quiet, width, unicode: true })
  const tell = (event: Event) => plain({ v: EVENT_VERSION, t: Math.round(performance.now() - started), ...event })
  let before = 0
  return {
    tell,
    progress({ runs, failed }) {
      const bad = failed > 0 ? `, ${failed} failed, shrinking` : ''
      const text = `  ${(before + runs).toLocaleString('en-US')} schedules, ${elapsed()} of ${ticking(seconds * 1_000)}${bad}`
      if (moving) process.stderr.write(`${CLEAR}${text}`)
    },
    round(campaign, result) {
      before = campaign.schedules
      const { tests, durationMs, status } = result
      const count = (wanted: string) => tests.filter((test) => test.status === wanted).length
      const runs = tests.flatMap(({ properties }) => properties)
      tell({
        type: 'check.finished',
        stage: 'chaos',
        status,
        passed: count('passed'),
        failed: count('failed'),
        seeds: [...new Set(runs.flatMap((run) => run.seeds))],
        runs: runs.reduce((sum, run) => sum + run.runs, 0),
        counterexample: firstCounterexample(result),
        message: campaign.message,
        ms: durationMs,
      })
    },
    end(campaign) {
      write(endText(campaign))
      if (options.json) process.stdout.write(`${JSON.stringify(asJson(campaign))}\n`)
    },
  }
}

function endText(campaign: Campaign): string {
  const { status, rounds, schedules, least, failures, seed, target, message } = campaign
  const all = `${schedules.toLocaleString('en-US')} schedule${schedules === 1 ? '' : 's'} in ${rounds} round${rounds === 1 ? '' : 's'}`
  if (status === 'held') return `\nAll held: ${all}. ${boundText(least, 'schedules of the least run test') ?? ''}\n`
  if (status === 'interrupted') return `\nInterrupted after ${all}; none had failed.\n`
  if (status === 'stopped') return `\nThe tests could not be run to their end: ${message}\n`
  const kept = failures.flatMap(({ test, kept: { file, picture, why } }) => [
    file === null ? `  ${test}: not kept as a test${why === null ? '' : `, ${why}`}` : `  ${test}: kept in ${file}`,
    ...(picture === null ? [] : [`    picture: ${picture}`]),
  ])
  const more = failures.length > 1 ? ` Only the first is shown above.` : ''
  const again = `Once more: agent chaos ${target} --seed ${seed}`
  return `\n${failures.length} test${failures.length === 1 ? '' : 's'} failed after ${all}.${more}\n${kept.join('\n')}\n${again}\n`
}

function asJson({ failures, ...campaign }: Campaign): object {
  const told = failures.map(({ kept: { file, picture, why }, ...failure }) => ({
    ...failure,
    kept: { file, picture, why },
  }))
  return { type: 'chaos.result', ...campaign, failures: told }
}
