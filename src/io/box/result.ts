import { constants } from 'node:os'
import type { BoxResult } from './box.ts'
import type { Struck } from './cgroup.ts'
import type { Outcome } from './supervise.ts'

type End = Pick<BoxResult, 'exitCode' | 'signal'>

export const DISK_NEARLY_FULL = 'the disk that the tree lies on is nearly full'

/** The result of a run for which no box could be made. */
export function failed(message: string): BoxResult {
  return { exitCode: null, signal: null, cause: 'box', message, stdout: '', stderr: '', durationMs: 0 }
}

/** Shells say 128 + n for a signal; they also print a word about it, which an exit with the same number lacks. */
function payloadEnd(report: string): End | null {
  const match = /^ready\n([\s\S]*)status (\d+)\n(?:scratch .*\n)?$/.exec(report)
  if (match === null) return null
  const code = Number(match[2])
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]
  return match[1] !== '' && name ? { exitCode: null, signal: name } : { exitCode: code, signal: null }
}

/** With less than one part in a hundred left, a write of any size may have failed. */
function scratchIsFull(report: string): boolean {
  const match = /^scratch (\d+) (\d+) (\d+) (\d+)$/m.exec(report)
  const [blocks, freeBlocks, files, freeFiles] = (match?.slice(1) ?? ['1', '1', '1', '1']).map(Number)
  return freeBlocks! < blocks! / 100 || freeFiles! < files! / 100
}

function causeOf(end: End, struck: Struck & { disk: boolean; scratch: boolean }): BoxResult['cause'] {
  if (struck.disk) return 'disk'

  if (end.signal === 'SIGXCPU') return 'cpu-time'
  if (end.signal === 'SIGXFSZ') return 'file-size'
  // What was refused or killed may have been expected and handled: only a failure is put down to it.
  if (end.exitCode === 0) return 'exit'
  if (struck.memory) return 'memory'
  if (struck.processes) return 'processes'
  return struck.scratch ? 'disk' : 'exit'
}

/** Reads how a supervised box ended. `disk`: its tree had grown by more than it may. */
export function toResult(outcome: Outcome, struck: Struck, disk = false): BoxResult {
  const { stopped, stdout, stderr, durationMs } = outcome
  const base = { stdout, stderr, durationMs, message: null }
  if (stopped === 'box') return { ...failed(DISK_NEARLY_FULL), stdout, stderr, durationMs }
  if (stopped !== null) return { ...base, exitCode: null, signal: 'SIGKILL', cause: stopped }
  if (outcome.spawnError !== null) return { ...failed(outcome.spawnError), durationMs }
  if (!outcome.report.startsWith('ready\n')) {
    const why = stderr.trim() || `the set-up ended with code ${outcome.exitCode}`
    return { ...failed(`the box could not be made: ${why}`), durationMs }
  }
  const end = payloadEnd(outcome.report) ?? { exitCode: null, signal: outcome.signal ?? 'SIGKILL' }
  return { ...base, cause: causeOf(end, { ...struck, disk, scratch: scratchIsFull(outcome.report) }), ...end }
}
