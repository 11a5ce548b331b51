import { type Mask, maskValue } from '../core/mask.ts'
import type { Settings } from '../core/settings.ts'
import { hasCommit, type Repository } from '../io/git/repository.ts'
import { readCalls } from '../io/journal/call-log.ts'
import { pastOf, type Resuming, recordCalls, replayCalls, resumeCalls } from '../io/journal/calls.ts'
import type { Journal } from '../io/journal/journal.ts'
import type { Unfinished } from '../io/journal/past-runs.ts'
import type { Head, World } from '../world.ts'
import { RUN_VERSION, type RunDescription } from './run-description.ts'

/** Makes the Worlds of a replay of the run in the folder `replayed`, of a run that goes on with another one, or of a fresh run. */
export async function recordedWorlds(
  { root }: Repository,
  journal: Journal,
  replayed: string | null,
  before: Unfinished | null,
): Promise<(real: World) => World> {
  if (replayed !== null) {
    const calls = await readCalls(replayed)
    return (real) => replayCalls(real, calls)
  }
  const record = (real: World) => recordCalls(real, journal.calls)
  if (!before) return record
  const resuming: Resuming = {
    past: pastOf(before.calls),
    log: journal.calls,
    has: (commit) => hasCommit(root, commit),
    async onAnswer(request, answer) {
      await journal.prompt(request)
      await journal.reply(request, answer)
    },
  }
  return (real) => resumeCalls(record(real), resuming)
}

/** Whether a run was asked for what is asked for now: budgets, what was learnt of models, and what checks run with may differ. */
export function isSame(then: RunDescription, settings: Settings, { branch }: Head, mask: Mask): boolean {
  const asked = (settings: Settings) => {
    const { limits: _, taskLimits: __, attempts: ___, models: ____, checksKey: _____, ...rest } = settings
    return JSON.stringify(rest)
  }
  // What the journal holds of that run is masked.
  const now = maskValue({ branch, settings }, mask)
  return (
    then.version === RUN_VERSION &&
    !then.wanted.dryRun &&
    then.branch === now.branch &&
    asked(then.settings) === asked(now.settings)
  )
}
