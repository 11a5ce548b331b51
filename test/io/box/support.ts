import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { BoxLimits } from '../../../src/io/box/box.ts'

/** Where the tree appears inside. */
export const ROOT = '/project/of a user'

export const newMarker = () => `marker-${randomBytes(6).toString('hex')}`

export const LIMITS: BoxLimits = {
  wallMs: 30_000,
  outputBytes: 1_000_000,
  fileBytes: 2_000_000,
  tmpBytes: 8_000_000,
  processes: 200,
  cpuSeconds: 20,
}

/** Processes on this machine that have `marker` on their command line. */
export async function processesWith(marker: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => lines[index]!.includes(marker)).map(Number)
}

/** A shell script that starts children which try to outlive it, says so and waits. */
export const CLINGING = `
setsid sh -c 'trap "" TERM HUP; sleep 600; :' "$0" &
(setsid sh -c 'sleep 600; :' "$0" &) &
sleep 0.1
echo started
sleep 600
`

/** Whether the optional package of the srt box is there. */
export function hasRuntime(): boolean {
  try {
    createRequire(import.meta.url).resolve('@anthropic-ai/sandbox-runtime')
    return true
  } catch {
    return false
  }
}
