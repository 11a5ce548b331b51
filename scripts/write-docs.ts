// Writes what documents show of the program: the schemas, what the demo prints, and a moving picture of a task. `npm run docs`.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { configSchemaJson } from '../src/core/config-schema.ts'
import { eventSchemaJson } from '../src/core/event-schema.ts'
import type { StampedEvent } from '../src/core/events.ts'
import { pictureOf } from './picture.ts'

writeFileSync('docs/events.schema.json', eventSchemaJson())
writeFileSync('docs/agent.schema.json', configSchemaJson())

if (!process.argv.includes('--schema-only')) {
  const output = runDemo()
  writeFileSync('docs/demo-output.txt', `${output}\n`)
  const text = `\`\`\`\n${shortened(output)}\n\`\`\``
  const page = readFileSync('docs/demo.md', 'utf8')
  const between = /(<!-- demo:begin.*?-->\n)[\s\S]*?(<!-- demo:end -->)/
  writeFileSync(
    'docs/demo.md',
    page.replace(between, (_, begin: string, end: string) => `${begin}${text}\n${end}`),
  )
  const dir = /^The demo builds .* in (\/\S+)$/m.exec(output)?.[1]
  if (dir === undefined) throw new Error('the demo does not say where it builds')
  writeFileSync('docs/demo.svg', pictureOf('npx agent next --task 4', repairedTask(dir)))
}

function runDemo(): string {
  const env = { ...process.env, CI: '1', COLUMNS: '100', LANG: 'C.UTF-8' }
  const demo = spawnSync(process.execPath, ['bin/agent.js', 'demo', '--isolation', 'unshare'], {
    encoding: 'utf8',
    env,
  })
  if (demo.status !== 0) throw new Error(`the demo ended with ${demo.status}:\n${demo.stdout}${demo.stderr}`)
  // Where the clone lies is nobody's business.
  return demo.stdout.trim().replaceAll(process.cwd(), '<clone>')
}

/** Events of the chaos task of the demo, done once more in its repository: the first patch is wrong, the second one is not. */
function repairedTask(dir: string): StampedEvent[] {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: dir, encoding: 'utf8' }).stdout.trim()
  git('reset', '--quiet', '--hard', git('log', '--format=%H', '--grep=(task 3)$', '-1'))
  // What the run before has learnt of this task would be used again.
  rmSync(join(dir, '.agent'), { recursive: true })
  const args = ['--json', '--cwd', dir, 'next', '--task', '4', '--model', `recorded/${resolve('recordings/retry')}`]
  const ran = spawnSync(process.execPath, ['bin/agent.js', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (ran.status !== 0) throw new Error(`the task ended with ${ran.status}:\n${ran.stderr}`)
  const told = ran.stdout.replaceAll(process.cwd(), '<clone>').trim().split('\n')
  return told.map((line) => JSON.parse(line) as StampedEvent)
}

/** Beginning, the chaos task on failure detection, and the end: the other tasks look alike. */
function shortened(output: string): string {
  const blocks = output.split(/\n(?=job-queue\/\d {2})/)
  const [start = '', first = ''] = blocks
  const isolation = first.slice(first.indexOf('✓ isolation'), first.indexOf('✓ baseline'))
  const detection = blocks.find((block) => block.startsWith('job-queue/4 ')) ?? ''
  const last = blocks.at(-1) ?? ''
  const end = last.slice(last.indexOf('✓ verified'))
  return `${start.trimEnd()}\n\n${isolation.trimEnd()}\n   ... tasks 1 to 3 ...\n\n${detection.trimEnd()}\n\n   ... tasks 5 and 6 ...\n\n${end}`
}
