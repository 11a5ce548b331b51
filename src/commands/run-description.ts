import type { Config } from '../core/config.ts'
import type { Settings } from '../core/settings.ts'
import type { RunOptions } from '../run-options.ts'

/** Goes up when a journal of before could no longer be replayed. */
export const RUN_VERSION = 4

/** What a replay has to know of a run, beside the answers that it got. */
export interface RunDescription {
  version: typeof RUN_VERSION
  run: string
  seed: number
  base: string
  branch: string | null
  wanted: RunOptions
  settings: Settings
  config: Config
  /** The run that this one goes on with; left out: none. */
  resumes?: string
  /** The run that this one is a replay of; left out: it is none. */
  replays?: string
}

export interface JournaledRun {
  /** Folder of the run in the journal. */
  dir: string
  run: RunDescription
}
