import { randomBytes } from 'node:crypto'
import type { Event } from '../core/events.ts'
import type { Mask } from '../core/mask.ts'
import { runId } from '../core/run-id.ts'
import { openAtHead } from '../io/git/repository.ts'
import { lockRepository } from '../io/git/run-lock.ts'
import type { Journal } from '../io/journal/journal.ts'
import type { Hold, RunOptions, RunResult } from '../run-options.ts'
import { requireCi } from './ci.ts'
import type { GlobalOptions } from './options.ts'
import type { Peek } from './peek.ts'
import { runAlone } from './run-alone.ts'
import type { JournaledRun } from './run-description.ts'
import { parallelOf, type RunFlags } from './settings.ts'

export type ClearUp = () => Promise<void>

/** What a run has of the session that shows it. */
export interface SessionTools {
  /** Is to be done also when the run is ended at once. */
  onForced(clearUp: ClearUp): void
  /** `of`: the task that it is about, where several are at work. */
  tell(event: Event, of?: string): void
  now(): number
  open(root: string, id: string, journalMB: number): Promise<Journal>
  mask: Mask
  /** Further variables whose values are secret by their names. */
  maskAlso(env: Record<string, string>): void
  signal: AbortSignal
  hold: Hold
  peek: Peek
}

/** Runs tasks while no other run is at work in the repository; a dry run, which changes nothing, does not wait for that. */
export async function runInRepository(
  options: GlobalOptions,
  flags: RunFlags,
  wanted: RunOptions,
  tools: SessionTools,
  journaled: JournaledRun | null,
): Promise<RunResult> {
  const parallel = parallelOf(flags)
  await requireCi(options.cwd, flags)
  const { repository, head } = await openAtHead(options.cwd)
  const id = runId(new Date(), randomBytes(2).toString('hex').slice(1))
  const begun: Promise<unknown>[] = []
  // A dry run changes nothing.
  const lock = wanted.dryRun ? null : await lockRepository(repository.commonDir, id)
  if (lock) tools.onForced(() => lock.release())
  try {
    const all = parallel > 1 ? { ...wanted, parallel } : wanted
    return await runAlone(repository, id, { options, flags, wanted: all, tools, journaled, begun, early: head })
  } finally {
    await Promise.allSettled(begun)
    await lock?.release()
  }
}
