import type { Spec } from '../core/spec/spec.ts'
import {
  type Histories,
  historiesOf,
  type LoggedCommit,
  type TaskCommit,
  taskCommits,
  toCompare,
} from '../core/trace/evidence.ts'
import { readHistory } from '../io/git/history.ts'
import { keyOf, specsAt } from '../io/git/spec-at.ts'

export interface Evidence {
  /** Commits of tasks by the folder of their spec. */
  histories: Histories
  /** A spec as it was in a commit of one of its tasks; null where it cannot be read. */
  before(spec: Spec, commit: string): Spec | null
}

/**
 * The commits of HEAD that are evidence for these specs, and older states of those whose words seem to have changed. `log`: the history,
 * where it was read already.
 */
export async function readEvidence(
  root: string,
  specs: readonly Spec[],
  log?: readonly LoggedCommit[],
): Promise<Evidence> {
  const histories = historiesOf(specs, taskCommits(log ?? (await readHistory(root))))
  const places = new Map<string, { commit: string; dir: string }>()
  for (const spec of specs)
    for (const commit of toCompare(spec, histories.get(spec.dir) ?? new Map()))
      places.set(keyOf({ commit: commit.hash, dir: spec.dir }), {
        commit: commit.hash,
        dir: folderIn(commit, spec.dir),
      })
  const olds = await specsAt(root, [...places.values()])
  return {
    histories,
    before(spec, commit) {
      const place = places.get(keyOf({ commit, dir: spec.dir }))
      return place === undefined ? null : (olds.get(keyOf(place)) ?? null)
    },
  }
}

/** Where the spec lay when the commit was made: it ticked a box there, and the folder may have moved since. */
function folderIn(commit: TaskCommit, dir: string): string {
  const ticked = commit.files
    .filter((path) => path.endsWith('/tasks.md'))
    .map((path) => path.slice(0, -'/tasks.md'.length))
  if (ticked.includes(dir)) return dir
  return ticked.find((one) => one === commit.spec || one.endsWith(`/${commit.spec}`)) ?? dir
}
