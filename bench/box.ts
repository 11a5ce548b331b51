/**
 * What a box costs per command: `true` in a backend and as a plain child of `node:child_process`, taking turns, so that
 * other load on the machine hits both alike; one backend after the other, as nobody uses several. Prints medians, ratios and what each adds to a plain child, and then how
 * soon a box with clinging processes is gone after it was cancelled. `node bench/box.ts [rounds]`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Box } from '../src/io/box/box.ts'
import { createBwrapBox } from '../src/io/box/bwrap.ts'
import { createSrtBox } from '../src/io/box/srt.ts'
import { shellStarter } from '../src/io/box/starter.ts'
import { createUnshareBox, prepareTree } from '../src/io/box/unshare.ts'

const rounds = Number(process.argv[2] ?? 40)
const limits = {
  wallMs: 30_000,
  outputBytes: 1_000_000,
  fileBytes: 2_000_000,
  diskBytes: 1_000_000_000,
  tmpBytes: 8_000_000,
  processes: 200,
  cpuSeconds: 20,
}

const tree = await mkdtemp(join(tmpdir(), 'specproof-bench-'))
await prepareTree(tree)
const policy = { root: '/project', tree, readOnly: [], mounts: [], env: {} }

async function plain(): Promise<void> {
  await once(spawn('true', { stdio: ['pipe', 'pipe', 'pipe'] }), 'close')
}

const boxes: [string, Box][] = [
  ['bwrap', createBwrapBox()],
  ['unshare', createUnshareBox()],
  ['bwrap, shell', createBwrapBox('bwrap', shellStarter)],
  ['unshare, shell', createUnshareBox(shellStarter)],
  ['srt', createSrtBox()],
]

const quantile = (values: number[], share: number) => values.sort((a, b) => a - b)[Math.floor(values.length * share)]!
const load = () =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}

console.log(`one command, ${rounds} rounds, load ${load()}`)
const usable: [string, Box][] = []
for (const [name, box] of boxes) {
  const run = () => box.run(['true'], policy, limits, {})
  const { cause, message } = await run()
  if (cause !== 'exit') {
    console.log(`${name}: left out, ${message}`)
    continue
  }
  usable.push([name, box])
  const times: { alone: number; boxed: number }[] = []
  for (let round = 0; round < rounds; round++) times.push({ alone: await timed(plain), boxed: await timed(run) })
  const alone = times.map((one) => one.alone)
  const boxed = times.map((one) => one.boxed)
  const [middle, least, median] = [quantile(alone, 0.5), quantile(boxed, 0), quantile(boxed, 0.5)]
  const ratio = `${(median / middle).toFixed(1)} times plain (${middle.toFixed(1)} ms)`
  const added = `${(median - middle).toFixed(1)} ms more`
  console.log(`${name.padEnd(14)} median ${median.toFixed(1)} ms, least ${least.toFixed(1)} ms; ${ratio}, ${added}`)
}

const CLINGING = `
setsid sh -c 'trap "" TERM HUP; sleep 600; :' "$0" &
(setsid sh -c 'sleep 600; :' "$0" &) &
i=0; while [ $i -lt 30 ]; do sleep 600 & i=$((i + 1)); done
echo started
wait
`

async function isRunning(marker: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.some((line) => line.includes(marker))
}

/** From the word to end it until its result is there, and whether a process of it was left then, in milliseconds. */
async function endingOf(box: Box, marker: string): Promise<{ ms: number; left: boolean }> {
  const controller = new AbortController()
  let cancelled = 0
  const onOutput = () => {
    // What a program says at its end is no start.
    if (controller.signal.aborted) return
    cancelled = performance.now()
    controller.abort()
  }
  await box.run(['sh', '-c', CLINGING, marker], policy, limits, { signal: controller.signal, onOutput })
  const ms = performance.now() - cancelled
  return { ms, left: await isRunning(marker) }
}

console.log(`the end of 35 processes after cancelling, load ${load()}`)
for (const [name, box] of usable) {
  const endings: Awaited<ReturnType<typeof endingOf>>[] = []
  for (let round = 0; round < rounds / 2; round++) endings.push(await endingOf(box, `ending-${process.pid}-${round}`))
  const all = endings.map(({ ms }) => ms)
  const left = endings.filter((ending) => ending.left).length
  const figures = `median ${quantile(all, 0.5).toFixed(1)} ms, most ${Math.max(...all).toFixed(1)} ms`
  console.log(`${name.padEnd(14)} ${figures}; processes left in ${left} of ${endings.length}`)
}
await rm(tree, { recursive: true, force: true })
