import type { Judged } from './judge.ts'
import type { TrialResult } from './protocol.ts'

const CUT = /^\s*\.\.\..*\d+ more$/

export interface Totals {
  bugs: number
  kit: number
  single: number
  examples: number
}

export function totals(all: readonly Judged[]): Totals {
  const killed = (of: (judged: Judged) => TrialResult) => all.filter((judged) => of(judged).killed).length
  return {
    bugs: all.length,
    kit: killed(({ kit }) => kit),
    single: killed(({ single }) => single),
    examples: killed(({ examples }) => examples),
  }
}

/** Faults of the smallest schedule, lines of its picture and whether rows were left out of it. */
export function size({ shrunk }: TrialResult): { faults: number | null; lines: number; cut: boolean } | null {
  if (shrunk === null) return null
  return { faults: shrunk.faults, lines: shrunk.picture.length, cut: shrunk.picture.some((line) => CUT.test(line)) }
}

export const seconds = (ms: number) => `${(ms / 1_000).toFixed(ms < 9_950 ? 1 : 0)} s`

/** The page docs/bugbank.md. */
export function page(all: readonly Judged[], seed: number): string {
  const systems = [...Map.groupBy(all, ({ bug }) => bug.system)]
  return [...head(all, seed), ...systems.flatMap(([system, judged]) => part(system, judged)), ...survivors(all)].join(
    '\n',
  )
}

function head(all: readonly Judged[], seed: number): string[] {
  const { bugs, kit, single, examples } = totals(all)
  const percent = (count: number) => `${count} (${bugs === 0 ? 0 : Math.round((100 * count) / bugs)} %)`
  const shrunk = all.flatMap(({ kit }) => size(kit) ?? [])
  const drawn = shrunk.filter(({ faults }) => faults !== null)
  const rows = [...Map.groupBy(all, ({ bug }) => bug.system)].map(([system, judged]) => {
    const own = totals(judged)
    return `| ${system} | ${own.bugs} | ${own.kit} | ${own.single} | ${own.examples} |`
  })
  return [
    '# The bug bank',
    '',
    'Made by `npm run bugbank`; do not edit. Each bug is one small edit to a reference implementation in `sandbox/reference`, written',
    'down before the tests were tuned, as a reply in our own [patch format](patches.md), with the criterion that it violates and',
    'where such bugs come from. Three suites are run on each of them:',
    '',
    '- **kit**: the property and chaos tests of the system, until one is red; at most 2,000 cases of each test, or 10 s for all of them',
    '- **one run**: the same tests with a single case each',
    '- **examples**: a plain suite as an engineer writes it without the kit, on a clock and a network made by hand',
    '',
    '| system | bugs | killed by the kit | by one run | by examples |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    `| **all** | **${bugs}** | **${percent(kit)}** | **${percent(single)}** | **${percent(examples)}** |`,
    '',
    `Of ${drawn.length} kills under a fault schedule, the smallest schedule that fails has at most three faults in ${drawn.filter(({ faults }) => (faults ?? 0) <= 3).length}.`,
    `A picture never has more than 40 lines; in ${drawn.filter(({ cut }) => !cut).length} of these it shows the whole run, in the others ("+") rows were left out.`,
    `Seed ${seed}; times are of one machine under load. The suites were written by those who wrote the bugs, which flatters all three.`,
    '',
  ]
}

function part(system: string, all: readonly Judged[]): string[] {
  return [
    `## ${system}`,
    '',
    '| bug | violates | kit | cases | time | faults | picture | one run | examples |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...all.map(row),
    '',
  ]
}

const word = ({ killed }: TrialResult) => (killed ? 'killed' : '-')

function row({ bug, kit, single, examples }: Judged): string {
  const found = size(kit)
  const faults = found?.faults ?? '-'
  const lines = found === null || found.lines === 0 ? '-' : `${found.lines}${found.cut ? '+' : ''}`
  const cases = kit.killed ? kit.cases : `${kit.drawn} in all`
  const link = `[${bug.name}](../sandbox/reference/${bug.system}/bugs/${bug.name}.md): ${bug.what}`
  return `| ${link} | ${bug.violates} | ${kit.killed ? 'killed' : '**survives**'} | ${cases} | ${seconds(kit.ms)} | ${faults} | ${lines} | ${word(single)} | ${word(examples)} |`
}

function survivors(all: readonly Judged[]): string[] {
  const alive = all.filter(({ kit }) => !kit.killed)
  if (alive.length === 0) return ['## Survivors', '', 'None.', '']
  const lines = alive.map(({ bug }) => `- ${bug.system}/${bug.name}: ${bug.survives ?? 'not explained yet'}`)
  return ['## Survivors', '', ...lines, '']
}
