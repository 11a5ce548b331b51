import { release } from 'node:os'
import type { BoxLimits } from './box.ts'
import type { Identity } from './identity.ts'
import { kernelText } from './kernel-text.ts'

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

/** One limit of the kernel by its name for prlimit(1) and its number for the system call. */
export interface Rlimit {
  name: 'fsize' | 'cpu' | 'core' | 'nproc'
  resource: number
  soft: number
  hard: number
}

/**
 * The limits that the kernel keeps for each process. Never above what this process has itself: only a privileged one may
 * raise a limit. `counted`: something else counts the processes, and says so when there are too many.
 */
export function rlimits(limits: BoxLimits, identity: Identity, counted = false): Rlimit[] {
  const own = parseHardLimits(kernelText('/proc/self/limits'))
  const atMost = (name: string, value: number) => Math.min(Math.floor(value), own.get(name) ?? Number.POSITIVE_INFINITY)
  const limit = (name: Rlimit['name'], resource: number, soft: number, hard = soft) => ({ name, resource, soft, hard })
  const seconds = atMost('Max cpu time', Math.max(1, Math.ceil(limits.cpuSeconds)))
  const all = [
    limit('fsize', 1, atMost('Max file size', limits.fileBytes)),
    // The second after the warning signal ends what ignores it.
    limit('cpu', 0, seconds, atMost('Max cpu time', seconds + 1)),
    limit('core', 4, 0),
  ]
  if (counted) return all
  // Older kernels count all that the user runs on the whole machine: a number meant for one box would stop it at once.
  const countable = identity.kind === 'root' || countsProcessesPerNamespace()
  return countable ? [...all, limit('nproc', 6, atMost('Max processes', limits.processes))] : all
}

/** As options of prlimit(1). */
export function prlimitOptions(limits: Rlimit[]): string[] {
  return limits.map(({ name, soft, hard }) => `--${name}=${soft}${hard === soft ? '' : `:${hard}`}`)
}
