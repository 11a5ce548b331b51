import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const BIN = join(import.meta.dirname, '..', 'bin')
const asOld = (version: string) =>
  `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`

/** A copy of the package with a program that tells how it was started, and a folder to start it from. */
function install(): { home: string; away: string } {
  const around = realpathSync(mkdtempSync(join(tmpdir(), 'specproof-node-')))
  onTestFinished(() => rmSync(around, { recursive: true, force: true }))
  const home = join(around, 'home')
  const away = join(around, 'away/inner')
  for (const dir of [join(home, 'dist/src'), away]) mkdirSync(dir, { recursive: true })
  cpSync(BIN, join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(home, 'dist/src/cli.js'),
    `const [way, ...words] = process.argv.slice(2)
const code = (process.stdin.setEncoding('utf8'), await new Promise((done) => process.stdin.once('data', done)))
process.on('SIGTERM', () => { console.log('ends'); process.exit(130) })
console.log(JSON.stringify({ words, path: process.env.PATH.split(':')[0] }))
if (way === 'dies') process.kill(process.pid, 'SIGKILL')
else if (way === 'stays') setInterval(() => {}, 1000)
else process.exit(Number(code))
`,
  )
  return { home, away }
}

/** `node_modules/node` in a folder: the version that its manifest tells, and what its program does. */
function bring(dir: string, version: string, script?: string): string {
  const folder = join(dir, 'node_modules/node')
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }))
  const node = join(folder, 'bin/node')
  if (script === undefined) symlinkSync(process.execPath, node)
  else writeFileSync(node, script, { mode: 0o755 })
  return dirname(node)
}

interface Ended {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** Starts it with a Node that says it is an old one; `stop`: a signal that it gets once the program has said something. */
function start({ home, away }: { home: string; away: string }, words: string[], stop?: NodeJS.Signals): Promise<Ended> {
  const args = ['--import', asOld('20.20.2'), join(home, 'bin/agent.js'), ...words]
  const child = spawn(process.execPath, args, { cwd: away })
  const ended: Ended = { code: null, signal: null, stdout: '', stderr: '' }
  child.stdin.on('error', () => {})
  child.stdin.end('7')
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (ended.stdout === '' && stop) child.kill(stop)
    ended.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text
  })
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ ...ended, code, signal })))
}

it('an old Node starts the newer one of its package, with the words, the input and the exit code', async () => {
  const place = install()
  const path = bring(place.home, '24.21.0')
  const { code, stdout, stderr } = await start(place, ['runs', 'a b', '--x'])
  expect([code, stderr]).toEqual([7, ''])
  expect(JSON.parse(stdout)).toEqual({ words: ['a b', '--x'], path })
})

it('else the newer one of the current folder or above', async () => {
  const place = install()
  bring(place.away, '20.1.0')
  const path = bring(dirname(place.away), '22.12.0')
  const { code, stdout } = await start(place, ['runs'])
  expect([code, JSON.parse(stdout).path]).toEqual([7, path])
})

it('a signal reaches the newer one, and that it died of one is passed on', async () => {
  const place = install()
  bring(place.home, '24.21.0')
  const stopped = await start(place, ['stays'], 'SIGTERM')
  expect([stopped.code, stopped.stdout.split('\n').at(-2)]).toEqual([130, 'ends'])
  expect(await start(place, ['dies'])).toMatchObject({ code: null, signal: 'SIGKILL' })
})

it('one that says it is newer and is not is started once', async () => {
  const place = install()
  bring(place.home, '24.21.0', `#!/bin/sh\nexec '${process.execPath}' --import '${asOld('20.9.0')}' "$@"\n`)
  const { code, stdout, stderr } = await start(place, ['runs'])
  expect([code, stdout]).toEqual([10, ''])
  expect(stderr).toMatch(/^agent needs Node 22\.12 or newer, and this is Node 20\.9\.0 [^\n]*\n$/)
})

it.each(['18.20.0', '22.11.0'])('where there is none, Node %s answers in one sentence', async (version) => {
  const place = install()
  bring(place.home, version)
  const { code, stdout, stderr } = await start(place, ['--version'])
  expect([code, stdout]).toEqual([10, ''])
  expect(stderr).toBe(
    `agent needs Node 22.12 or newer, and this is Node 20.20.2 (${process.execPath}): install a newer one, or \`npm i -D node@24\` in the project and call \`npx agent\`.\n`,
  )
})
