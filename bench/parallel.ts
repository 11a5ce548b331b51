/**
 * What `agent run --parallel` gains: the same spec of independent tasks, with a model that takes its time for each answer, in
 * sequence and with a worker for each task, in turns. Prints minimum and median of each and their ratio; the same tasks have to be
 * ticked. `node bench/parallel.ts [rounds] [tasks] [seconds of an answer]`, after `npm run build`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sumAuthor, sumRight, sumsSpec, taskIn } from '../test/support/many.ts'
import { type ModelServer, startModelServer } from '../test/support/model-server.ts'
import { makeRepository } from '../test/support/repository.ts'

const rounds = Number(process.argv[2] ?? 3)
const tasks = Number(process.argv[3] ?? 4)
const seconds = Number(process.argv[4] ?? 2)

async function oneRun(server: ModelServer, workers: number): Promise<number> {
  const ends: (() => Promise<void>)[] = []
  const repository = await makeRepository({
    files: sumsSpec(Array.from({ length: tasks }, (_, at) => ({ n: at + 1 }))),
    onEnd: (clear) => ends.push(clear),
  })
  try {
    const args = [
      join(import.meta.dirname, '..', 'bin', 'agent.js'),
      ...(process.env['SHOW'] ? ['--json'] : ['--quiet']),
      '--cwd',
      repository.dir,
      'run',
    ]
    const env = { ...repository.env, OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-bench' }
    const started = performance.now()
    const child = spawn(
      process.execPath,
      [...args, '--model', 'openai-compatible/slow', '--parallel', String(workers)],
      { env, stdio: process.env['SHOW'] ? 'inherit' : 'ignore' },
    )
    const [code] = (await once(child, 'close')) as [number]
    const ms = performance.now() - started
    const ticked = (await repository.read('specs/sums/tasks.md')).match(/\[x\]/g)?.length ?? 0
    if (code !== 0 || ticked !== tasks) throw new Error(`exit code ${code}, ${ticked} of ${tasks} tasks ticked`)
    return ms
  } finally {
    for (const end of ends) await end()
  }
}

const server = await startModelServer(async (request) => {
  await sleep(seconds * 1_000)
  const n = taskIn(request)
  const author = `${request.system}\n${request.prompt}`.includes('# Your role: test author')
  return { text: author ? sumAuthor(n) : sumRight(n) }
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
