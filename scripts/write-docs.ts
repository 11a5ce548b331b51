// Writes what documents show of the program: the schema of events, and what the demo prints. `npm run docs`.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { configSchemaJson } from '../src/core/config-schema.ts'
import { eventSchemaJson } from '../src/core/event-schema.ts'

writeFileSync('docs/events.schema.json', eventSchemaJson())
writeFileSync('docs/agent.schema.json', configSchemaJson())

if (!process.argv.includes('--schema-only')) {
  const output = runDemo()
  writeFileSync('docs/demo-output.txt', `${output}\n`)
  const text = `\`\`\`\n${shortened(output)}\n\`\`\``
  const readme = readFileSync('README.md', 'utf8')
  const between = /(<!-- demo:begin.*?-->\n)[\s\S]*?(<!-- demo:end -->)/
  writeFileSync(
    'README.md',
    readme.replace(between, (_, begin: string, end: string) => `${begin}${text}\n${end}`),
  )
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
