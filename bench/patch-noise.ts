/**
 * Real commits, written as a model would in every format, then disturbed as models do: what the engine makes of them. Each
 * line of the table is a disturbance, each column a format: applied right / refused / applied WRONG. Ends with 1 where
 * anything was applied wrong. `node bench/patch-noise.ts [trials] [repository...]`
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DISTURBANCES, disturb, type Outcome, type RealChange, randomFrom } from '../test/support/patch-noise.ts'
import { realChanges } from '../test/support/real-changes.ts'
import { diffLines, FORMATS, shownLines } from '../test/support/render-patch.ts'

const trials = Number(process.argv[2] ?? 100_000)
const own = join(import.meta.dirname, '..')
const repositories = [own, ...process.argv.slice(3)]
const changes = repositories.flatMap((root) => realChanges(root, 2_000))
const seed = Number(process.env['SPECPROOF_SAMPLE_SEED'] ?? 1)
const random = randomFrom(seed)

const table = new Map<string, Record<Outcome, number>>()
const wrong: string[] = []
let done = 0
for (let tries = 0; done < trials && tries < trials * 20; tries++) {
  const change = changes[random(changes.length)]!
  const name = Object.keys(DISTURBANCES)[tries % Object.keys(DISTURBANCES).length]!
  const format = FORMATS[random(FORMATS.length)]!
  const tried = await disturb(change, format, name, random)
  if (tried === null) continue
  done++
  const cell = table.get(`${name}/${format}`) ?? { right: 0, refused: 0, wrong: 0 }
  cell[tried.outcome]++
  table.set(`${name}/${format}`, cell)
  if (tried.outcome === 'wrong')
    wrong.push(describe(change, `${change.path} as ${format}, ${name}`, tried.content ?? ''))
}

/** The places where what came out is not what the commit made of the file. */
function describe(change: RealChange, head: string, got: string): string {
  const wanted = shownLines(change.after)
  const places = diffLines(wanted, shownLines(got)).map(({ start, end, lines }) => {
    const removed = wanted.slice(start, end).map((line) => `  - ${JSON.stringify(line)}`)
    const added = lines.map((line) => `  + ${JSON.stringify(line)}`)
    return [
      `  at ${start + 1}, after ${JSON.stringify(wanted[start - 1])}:`,
      ...removed.slice(0, 5),
      ...added.slice(0, 5),
    ]
  })
  return [head, ...places.slice(0, 3).flat()].join('\n')
}

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: own, encoding: 'utf8' }).trim()
console.log(
  `${done} trials on ${changes.length} changes of ${repositories.length} repositories, seed ${seed}, at ${commit}\n`,
)
console.log(`| disturbance | ${FORMATS.join(' | ')} |\n| --- |${FORMATS.map(() => ' --- |').join('')}`)
for (const name of Object.keys(DISTURBANCES)) {
  const cells = FORMATS.map((format) => {
    const cell = table.get(`${name}/${format}`)
    return cell === undefined ? '' : `${cell.right} / ${cell.refused} / ${cell.wrong}`
  })
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
console.log(`\napplied wrong: ${wrong.length}`)
for (const text of wrong.slice(0, Number(process.env['SHOW'] ?? 3))) console.log(`\n${text}`)
process.exitCode = wrong.length > 0 || done < trials ? 1 : 0
