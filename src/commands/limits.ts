import type { Config } from '../core/config.ts'
import { LIMITS } from '../core/patch/limits.ts'
import { DEFAULT_LIMITS } from '../io/checks/checks.ts'
import { DEFAULT_JOURNAL_MB } from '../io/journal/room.ts'
import { PATIENCE } from '../io/models/retry.ts'
import { TIMING } from '../io/models/streaming.ts'
import { boxLimits } from './equip.ts'
import { DEFAULTS, levelOf, MOST_WORKERS } from './settings.ts'

/** A limit as it is in force here, without flags. */
export interface LimitInForce {
  name: string
  /** Null: there is none. */
  value: number | null
  unit: string
  /** Where it is set; null: it is fixed. */
  knob: string | null
}

const MB = 1024 ** 2

/** Every limit of a run with its value: what agent.yaml says, else what holds without it. */
export function limitsInForce(config: Config): LimitInForce[] {
  const limit = (name: string, value: number | null | undefined, unit: string, knob: string | null): LimitInForce => ({
    ...{ name, value: value ?? null, unit, knob },
  })
  const { task = {}, retries = {}, limits = {} } = config
  const box = { ...DEFAULT_LIMITS, ...boxLimits(limits) }
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? null : bytes / MB)
  return [
    limit('tokens of a run', config.maxTokens ?? DEFAULTS.maxTokens, '', '--max-tokens, maxTokens'),
    limit('money of a run', config.maxUsd, 'US dollars', '--max-usd, maxUsd'),
    limit('time of a run', config.maxMinutes ?? DEFAULTS.maxMinutes, 'minutes', '--max-minutes, maxMinutes'),
    limit('tokens of a task', task.maxTokens, '', 'task.maxTokens'),
    limit('money of a task', task.maxUsd, 'US dollars', 'task.maxUsd'),
    limit('time of a task', task.maxMinutes, 'minutes', 'task.maxMinutes'),
    limit('attempts at a task', config.attempts ?? DEFAULTS.attempts, '', '--attempts, attempts'),
    limit('tasks at work at once, each with one worktree', MOST_WORKERS, '', '--parallel'),
    limit('tokens of a prompt', config.context?.maxTokens ?? DEFAULTS.promptTokens, '', 'context.maxTokens'),
    limit('tokens of an answer', config.maxOutputTokens ?? DEFAULTS.outputTokens, '', 'maxOutputTokens'),
    limit('tries of a question', (retries.most ?? PATIENCE.tries - 1) + 1, '', 'retries.most'),
    limit(
      'waits for a service, one question',
      retries.seconds ?? PATIENCE.totalMs / 1_000,
      'seconds',
      'retries.seconds',
    ),
    limit('silence of a stream', retries.silence ?? TIMING.idleMs / 1_000, 'seconds', 'retries.silence'),
    limit('files of a patch', LIMITS.files, '', null),
    limit('time of a check', levelOf(config).maxMinutes, 'minutes', 'level.maxMinutes'),
    limit('processes in the box', box.processes, '', 'limits.processes'),
    limit('memory in the box', megabytes(box.memoryBytes), 'MB', 'limits.memoryMB'),
    limit('largest file in the box', megabytes(box.fileBytes), 'MB', 'limits.fileMB'),
    limit('growth of the tree in the box', megabytes(box.diskBytes), 'MB', 'limits.diskMB'),
    limit('temporary files in the box', megabytes(box.tmpBytes), 'MB', 'limits.tmpMB'),
    limit('output of a command', megabytes(box.outputBytes), 'MB', 'limits.outputMB'),
    limit('CPU time of a process', box.cpuSeconds, 'seconds', 'limits.cpuSeconds'),
    limit('journal of a run', limits.journalMB ?? DEFAULT_JOURNAL_MB, 'MB', 'limits.journalMB'),
  ]
}

/** A line each, in columns. */
export function limitLines(limits: readonly LimitInForce[]): string[] {
  const values = limits.map(({ value, unit }) =>
    value === null ? 'none' : `${value.toLocaleString('en')} ${unit}`.trim(),
  )
  const widest = (texts: string[]) => Math.max(...texts.map((text) => text.length))
  const [name, value] = [widest(limits.map((one) => one.name)), widest(values)]
  return limits.map((one, at) => `  ${one.name.padEnd(name)}  ${values[at]!.padEnd(value)}  ${one.knob ?? 'fixed'}`)
}
