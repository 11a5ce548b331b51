/**
 * What it costs to find and replace blocks: 1,000 blocks over 200 files of 5,000 lines, then how the time grows with the
 * length of a file, also where the file is made of one line again and again. Reading the reply and hashing are counted.
 * Prints CPU time, minimum and median. `node bench/patch.ts [rounds]`
 */
import { applyPatch } from '../src/core/patch/apply.ts'
import type { Edit, Operation } from '../src/core/patch/patch.ts'
import { readReply } from '../src/core/patch/read-reply.ts'

const rounds = Number(process.argv[2] ?? 7)
const LINES = 5000

function fileOf(lines: number, seed: number): string {
  return Array.from(
    { length: lines },
    (_, k) => `  const value${k} = compute(${k * seed}, "${(k * 7919) % 1000}")\n`,
  ).join('')
}

function replyOf(files: readonly string[], blocks: number): string {
  const fences = files.map((text, f) => {
    const lines = text.split('\n')
    const parts = Array.from({ length: blocks }, (_, b) => {
      const at = Math.floor(((b + 0.5) * (lines.length - 5)) / blocks)
      const old = lines.slice(at, at + 4).join('\n')
      return `<<<<<<< SEARCH\n${old}\n=======\n${old.replace('compute', 'computed')}\n>>>>>>> REPLACE\n`
    })
    return `\`\`\`\nsrc/file${f}.ts\n${parts.join('\n')}\`\`\`\n`
  })
  return fences.join('\n')
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function measure(name: string, work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await cpuOf(work))
  times.sort((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)]!
  console.log(`${name.padEnd(52)} minimum ${times[0]!.toFixed(1)} ms, median ${median.toFixed(1)} ms of CPU`)
  return times[0]!
}

async function expectOk(operations: Operation[], texts: ReadonlyMap<string, string>, ok = true): Promise<void> {
  const read = (path: string) => {
    const text = texts.get(path)
    return text === undefined ? ({ kind: 'absent' } as const) : ({ kind: 'text', text } as const)
  }
  const result = await applyPatch({ operations }, read)
  if (result.ok !== ok) throw new Error(`expected ${ok ? 'changes' : 'a refusal'}`)
}

const files = Array.from({ length: 200 }, (_, k) => fileOf(LINES, k + 1))
const texts = new Map(files.map((text, f) => [`src/file${f}.ts`, text]))
const reply = replyOf(files, 5)
await measure('1,000 blocks over 200 files of 5,000 lines', async () => {
  const read = readReply(reply)
  if (read.kind !== 'patch') throw new Error('not read')
  await expectOk(read.patch.operations, texts)
})

/** One file of n lines and one block. */
type Scene = (lines: number) => { text: string; edit: Omit<Edit, 'line'>; ok: boolean }
const repeat = (line: string, count: number) => `${line}\n`.repeat(count)
const SCENES: [string, Scene][] = [
  [
    'exact',
    (n) => ({
      text: fileOf(n, 3),
      edit: { search: `${fileOf(n, 3).split('\n')[n >> 1]}\n`, replace: 'x\n' },
      ok: true,
    }),
  ],
  [
    'indent',
    (n) => ({
      text: fileOf(n, 3),
      edit: { search: `${fileOf(n, 3).split('\n')[n >> 1]!.trim()}\n`, replace: 'x\n' },
      ok: true,
    }),
  ],
  [
    'no match',
    (n) => ({ text: fileOf(n, 3), edit: { search: 'const other = compute(1, 2)\nnone\n', replace: 'x\n' }, ok: false }),
  ],
  [
    'one line again and again',
    (n) => ({ text: repeat('}', n), edit: { search: `${repeat('}', n >> 1)}x\n`, replace: 'x\n' }, ok: false }),
  ],
  [
    'again and again, indented',
    (n) => ({ text: repeat('  }', n), edit: { search: `${repeat('}', n >> 1)}x\n`, replace: 'x\n' }, ok: false }),
  ],
  [
    'again and again, ambiguous',
    (n) => ({ text: repeat('}', n), edit: { search: repeat('}', n >> 1), replace: 'x\n' }, ok: false }),
  ],
]
for (const [name, scene] of SCENES) {
  const costs: number[] = []
  for (const times of [1, 2, 4]) {
    const { text, edit, ok } = scene(50_000 * times)
    const operation: Operation = { action: 'edit', path: 'a', edits: [{ ...edit, line: 1 }], line: 1 }
    const label = `${name}, ${(50_000 * times).toLocaleString('en')} lines`
    costs.push(await measure(label, () => expectOk([operation], new Map([['a', text]]), ok)))
  }
  const growth = costs.map((cost) => (cost / costs[0]!).toFixed(1)).join(' : ')
  console.log(`${name}: 1 : 2 : 4 times the lines cost ${growth}\n`)
}
