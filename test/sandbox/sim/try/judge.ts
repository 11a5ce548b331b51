/**
 * What a chaos test of the lock is worth: `node test/sandbox/sim/try/judge.ts REPLY` takes a test file, or a reply with the
 * test in its last block of code, and prints whether it compiles, whether the right version holds over 2,000 schedules,
 * and which wrong versions die. Wants `npm run build` before; exit code 0 where 8 of 10 die.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDemoRepository } from '../../../../src/io/demo.ts'
import { planted, WRONG } from './wrong.ts'

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
function campaign(dir: string): Promise<Ended> {
  const flags = ['--schedules', `${SCHEDULES}`, '--seconds', '1', '--no-save', '--json']
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
export function asInProject(source: string): string {
  return source.replaceAll('../../../../../sandbox/sim/index.ts', 'specproof/sim')
}

async function judge(file: string): Promise<boolean> {
  const test = asInProject(testIn(await readFile(file, 'utf8')))
  const right = asInProject(await readFile(join(import.meta.dirname, 'src', 'lock.ts'), 'utf8'))
  const dir = await makeDemoRepository('lease-lock')
  try {
    const place = (source: string) => writeFile(join(dir, 'src', 'lock.ts'), source)
    for (const folder of ['src', 'test']) await mkdir(join(dir, folder), { recursive: true })
    await writeFile(join(dir, 'test', 'lock.test.ts'), test)
    await place(right)
    const compiled = await run(dir, join(dir, 'node_modules', '.bin', 'tsc'), ['--noEmit'])
    console.log(`compiles: ${compiled.code === 0 ? 'yes' : `no\n${compiled.output}`}`)
    const held = await campaign(dir)
    console.log(
      `green on the right version over ${SCHEDULES} schedules: ${held.code === 0 ? 'yes' : `no\n${held.output}`}`,
    )
    let dead = 0
    for (const wrong of WRONG) {
      await place(planted(right, wrong))
      const { code, output } = await campaign(dir)
      if (code === 1) dead += 1
      const why = code === 1 ? messageIn(output) : ''
      console.log(`${code === 1 ? 'dies' : code === 0 ? 'LIVES' : `? ${output}`}  ${wrong.name}${why}`)
    }
    console.log(`${dead} of ${WRONG.length} wrong versions die`)
    return compiled.code === 0 && held.code === 0 && dead >= ENOUGH
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = (await judge(process.argv[2] ?? '')) ? 0 : 1
