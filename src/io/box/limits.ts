import { readFile } from 'node:fs/promises'
import { release } from 'node:os'
import type { BoxLimits } from './box.ts'
import type { Identity } from './identity.ts'

/** The hard limits of this process by their name in /proc/self/limits; unlimited ones are infinite. */
export function parseHardLimits(text: string): Map<string, number> {
  const limits = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^(Max [a-z ]+?)\s{2,}\S+\s+(\S+)/.exec(line)
    if (match) limits.set(match[1]!, match[2] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(match[2]))
  }
  return limits
}

function countsProcessesPerNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 14)
}

/**
 * Options of prlimit(1). Never above what this process has itself: only a privileged one may raise a limit.
 * `counted`: something else counts the processes, and says so when there are too many.
 */
export async function prlimitOptions(limits: BoxLimits, identity: Identity, counted = false): Promise<string[]> {
  const hard = parseHardLimits(await readFile('/proc/self/limits', 'utf8').catch(() => ''))
  const atMost = (name: string, value: number) =>
    Math.min(Math.floor(value), hard.get(name) ?? Number.POSITIVE_INFINITY)
  const seconds = atMost('Max cpu time', Math.max(1, Math.ceil(limits.cpuSeconds)))
  const options = [
    `--fsize=${atMost('Max file size', limits.fileBytes)}`,
    // The second after the warning signal ends what ignores it.
    `--cpu=${seconds}:${atMost('Max cpu time', seconds + 1)}`,
    '--core=0',
  ]
  if (counted) return options
  // Older kernels count all that the user runs on the whole machine: a number meant for one box would stop it at once.
  const countable = identity.kind === 'root' || countsProcessesPerNamespace()
  return countable ? [...options, `--nproc=${atMost('Max processes', limits.processes)}`] : options
}
