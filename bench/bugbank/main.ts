/**
 * Runs the bug bank: every bug of `sandbox/reference` must die by the tests of its system. `npm run bugbank`, with `-- --spec NAME`
 * for one system, `--bug TEXT` for those whose name holds it, `--sample N` for some, `--seed N`, `--workers N`, `--show` for the
 * smallest failing cases. Without --bug and --sample it writes docs/bugbank.md, with --spec the part of that system. Exit code 1: a
 * reference is red, a survivor is not explained, or what is said to survive was killed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededIntegers } from '../../src/core/random.ts'
import { type Bug, bugsOf, systems } from './bank.ts'
import { type Judged, judge, judgeReference } from './judge.ts'
import { page, seconds, size, totals } from './table.ts'

const { values } = parseArgs({
  options: {
    spec: { type: 'string' },
    bug: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    show: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
/** Cases of each test on the references, before the bugs. */
const REFERENCE_CASES = 300

function chosen(): Bug[] {
  const known = systems()
  if (values.spec !== undefined && !known.includes(values.spec))
    throw new Error(`--spec ${values.spec}: there are ${known.join(', ')}`)
  const bugs = known.filter((system) => values.spec === undefined || system === values.spec).flatMap(bugsOf)
  const named = bugs.filter(({ name }) => name.includes(values.bug ?? ''))
  if (values.sample === undefined) return named
  const next = seededIntegers(seed)
  return named
    .map((bug) => ({ bug, at: next() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, Number(values.sample))
    .map(({ bug }) => bug)
}

/** Results in the order of `items`, so many at a time. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.max(1, Number(values.workers)) }, worker))
  return results
}

function tell({ bug, kit, single, examples }: Judged, count: number, of: number): void {
  const found = size(kit)
  const faults =
    found?.faults == null ? '' : `, ${found.faults} faults, picture of ${found.lines}${found.cut ? '+' : ''} lines`
  const how = kit.killed
    ? `killed after ${kit.cases} cases, ${seconds(kit.ms)}${faults}`
    : `SURVIVES ${kit.drawn} cases, ${seconds(kit.ms)}`
  const others = `one run: ${single.killed ? 'killed' : '-'}  examples: ${examples.killed ? 'killed' : '-'}`
  console.log(
    `${String(count).padStart(3)}/${of}  ${`${bug.system}/${bug.name}`.padEnd(44)} ${bug.violates.padEnd(5)} ${how}  ${others}`,
  )
  if (!values.show) return
  console.log(`      kit: ${kit.by}\n${indented(kit.shrunk?.counterexample ?? kit.message ?? '')}`)
  console.log(indented([...(kit.shrunk?.picture ?? []), kit.message ?? ''].join('\n')))
  for (const [name, result] of Object.entries({ single, examples }))
    if (result.killed) console.log(`      ${name}: ${result.by}`)
}

const indented = (text: string) => text.replaceAll(/^/gm, '      ')

async function referencesHold(of: string[]): Promise<boolean> {
  const all = await inTurns(of, async (system) => ({
    system,
    results: await judgeReference(system, REFERENCE_CASES, seed),
  }))
  for (const { system, results } of all) {
    const red = results.find(({ killed }) => killed)
    const [examples, kit] = results
    console.log(
      red
        ? `reference ${system} is RED: ${red.by}\n${red.message}`
        : `reference ${system}: ${examples?.tests} examples and ${kit?.tests} tests with ${kit?.drawn} cases hold, ${seconds(kit?.ms ?? 0)}`,
    )
  }
  return all.every(({ results }) => results.every(({ killed }) => !killed))
}

const bugs = chosen()
if (!(await referencesHold([...new Set(bugs.map(({ system }) => system))]))) process.exit(1)
let count = 0
const judged = await inTurns(bugs, async (bug) => {
  const one = await judge(bug, seed)
  count += 1
  tell(one, count, bugs.length)
  return one
})
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'bugbank.md')
if (values.bug === undefined && values.sample === undefined)
  writeFileSync(PAGE, page(values.spec !== undefined && existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '', judged))
const alive = judged.filter(({ kit }) => !kit.killed)
for (const { bug } of alive)
  console.log(`survives: ${bug.system}/${bug.name}: ${bug.survives ?? 'not explained: add `survives:`, or a test'}`)
const explained = judged.filter(({ bug, kit }) => kit.killed && bug.survives !== null)
for (const { bug, kit } of explained)
  console.log(
    `killed: ${bug.system}/${bug.name}, by "${kit.by}", and its \`survives:\` says otherwise: leave that line out`,
  )
const sum = totals(judged)
console.log(`one run of each test kills ${sum.single}, the examples ${sum.examples}`)
console.log(`${sum.kit} of ${sum.bugs} seeded bugs killed`)
process.exitCode = alive.every(({ bug }) => bug.survives !== null) && explained.length === 0 ? 0 : 1
