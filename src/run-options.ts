import type { EventOf } from './core/events.ts'

export interface RunOptions {
  /** Only this spec; null: the first with an open task. */
  spec: string | null
  task: string | null
  /** 1 for `next`; null: until nothing is left. */
  most: number | null
  /** The run ends after this task. */
  until: string | null
  keepGoing: boolean
  /** Tasks at work at the same time; left out: one. */
  parallel?: number
  /** Show the task and its prompt, and ask no model. */
  dryRun: boolean
}

export type RunResult = EventOf<'run.result'>

/** A person who wants no further task to be begun for a while. */
export interface Hold {
  held(): boolean
  /** Resolves when nobody holds the run any more. */
  over(): Promise<void>
}

export const NO_HOLD: Hold = { held: () => false, over: async () => {} }
