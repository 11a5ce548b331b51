/**
 * What a box costs per command: `true` in each backend and as a plain child, taking turns, so that other load on the
 * machine hits all alike. Prints medians and what each adds to a plain child. `node bench/box.ts [rounds]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { createBwrapBox } from '../src/io/box/bwrap.ts'
import { createUnshareBox, prepareTree } from '../src/io/box/unshare.ts'

const rounds = Number(process.argv[2] ?? 40)
const limits = {
  wallMs: 30_000,
  outputBytes: 1_000_000,
  fileBytes: 2_000_000,
  tmpBytes: 8_000_000,
  processes: 200,
  cpuSeconds: 20,
}

const tree = await mkdtemp(join(tmpdir(), 'specproof-bench-'))
await prepareTree(tree)
const policy = { root: '/project', tree, readOnly: [], mounts: [], env: {} }

const runs = new Map<string, () => Promise<unknown>>([['plain', () => execa('true')]])
for (const box of [createBwrapBox(), createUnshareBox()]) {
  const run = () => box.run(['true'], policy, limits, {})
  const { cause, message } = await run()
  if (cause === 'exit') runs.set(box.name, run)
  else console.log(`${box.name}: left out, ${message}`)
}

const times = new Map([...runs.keys()].map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of runs) {
    const started = performance.now()
    await run()
    times.get(name)!.push(performance.now() - started)
  }
}
await rm(tree, { recursive: true, force: true })

const quantile = (values: number[], share: number) => values.sort((a, b) => a - b)[Math.floor(values.length * share)]!
const plain = quantile(times.get('plain')!, 0.5)
for (const [name, values] of times) {
  const [tenth, median] = [quantile(values, 0.1), quantile(values, 0.5)]
  const ratio = `${(median / plain).toFixed(1)} times plain`
  const added = `${(median - plain).toFixed(1)} ms more`
  console.log(`${name.padEnd(8)} median ${median.toFixed(1)} ms, tenth ${tenth.toFixed(1)} ms; ${ratio}, ${added}`)
}
