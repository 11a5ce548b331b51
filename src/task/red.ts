import type { FileChange } from '../core/patch/patch.ts'
import { collectable } from '../core/patch/test-paths.ts'
import { renderOutput } from '../core/prompt/sections.ts'
import { emptyStub } from '../core/verdict/empty-stub.ts'
import type { CheckResult, TestResult } from '../core/verdict/evidence.ts'
import { judgeRed, type RedJudgement } from '../core/verdict/red.ts'
import type { Unready, World } from '../world.ts'
import { describe } from './baseline.ts'
import { runCheck, withWorktree } from './checks.ts'
import { type GuardScore, guardScore, guardsAmong, namesOf } from './guards.ts'
import type { State } from './state.ts'

/** Tests on a stub end soon, or they hang. */
const RED_MS = 120_000

export type StubVerdict =
  | { kind: 'broken'; problem: string }
  | { kind: 'unready'; status: Unready['status']; reason: string }
  | { kind: 'judged'; judgement: RedJudgement; ids: string[]; names: string[]; guards?: GuardScore }

/** Tests that neither stub makes red: they test nothing, or what the base has already. */
function greenOn(throwing: CheckResult, empty: CheckResult): TestResult[] {
  const passed = new Set(empty.tests.flatMap(({ id, status }) => (status === 'passed' ? [id] : [])))
  return throwing.tests.filter(({ id, status }) => status === 'passed' && passed.has(id))
}

function isUsable({ status }: CheckResult): boolean {
  return status === 'passed' || status === 'failed'
}

/** Runs tests against the stub as written (it throws) and against its empty twin. */
export async function judgeStubs(
  world: World,
  state: State,
  draft: { files: FileChange[]; stubs: FileChange[] },
): Promise<StubVerdict> {
  const request = {
    kind: 'tests' as const,
    files: collectable(draft.files.map((file) => file.path)),
    intensity: { seeds: [world.seed()], runs: 20, minMs: 0 },
    maxMs: Math.min(RED_MS, state.around.settings.level.maxMinutes * 60_000),
  }
  const commitOf = async (stubs: FileChange[]) =>
    (await world.makeCommit({ parent: state.tree.commit, changes: [...draft.files, ...stubs], message: 'tests' }))
      .commit
  const commit = await commitOf(draft.stubs)
  const unprovided = await world.provide(commit)
  if (unprovided?.status === 'patch')
    return { kind: 'broken', problem: `It cannot be installed:\n\n${renderOutput(unprovided.message)}` }
  if (unprovided) return { kind: 'unready', status: unprovided.status, reason: unprovided.message }
  const throwing = await withWorktree(world, commit, async (worktree) => {
    const build = await runCheck(world, worktree, { stage: 'build', kind: 'build' })
    if (build.status === 'broken' || build.status === 'failed') return { build, tests: null }
    return { build, tests: await runCheck(world, worktree, { stage: 'red-throwing', ...request }) }
  })
  if (!throwing.tests)
    return {
      kind: 'broken',
      problem: `The compiler says:\n\n${renderOutput(describe(throwing.build))}\n\nAnswer again with all files, complete.`,
    }
  // What cannot run on one stub seldom runs on the other, and may take as long again.
  if (draft.stubs.length === 0 || !isUsable(throwing.tests))
    return judged(world, state, draft, throwing.tests, throwing.tests)
  const twins = emptyStub(draft.stubs.map((stub) => ({ path: stub.path, text: stub.content ?? '' })))
  const emptyStubs = draft.stubs.map((stub, i) => ({ ...stub, content: twins[i]?.text ?? stub.content }))
  const empty = await withWorktree(world, await commitOf(emptyStubs), (worktree) =>
    runCheck(world, worktree, { stage: 'red-empty', ...request }),
  )
  return judged(world, state, draft, throwing.tests, empty)
}

async function judged(
  world: World,
  state: State,
  draft: { files: FileChange[]; stubs: FileChange[] },
  throwing: CheckResult,
  empty: CheckResult,
): Promise<StubVerdict> {
  const guarding = await guardsAmong(world, state, draft, isUsable(throwing) ? greenOn(throwing, empty) : [])
  return {
    kind: 'judged',
    judgement: judgeRed(throwing, empty, state.plan.judgedBy, guarding),
    ...namesOf(throwing),
    ...(guarding.guards.size > 0 ? { guards: guardScore(guarding) } : {}),
  }
}
