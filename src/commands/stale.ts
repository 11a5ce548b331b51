import type { Spec } from '../core/spec/spec.ts'
import type { LoggedCommit } from '../core/trace/evidence.ts'
import { traceSpec } from '../core/trace/trace.ts'
import { readEvidence } from './evidence.ts'

/** Ticked tasks whose evidence was made for other words than their spec has now, by its folder. */
export async function staleTasks(
  root: string,
  specs: readonly Spec[],
  log: readonly LoggedCommit[],
): Promise<Map<string, string[]>> {
  const { histories, before } = await readEvidence(root, specs, log)
  // Which tests there are has no say in what is stale.
  const files = { exists: () => true, file: () => null, all: [] }
  return new Map(
    specs.map((spec) => {
      const history = histories.get(spec.dir) ?? new Map()
      if (history.size === 0) return [spec.dir, []]
      const trace = traceSpec({ spec, history, before: (commit) => before(spec, commit), files, alone: false })
      return [spec.dir, trace.tasks.flatMap(({ id, state }) => (state === 'stale' ? [id] : []))]
    }),
  )
}
