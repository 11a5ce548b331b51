/**
 * What `agent run --parallel` gains: the same spec of independent tasks, with a model that takes its time for each answer and is asked
 * twice for each task, in sequence and with a worker for each task, in turns. `light`: shell commands judge; `tests`: an author
 * writes tests for node:test, which take most of a second of processor time for a task. Prints minimum and median of each, from the
 * first task's beginning to the last one's landing, and their ratio; the same tasks have to be ticked.
 * `node bench/parallel.ts [rounds] [light|tests] [tasks] [seconds of an answer]`, after `npm run build`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { lightRight, lightSums, sumAuthor, sumRight, sumsSpec, taskIn } from '../test/support/many.ts'
import { type ModelServer, startModelServer } from '../test/support/model-server.ts'
import { makeRepository } from '../test/support/repository.ts'

const rounds = Number(process.argv[2] ?? 3)
const light = (process.argv[3] ?? 'light') === 'light'
const tasks = Number(process.argv[4] ?? 4)
const seconds = Number(process.argv[5] ?? 2)

function specOf(): Record<string, string | null> {
  const all = Array.from({ length: tasks }, (_, at) => at + 1)
  if (!light) return sumsSpec(all.map((n) => ({ n })))
  return lightSums(all.map((n) => ({ n })))
}

interface Line {
  type: string
  t: number
  exitCode?: number
  message?: string
}

async function oneRun(server: ModelServer, workers: number): Promise<number> {
  const ends: (() => Promise<void>)[] = []
  const repository = await makeRepository({ files: specOf(), onEnd: (clear) => ends.push(clear) })
  try {
    const args = [join(import.meta.dirname, '..', 'bin', 'agent.js'), '--json', '--cwd', repository.dir, 'run']
    const env = { ...repository.env, OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-bench' }
    const child = spawn(
      process.execPath,
      [...args, '--model', 'openai-compatible/slow', '--parallel', String(workers)],
      { env, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
    })
    await once(child, 'close')
    if (process.env['SHOW']) process.stderr.write(out)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
    const result = lines.at(-1)!
    const ticked = (await repository.read('specs/sums/tasks.md')).match(/\[x\]/g)?.length ?? 0
    if (result.exitCode !== 0 || ticked !== tasks)
      throw new Error(`${ticked} of ${tasks} tasks ticked: ${result.message}`)
    return lines.findLast(({ type }) => type === 'landed')!.t - lines.find(({ type }) => type === 'task.selected')!.t
  } finally {
    for (const end of ends) await end()
  }
}

const server = await startModelServer(async (request) => {
  await sleep(seconds * 1_000)
  const n = taskIn(request)
  const author = `${request.system}\n${request.prompt}`.includes('# Your role: test author')
  if (!light) return { text: author ? sumAuthor(n) : sumRight(n) }
  const first = !request.prompt.includes('Functions stand in files of their own.')
  return { text: first ? 'NEED src/index.ts' : lightRight(n) }
})
const times: Record<'sequence' | 'parallel', number[]> = { sequence: [], parallel: [] }
for (let round = 0; round < rounds; round++) {
  times.sequence.push(await oneRun(server, 1))
  times.parallel.push(await oneRun(server, tasks))
}
await server.close()

const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1]!
for (const [name, list] of Object.entries(times))
  console.log(
    `${name.padEnd(9)} min ${(Math.min(...list) / 1000).toFixed(1)} s, median ${(median(list) / 1000).toFixed(1)} s`,
  )
const ratios = times.sequence.map((ms, at) => ms / times.parallel[at]!)
console.log(
  `${tasks} tasks, ${seconds} s an answer: ${median(ratios).toFixed(2)} times sooner (${ratios.map((one) => one.toFixed(2)).join(', ')})`,
)
