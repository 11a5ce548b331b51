/**
 * What a chaos test of the lock is worth: `node test/sandbox/sim/try/judge.ts REPLY` takes a test file, or a reply with the
 * test in its last block of code, and prints whether it compiles, whether the right version holds over 2,000 schedules,
 * and which wrong versions die. Wants `npm run build` before; exit code 0 where 8 of 10 die.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDemoRepository } from '../../../../src/io/demo.ts'
import { planted, WRONG, type Wrong } from './wrong.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const SCHEDULES = 2_000
const ENOUGH = 8

interface Ended {
  code: number
  output: string
}

function run(dir: string, command: string, args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: dir, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr }),
    )
  })
}

/** Code 0: all held, 1: a schedule failed; anything else: the tests could not be judged. */
function campaign(dir: string, schedules: number): Promise<Ended> {
  const flags = ['--schedules', `${schedules}`, '--seconds', '1', '--no-save', '--json']
  return run(dir, process.execPath, [join(ROOT, 'bin', 'agent.js'), 'chaos', 'test/lock.test.ts', ...flags])
}

/** The last block of code of a reply; a file without one is the test itself. */
function testIn(text: string): string {
  return [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].at(-1)?.[1] ?? text
}

/** What the campaign says of the first failure, in one line. */
function messageIn(output: string): string {
  const line = output.split('\n').find((one) => one.startsWith('{"type":"chaos.result"')) ?? '{}'
  const { failures } = JSON.parse(line) as { failures?: { message?: string }[] }
  return `: ${failures?.[0]?.message?.replaceAll(/\s+/g, ' ').slice(0, 120) ?? '?'}`
}

/** As a project writes it: the kit by its package's name. */
function asInProject(source: string): string {
  return source.replaceAll('../../../../../sandbox/sim/index.ts', 'specproof/sim')
}

export interface Judged {
  compiles: boolean
  /** On the right version. */
  green: boolean
  /** Names of the wrong versions that were told from the right one. */
  dead: string[]
}

/** Judges a test, or a reply that ends with one. `tell` hears what is found, line by line. */
export async function judge(
  text: string,
  wrongs: readonly Wrong[],
  schedules: number,
  tell: (line: string) => void,
): Promise<Judged> {
  const right = asInProject(await readFile(join(import.meta.dirname, 'src', 'lock.ts'), 'utf8'))
  const dir = await makeDemoRepository('lease-lock')
  try {
    const place = (source: string) => writeFile(join(dir, 'src', 'lock.ts'), source)
    for (const folder of ['src', 'test']) await mkdir(join(dir, folder), { recursive: true })
    await writeFile(join(dir, 'test', 'lock.test.ts'), asInProject(testIn(text)))
    await place(right)
    const compiled = await run(dir, join(dir, 'node_modules', '.bin', 'tsc'), ['--noEmit'])
    tell(`compiles: ${compiled.code === 0 ? 'yes' : `no\n${compiled.output}`}`)
    const held = await campaign(dir, schedules)
    tell(`green on the right version over ${schedules} schedules: ${held.code === 0 ? 'yes' : `no\n${held.output}`}`)
    const dead: string[] = []
    for (const wrong of wrongs) {
      await place(planted(right, wrong))
      const { code, output } = await campaign(dir, schedules)
      if (code === 1) dead.push(wrong.name)
      tell(`${code === 1 ? `dies   ${wrong.name}${messageIn(output)}` : code === 0 ? `LIVES  ${wrong.name}` : output}`)
    }
    tell(`${dead.length} of ${wrongs.length} wrong versions die`)
    return { compiles: compiled.code === 0, green: held.code === 0, dead }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const text = await readFile(process.argv[2] ?? '', 'utf8')
  const { compiles, green, dead } = await judge(text, WRONG, SCHEDULES, console.log)
  process.exitCode = compiles && green && dead.length >= ENOUGH ? 0 : 1
}
