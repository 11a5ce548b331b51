// How much of the questions of attempts two and later a provider has seen before, byte for byte, as a loopback server
// gets them: npm run -s build && node bench/prefix.ts [TASK]
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makeDemoRepository } from '../src/io/demo.ts'
import { type ModelServer, startModelServer } from '../test/support/model-server.ts'
import { recordedTasks } from '../test/support/recorded-tasks.ts'

const ROOT = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Two ways to get a task of the demo wrong, each by a change of what was recorded. */
const WRONG: Record<string, [RegExp, string][]> = {
  3: [
    [/10_000/g, '11_000'],
    [/10_000/g, '9_000'],
  ],
  6: [
    [/MAX_ASSIGNMENTS = 2/, 'MAX_ASSIGNMENTS = 1'],
    [/jobs\.size < chosen/, 'jobs.size > chosen'],
  ],
}

interface Script {
  name: string
  author: string[]
  implementer: string[]
}

/** `plain`: red, red, green. `rounds`: beside these a question, a type error, and an answer without a patch. */
async function scriptsOf(task: string): Promise<Script[]> {
  const recorded = (role: string) =>
    readFile(join(ROOT, 'recordings/job-queue/job-queue', task, `${role}-1-1.md`), 'utf8')
  const [author, good] = [await recorded('author'), await recorded('implementer')]
  const [first = '', second = ''] = WRONG[task]!.map(([from, to]) => good.replace(from, to))
  const untyped = second.replace(/\n>>>>>>> REPLACE/, "\nconst broken: number = 'text'\n>>>>>>> REPLACE")
  return [
    { name: 'plain', author: [author], implementer: [first, second, good] },
    {
      name: 'rounds',
      author: ['NEED package.json', 'I would rather explain it.', author],
      implementer: ['NEED vitest.config.ts', first, untyped, second, 'Sorry, no.', good],
    },
  ]
}

/** The demo as it stands before a task. */
async function repositoryBefore(task: string): Promise<string> {
  const dir = await makeDemoRepository()
  for await (const { plan, tree } of recordedTasks()) {
    if (plan.task.id !== task) continue
    for (const path of tree.paths) {
      const file = await tree.read(path)
      if (file.kind !== 'text') continue
      const ticked = file.text.replace(/^- \[ \] (\d+)/gm, (line, id) =>
        Number(id) < Number(task) ? `- [x] ${id}` : line,
      )
      await mkdir(dirname(join(dir, path)), { recursive: true })
      await writeFile(join(dir, path), path.endsWith('tasks.md') ? ticked : file.text)
    }
  }
  await writeFile(join(dir, 'agent.yaml'), 'level: { seeds: 1, runs: 100, schedules: 100, chaosSeconds: 1 }\n')
  await run('git', ['-C', dir, 'add', '--all'])
  await run('git', ['-C', dir, 'commit', '--quiet', '--message', `before task ${task}`])
  return dir
}

interface Asked {
  role: string
  attempt: number
  round: number
}

async function play(task: string, { name, ...answers }: Script): Promise<void> {
  const dir = await repositoryBefore(task)
  const server = await startModelServer(({ prompt, system }) => {
    const role = `${system}${prompt}`.includes('# Your role: test author') ? 'author' : 'implementer'
    return { text: answers[role].shift() ?? 'BLOCKED: nothing is left' }
  })
  try {
    const model = ['--model', 'openai-compatible/bench']
    const args = [join(ROOT, 'bin', 'agent.js'), '--json', '--cwd', dir, 'next', '--task', task, ...model]
    const env = { ...process.env, OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-bench' }
    const ended = await run(process.execPath, args, { env, maxBuffer: 1 << 28 }).catch(
      (error: { stdout: string }) => error,
    )
    const events = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; status?: string } & Asked)
    console.log(`\nTask ${task} of the demo, ${name} (${events.at(-1)?.status})`)
    print(
      server,
      events.filter(({ type }) => type === 'prompt.built'),
    )
  } finally {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
}

function print({ requests }: ModelServer, asked: Asked[]): void {
  const sent: Buffer[] = []
  let [all, seen, later, whole] = [0, 0, 0, 0]
  console.log('role         attempt  round    bytes  seen before')
  for (const [at, { system, prompt }] of requests.entries()) {
    const { role, attempt, round } = asked[at]!
    const text = Buffer.from(`${system}\0${prompt}`)
    const common = Math.max(0, ...sent.map((other) => commonPrefix(other, text)))
    sent.push(text)
    const share = `${((100 * common) / text.length).toFixed(0)} %`
    console.log(
      [role.padEnd(11), String(attempt).padStart(7), String(round).padStart(5)].join('  ') +
        `  ${text.length.toLocaleString('en-US').padStart(7)}  ${share.padStart(11)}`,
    )
    if (role !== 'implementer' || attempt < 2) continue
    all += text.length
    seen += common
    later++
    if (sent.slice(0, -1).some((other, before) => asked[before]?.role === role && other.length === common)) whole++
  }
  const share = ((100 * seen) / all).toFixed(0)
  console.log(
    `attempts two and later: ${whole} of ${later} begin with the whole of a question before; ${share} % of ${all.toLocaleString('en-US')} bytes were a prefix of what was sent before`,
  )
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length)
  let at = 0
  while (at < most && a[at] === b[at]) at++
  return at
}

for (const task of process.argv[2] ? [process.argv[2]] : Object.keys(WRONG))
  for (const script of await scriptsOf(task)) await play(task, script)
