// Writes what documents show of the program: the schema of events, and what the demo prints. `npm run docs`.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { eventSchemaJson } from '../src/core/event-schema.ts'

writeFileSync('docs/events.schema.json', eventSchemaJson())

if (!process.argv.includes('--schema-only')) {
  const started = performance.now()
  const demo = spawnSync(process.execPath, ['bin/agent.js', 'demo'], {
    encoding: 'utf8',
    env: { ...process.env, CI: '1', COLUMNS: '100' },
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  if (demo.status !== 0) throw new Error(`the demo ended with ${demo.status}:\n${demo.stdout}${demo.stderr}`)
  const text = `\`\`\`\n$ npm run demo        (${seconds} s on two cores)\n${demo.stdout.trim()}\n\`\`\``
  const readme = readFileSync('README.md', 'utf8')
  const filled = readme.replace(
    /(<!-- demo:begin.*?-->\n)[\s\S]*?(<!-- demo:end -->)/,
    (_, begin: string, end: string) => `${begin}${text}\n${end}`,
  )
  writeFileSync('README.md', filled)
}
