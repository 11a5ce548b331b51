import { listRuns, type PastRun, readRun } from './past-runs.ts'

/**
 * The run that is meant where none is named: the last one that did something, else the last one; null: there is none. One that found
 * nothing to do, a dry run and a replay did nothing.
 */
export async function lastRun(root: string): Promise<string | null> {
  const ids = await listRuns(root)
  for (const id of ids.toReversed()) if (didSomething(await readRun(root, id))) return id
  return ids.at(-1) ?? null
}

function didSomething({ result, described }: PastRun): boolean {
  const { replays, wanted } = described ?? {}
  if (replays !== undefined || (wanted as { dryRun?: boolean } | undefined)?.dryRun) return false
  return result?.status !== 'nothing' || (result.tasks ?? []).length > 0
}
