import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const BIN = join(import.meta.dirname, '..', 'bin', 'agent.js')

/** `agent demo` on a machine that has Node and nothing else. */
async function demo(...args: string[]): Promise<{ code: number; stderr: string }> {
  const env = { ...process.env, PATH: dirname(process.execPath) }
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [BIN, 'demo', ...args], { env })
    return { code: 0, stderr }
  } catch (error) {
    const { code, stderr } = error as unknown as { code: number; stderr: string }
    return { code, stderr }
  }
}

describe('agent demo', () => {
  it.each([
    ['priority-queue', 'Go 1.22 or newer: there is no `go` on PATH'],
    ['job-queue-python', 'Python 3.10 or newer with venv and pip: there is no `python3` on PATH'],
  ])('says what %s needs before it makes anything', async (spec, words) => {
    const { code, stderr } = await demo('--spec', spec)
    expect(stderr.replace(/\s+/g, ' ')).toContain(`The demo of ${spec} needs ${words}. Install it`)
    expect(code).toBe(10)
  })

  it.each([
    [['--then', 'crdt'], 'answers several tasks: `agent demo --spec crdt` replays them'],
    [['--spec', 'crdt', '--then', 'retry'], '--then retry is about a task of job-queue'],
    [['--then', 'nothing'], 'there is no such recording'],
  ])('%j is refused with words', async (args, words) => {
    const { code, stderr } = await demo(...args)
    expect(stderr.replace(/\s+/g, ' ')).toContain(words)
    expect(code).toBe(2)
  })
})
