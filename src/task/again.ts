import type { Settings } from '../core/settings.ts'
import { type AgainVerdict, judgeRerun, notRun, type Rerun, type Since } from '../core/verdict/again.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import { judgeCommand } from '../core/verdict/verify.ts'
import type { CheckRequest, CommandCheck, Intensity, World } from '../world.ts'

/** What it takes to run tests of a commit. */
export type Bench = Pick<World, 'openWorktree' | 'closeWorktree' | 'runChecks' | 'provide' | 'signal'>

/** A commit that may be the one since which something does not hold. */
export type Suspect = Omit<Since, 'exact'>

export interface Again {
  verdict: AgainVerdict
  result: CheckResult | null
}

/** Runs the evidence of a task again on a commit. */
export async function runAgain(
  bench: Bench,
  commit: string,
  rerun: Rerun,
  intensity: Intensity,
  { check, maxMs }: { check: CommandCheck | null; maxMs: number },
): Promise<Again> {
  const without = (reason: string): Again => ({ verdict: { standing: 'not-run', reason }, result: null })
  const unprovided = await bench.provide(commit)
  if (unprovided) return without(unprovided.message)
  const worktree = await bench.openWorktree(commit)
  try {
    if (rerun.by !== 'command') {
      const { by: stage, files } = rerun
      const request: CheckRequest = { stage, kind: 'tests', files, intensity, maxMs }
      const result = await bench.runChecks(worktree, request)
      return { verdict: judgeRerun(result, rerun.by, intensity), result }
    }
    if (check === null) return without('its `Verify:` line is gone')
    const result = await bench.runChecks(worktree, { stage: 'verify', kind: 'command', check, maxMs })
    return { verdict: notRun(result) ?? ofCommand(result), result }
  } finally {
    await bench.closeWorktree(worktree)
  }
}

function ofCommand(result: CheckResult): AgainVerdict {
  const judged = judgeCommand(result, [])
  if (judged.ok) return { standing: 'holds' }
  return { standing: 'broken', reason: judged.reason, failed: judged.failed, seeds: [] }
}

/** Pinned seeds first, then fresh ones. */
export function againAt(
  level: Settings['level'],
  rerun: Rerun,
  pinned: readonly number[],
  seed: () => number,
): Intensity {
  const fresh = Array.from({ length: level.seeds }, seed)
  const seeds = [...new Set([...pinned, ...rerun.seeds, ...fresh])]
  if (rerun.by !== 'chaos') return { seeds, runs: level.runs, minMs: 0 }
  return { seeds, runs: Math.ceil(level.schedules / level.seeds), minMs: 0 }
}

/**
 * The first of `line` (oldest first, the last one is known to be broken) on which something does not hold, found by halves.
 * `broken`: null where a commit cannot tell. Not exact: commits just before the answer could not tell.
 */
export async function firstBroken(
  line: readonly Suspect[],
  broken: (commit: string) => Promise<boolean | null>,
): Promise<Since | null> {
  const untold = new Set<number>()
  let [good, bad] = [-1, line.length - 1]
  if (bad < 0) return null
  for (;;) {
    const open = line.map((_, at) => at).filter((at) => at > good && at < bad && !untold.has(at))
    const at = open[open.length >> 1]
    if (at === undefined) return { ...line[bad]!, exact: bad - good === 1 }
    const answer = await broken(line[at]!.commit)
    if (answer === null) untold.add(at)
    else if (answer) bad = at
    else good = at
  }
}
