import type { GlobalOptions } from './options.ts'
import { runSession } from './session.ts'
import type { RunFlags } from './settings.ts'

export interface RunCommandFlags extends RunFlags {
  until?: string
  keepGoing?: boolean
}

/** `agent run`: the next task again and again, until nothing is left, one fails or a limit is met. */
export function runCommand(options: GlobalOptions, flags: RunCommandFlags): Promise<number> {
  const { spec = null, until = null, keepGoing = false } = flags
  return runSession(options, flags, { spec, task: null, most: null, until, keepGoing, dryRun: false })
}

/** `agent next`: one task, to one verified commit or a report of why not. */
export function nextCommand(options: GlobalOptions, flags: RunFlags): Promise<number> {
  return runSession(options, flags, {
    spec: flags.spec ?? null,
    task: flags.task ?? null,
    most: 1,
    until: null,
    keepGoing: false,
    dryRun: flags.dryRun ?? false,
  })
}
