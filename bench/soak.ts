/**
 * One long run: 300 small tasks with a model that answers at once, judged by a shell command. At every task that lands it looks at the
 * memory and the open files of the program, in the end at its journal; prints them by tenths and ends with 1 where they grow: memory
 * of the last third more than a quarter over that of the second one, open files more than four over, or a journal beyond its cap.
 * `node bench/soak.ts [tasks] [journal MB]`, after `npm run build`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { creates } from '../test/support/clamp.ts'
import { sumCode, sumsSpec, taskIn } from '../test/support/many.ts'
import { startModelServer } from '../test/support/model-server.ts'
import { makeRepository } from '../test/support/repository.ts'

const tasks = Number(process.argv[2] ?? 300)
const journalMB = Number(process.argv[3] ?? 20)
const MB = 1024 ** 2

interface Look {
  task: number
  /** Resident memory, bytes. */
  memory: number
  files: number
  /** Milliseconds since the start of the run. */
  t: number
}

function lookAt(pid: number): Pick<Look, 'memory' | 'files'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024,
    files: readdirSync(`/proc/${pid}/fd`).length,
  }
}

function sizeOf(dir: string): number {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  return entries.reduce((sum, one) => sum + (one.isFile() ? statSync(join(one.parentPath, one.name)).size : 0), 0)
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0

const clear: (() => Promise<void>)[] = []
const server = await startModelServer((request) => {
  const n = taskIn(request)
  return { text: creates({ [`src/f${n}.ts`]: sumCode(n) }) }
})
const all = Array.from({ length: tasks }, (_, at) => ({ n: at + 1, lines: [`Verify: \`sh verify.sh ${at + 1}\``] }))
const repository = await makeRepository({
  files: {
    ...sumsSpec(all),
    'package.json': null,
    'agent.yaml': `checks: [{ name: all, run: sh check.sh }]\nmaxTokens: 100000000\nlimits: { journalMB: ${journalMB} }\n`,
    'check.sh': 'for file in src/*.ts; do test -s "$file" || exit 1; done\n',
    'verify.sh': 'grep -q "return value + $1" "src/f$1.ts"\n',
    'src/index.ts': '// Functions stand in files of their own.\n',
  },
  packages: null,
  onEnd: (one) => void clear.push(one),
})

const looks: Look[] = []
let result: { status: string; message: string; tasks: unknown[] } | null = null
let journal = ''
const bin = join(import.meta.dirname, '..', 'bin', 'agent.js')
const args = [bin, '--json', '--cwd', repository.dir, 'run', '--model', 'openai-compatible/scripted']
const child = spawn(process.execPath, args, {
  env: { ...repository.env, OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-test-0123456789' },
  stdio: ['ignore', 'pipe', 'ignore'],
})
let unread = ''
child.stdout.setEncoding('utf8').on('data', (text: string) => {
  const lines = (unread + text).split('\n')
  unread = lines.pop()!
  for (const line of lines) {
    const event = JSON.parse(line) as { type: string; t: number; journal?: string } & typeof result
    if (event.type === 'run.started') journal = event.journal ?? ''
    if (event.type === 'landed') looks.push({ task: looks.length + 1, t: event.t, ...lookAt(child.pid!) })
    if (event.type === 'run.result') result = event
  }
})
await once(child, 'close')
const ended = result as { status: string; message: string; tasks: unknown[] } | null
const bytes = journal === '' ? 0 : sizeOf(journal)
await server.close()
for (const one of clear) await one()

const part = (from: number, to: number) => looks.slice(Math.floor(looks.length * from), Math.floor(looks.length * to))
for (let tenth = 0; tenth < 10; tenth++) {
  const some = part(tenth / 10, (tenth + 1) / 10)
  if (some.length === 0) continue
  const seconds = ((some.at(-1)!.t - some[0]!.t) / 1_000 / Math.max(1, some.length - 1)).toFixed(2)
  const memory = Math.round(median(some.map((one) => one.memory)) / MB)
  console.log(
    `tasks to ${some.at(-1)!.task}: ${memory} MB, ${median(some.map((one) => one.files))} open files, ${seconds} s a task`,
  )
}
console.log(`journal: ${(bytes / MB).toFixed(1)} MB of ${journalMB}; ${ended?.status}: ${ended?.message}`)
const [second, last] = [part(1 / 3, 2 / 3), part(2 / 3, 1)]
const memory = median(last.map((one) => one.memory)) / median(second.map((one) => one.memory))
const files = median(last.map((one) => one.files)) - median(second.map((one) => one.files))
console.log(`last third against the second: memory x ${memory.toFixed(2)}, open files ${files >= 0 ? '+' : ''}${files}`)
const flat = memory < 1.25 && files <= 4 && bytes <= journalMB * MB && looks.length === tasks
process.exitCode = flat ? 0 : 1
