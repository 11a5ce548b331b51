import { collectable } from '../core/patch/test-paths.ts'
import { MOST_RIGHT, type NamedPatch } from '../core/teeth/aimed.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { judgeFrozen } from '../core/verdict/judge.ts'
import type { World } from '../world.ts'
import { type Version, versionsOf } from './aimed.ts'
import { type Judged, thoroughly } from './bite.ts'
import { withWorktree } from './checks.ts'
import { askArbiter, disputed } from './dispute.ts'
import type { State } from './state.ts'

/** A frozen test that refuses a version which a model takes for right, and what the arbiter says of it. */
export interface Strict {
  /** The version's name. */
  version: string
  /** The test's name. */
  test: string
  /** Null: nobody ruled. */
  ruling: 'test-wrong' | 'code-wrong' | 'unclear' | null
  /** Of the ruling, or how the test failed. */
  reason: string
}

/**
 * Runs the frozen tests on other versions that a model takes for right. Where one is refused, the arbiter is asked whether the test
 * demands more than the specification. This is told to people and gates nothing: the candidate has held.
 */
export async function strictTests(
  world: World,
  state: State,
  judged: Judged,
  right: readonly NamedPatch[],
  notes: string[],
): Promise<{ state: State; strict: Strict[] }> {
  const strict: Strict[] = []
  let current = state
  const total = Math.min(right.length, MOST_RIGHT)
  let done = 0
  const tell = () =>
    world.tell({ type: 'check.progress', stage: 'right versions', done, total, runs: 0, failed: strict.length })
  for await (const version of versionsOf(state, judged, right.slice(0, MOST_RIGHT), 'right', notes)) {
    if (world.signal.aborted) break
    tell()
    const test = await refusedBy(world, current, judged, version, notes)
    done++
    if (test === null) continue
    const { state: asked, ruling } = await askArbiter(world, current, test)
    current = asked
    const reason = ruling?.reason ?? test.error?.message.split('\n')[0] ?? 'it is red'
    strict.push({ version: version.name, test: test.name, ruling: ruling?.kind ?? null, reason })
  }
  if (done > 0) tell()
  return { state: current, strict }
}

/** The frozen test that is red on this version; null: none is, or nobody can tell. */
async function refusedBy(
  world: World,
  state: State,
  judged: Judged,
  { name, changes }: Version,
  notes: string[],
): Promise<TestResult | null> {
  const leftOut = (why: string) => {
    notes.push(`the right version "${name}" is left out: ${why}`)
    return null
  }
  const frozen = state.frozen!
  const known = new Set(changes.map(({ path }) => path))
  const whole = [...changes, ...frozen.files.filter(({ path }) => !known.has(path))]
  const { commit } = await world.makeCommit({ parent: state.tree.commit, changes: whole, message: 'another version' })
  return withWorktree(world, commit, async (worktree) => {
    const build = await world.runChecks(worktree, { stage: 'build', kind: 'build' })
    if (!['passed', 'empty'].includes(build.status)) return leftOut('it does not compile')
    const result = await world.runChecks(worktree, {
      ...{ stage: 'teeth', kind: 'tests', intensity: thoroughly(world, state) },
      files: collectable([...new Set([...judged.files, ...frozen.files.map(({ path }) => path)])]),
      maxMs: state.around.settings.level.maxMinutes * 60_000,
    })
    const verdict = judgeFrozen(result, [])
    if (verdict.ok) return null
    return disputed(verdict.failed, frozen) ?? leftOut(verdict.reason)
  })
}
