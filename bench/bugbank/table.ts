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

/** The page docs/bugbank.md; systems that were not judged now stay as they are in the page before, '' for none. */
export function page(before: string, all: readonly Judged[]): string {
  const parts = new Map(
    before
      .split(/^(?=## )/m)
      .slice(1)
      .map((text) => [/^## (\S+)/.exec(text)![1]!, text]),
  )
  const rows = new Map([...before.matchAll(ROW)].map(([text, system]) => [system!, text]))
  for (const [system, judged] of Map.groupBy(all, ({ bug }) => bug.system)) {
    parts.set(system, part(system, judged))
    rows.set(system, summary(system, judged))
  }
  const sorted = <T>(map: Map<string, T>) =>
    [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value)
  return [...HEAD, ...sorted(rows), sum([...rows.values()]), '', ...FOOT, '', sorted(parts).join('')].join('\n')
}

const ROW = /^\| ([a-z][a-z-]+) \|(?: \d+ \|){4} \d+ of \d+ \| \d+ of \d+ \|$/gm

const HEAD = [
  '# The bug bank',
  '',
  'Made by `npm run bugbank`; do not edit. Each bug is one small edit to a reference implementation in `sandbox/reference`, written',
  'down before the tests were tuned, as a reply in our own [patch format](patches.md), with the criterion that it violates and',
  'where such bugs come from. Three suites are run on each of them:',
  '',
  '- **kit**: the property and chaos tests of the system, until one is red; at most 2,000 cases of each test, or 10 s of CPU time for all',
  '- **one run**: the same tests with a single case each',
  '- **examples**: a plain suite as an engineer writes it without the kit, on a clock and a network made by hand',
  '',
  'Where the smallest failing case is a fault schedule, its faults are counted. Its space-time picture never has more than 40 lines; it is',
  'whole where no rows had to be left out.',
  '',
  '| system | bugs | killed by the kit | by one run | by examples | at most 3 faults | whole picture |',
  '| --- | --- | --- | --- | --- | --- | --- |',
]

const FOOT = [
  'Times below are CPU time of the search, and a "+" says that the picture is not whole. Whoever wrote the bugs wrote the suites, too, and knew',
  'both, which flatters all three.',
]

function summary(system: string, all: readonly Judged[]): string {
  const { bugs, kit, single, examples } = totals(all)
  const drawn = all.flatMap(({ kit }) => size(kit) ?? []).filter(({ faults }) => faults !== null)
  const few = drawn.filter(({ faults }) => (faults ?? 0) <= 3).length
  const whole = drawn.filter(({ cut }) => !cut).length
  return `| ${system} | ${bugs} | ${kit} | ${single} | ${examples} | ${few} of ${drawn.length} | ${whole} of ${drawn.length} |`
}

/** The row below those of the systems. */
function sum(rows: readonly string[]): string {
  const numbers = rows.map((row) =>
    row
      .match(/\d+(?= )/g)!
      .slice(-8)
      .map(Number),
  )
  const at = (column: number) => numbers.reduce((all, row) => all + row[column]!, 0)
  const bugs = at(0)
  const percent = (count: number) => `${count} (${bugs === 0 ? 0 : Math.round((100 * count) / bugs)} %)`
  return `| **all** | ${bugs} | ${percent(at(1))} | ${percent(at(2))} | ${percent(at(3))} | ${at(4)} of ${at(5)} | ${at(6)} of ${at(7)} |`
}

function part(system: string, all: readonly Judged[]): string {
  const alive = all.filter(({ kit }) => !kit.killed)
  const survivors = alive.map(({ bug }) => `- ${bug.name} survives: ${bug.survives ?? 'not explained yet'}`)
  return [
    `## ${system}`,
    '',
    '| bug | violates | kit | cases | time | faults | picture | one run | examples |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...all.map(row),
    '',
    ...(survivors.length === 0 ? [] : [...survivors, '']),
    '',
  ].join('\n')
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
