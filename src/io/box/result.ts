import { constants } from 'node:os'
import type { BoxResult } from './box.ts'
import type { Struck } from './cgroup.ts'
import type { Outcome } from './supervise.ts'

type End = Pick<BoxResult, 'exitCode' | 'signal'>

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

function causeOf(end: End, struck: Struck): BoxResult['cause'] {
  if (end.signal === 'SIGXCPU') return 'cpu-time'
  if (end.signal === 'SIGXFSZ') return 'file-size'
  // What was refused or killed may have been expected and handled: only a failure is put down to it.
  if (end.exitCode === 0) return 'exit'
  if (struck.memory) return 'memory'
  return struck.processes ? 'processes' : 'exit'
}

/** Reads how a supervised box ended. */
export function toResult(outcome: Outcome, struck: Struck): BoxResult {
  const { stopped, stdout, stderr, durationMs } = outcome
  const base = { stdout, stderr, durationMs, message: null }
  if (stopped !== null) return { ...base, exitCode: null, signal: 'SIGKILL', cause: stopped }
  if (outcome.spawnError !== null) return { ...failed(outcome.spawnError), durationMs }
  if (!outcome.report.startsWith('ready\n')) {
    const why = stderr.trim() || `the set-up ended with code ${outcome.exitCode}`
    return { ...failed(`the box could not be made: ${why}`), durationMs }
  }
  const end = payloadEnd(outcome.report) ?? { exitCode: null, signal: outcome.signal ?? 'SIGKILL' }
  return { ...base, cause: causeOf(end, struck), ...end }
}
