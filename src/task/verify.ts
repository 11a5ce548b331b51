import type { EvidenceSummary } from '../core/event-parts.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { NO_EVIDENCE } from '../core/verdict/judge.ts'
import { judgeBase, judgeCommand } from '../core/verdict/verify.ts'
import type { CommandCheck, Worktree, World } from '../world.ts'
import { runCheck, withWorktree } from './checks.ts'
import { end, type State } from './state.ts'

/** A command that writes here, or has a `report:` in agent.yaml, tells results per test. */
const TELLS_TESTS = 'SPECPROOF_REPORT'

export type ByCommand =
  | { kind: 'green'; evidence: EvidenceSummary; seeds: number[]; bound: null; perTest: boolean }
  | { kind: 'red'; stage: string; reason: string; failed: TestResult[] }

/** Where the expert names the judge nobody else writes one: the command of `Verify:` must be red on the base. */
export async function judgedByCommand(world: World, state: State): Promise<State | null> {
  const { plan, around } = state
  const written = plan.task.verify
  if (written === null) return withoutJudge(state)
  const check = checkOf(written, around.settings.checks)
  const result = await withWorktree(world, state.tree.commit, (worktree) => runIt(world, state, check, worktree))
  if (world.signal.aborted) return end(state, 'interrupted', 'interrupted while the command ran on the base')
  const base = judgeBase(result)
  const line = `\`Verify: ${written}\``
  if (!base.ok && base.why === 'broken') return end(state, 'environment', `${line} cannot be run: ${base.reason}`)
  if (!base.ok)
    return end(
      state,
      'unverifiable',
      `${line} cannot tell whether the task is done: ${base.reason}. Name a command that fails until it is.`,
    )
  const perTest = check.report !== null || check.run.includes(TELLS_TESTS)
  const untestable = perTest ? null : `${line} tells no results per test (JUnit XML)`
  return { ...state, attempt: 0, untestable, verify: { check, green: base.green } }
}

/** A project of commands alone cannot run what an author would write. */
function withoutJudge(state: State): State | null {
  if (state.around.singleFiles) return null
  const reason = 'the tests of this project are run by commands (`checks:`), so none can be written for one task'
  return { ...state, attempt: 0, untestable: reason }
}

/** What the command says of a candidate. */
export async function byCommand(world: World, state: State, worktree: Worktree): Promise<ByCommand> {
  const { verify } = state
  if (!verify) return { kind: 'green', evidence: NO_EVIDENCE, seeds: [], bound: null, perTest: false }
  const result = await runIt(world, state, verify.check, worktree)
  const verdict = judgeCommand(result, verify.green)
  if (!verdict.ok) return { kind: 'red', stage: 'verify', reason: verdict.reason, failed: verdict.failed }
  const { perTest = false, passed = 0 } = verdict
  const green = perTest ? `${passed}/${passed} by ${verify.check.name}` : `by the exit code of ${verify.check.name}`
  const evidence = { ...NO_EVIDENCE, red: `by ${verify.check.name}`, green }
  return { kind: 'green', evidence, seeds: [], bound: null, perTest }
}

function runIt(world: World, state: State, check: CommandCheck, worktree: Worktree) {
  const maxMs = state.around.settings.level.maxMinutes * 60_000
  return runCheck(world, worktree, { stage: 'verify', kind: 'command', check, maxMs })
}

/** A line may name one of `checks:`, by its name or by its command; else it is a command of its own. */
export function checkOf(written: string, checks: readonly CommandCheck[]): CommandCheck {
  const known = checks.find(
    ({ name, run, dir }) => name === written || (dir !== undefined && name === `${dir}: ${written}`) || run === written,
  )
  return known ?? { name: written, run: written, report: null }
}
