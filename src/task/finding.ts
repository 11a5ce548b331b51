import { sha256 } from '../core/hash.ts'
import type { FileChange } from '../core/patch/patch.ts'
import type { TestResult } from '../core/verdict/evidence.ts'
import { describeFailure } from '../core/verdict/feedback.ts'
import { findingMessage } from '../core/verdict/message.ts'
import type { World } from '../world.ts'
import { waitingBranch } from './commit.ts'
import { frozenKeyOf } from './frozen.ts'
import { end, type State } from './state.ts'

/**
 * A test that the code as it is does not keep is what such a task was for: it is kept on a branch of its own with its smallest
 * counterexample, and a person decides. It is never bent until it is green.
 */
export async function finding(
  world: World,
  state: State,
  draft: { files: FileChange[]; stubs: FileChange[]; remarks: string },
  test: TestResult,
): Promise<State> {
  const { plan, tree, around } = state
  const wanted = `${waitingBranch(plan.spec.id, plan.task.id)}.finding`
  const shown = describeFailure(test)
  const key = sha256([tree.commit, ...draft.files.map(({ path, content }) => `${path}\0${content}`)].join('\0'))
  const known = (await world.recall(`finding-${wanted}`)) as { key: string; branch: string } | null
  const branch = known?.key === key ? known.branch : await keep(world, state, draft.files, wanted, shown)
  await world.remember(`finding-${wanted}`, { key, branch })
  // The next run looks whether it still holds, without paying for the tests again.
  const frozen = { ...draft, ids: [], names: [], red: '', redCount: 0, author: '' }
  await world.remember(frozenKeyOf(plan), frozen)
  const summary = `"${test.name}" is red on the code as it is`
  world.tell({
    ...{ type: 'verdict', spec: plan.spec.id, task: plan.task.id, attempt: 0, status: 'finding', bound: null, summary },
  })
  const what = `Finding: ${summary}. Its test is on branch ${branch}. Mend the code, the specification or the test; then run again${around.settings.land ? '' : ' with --no-land'}.`
  return end({ ...state, attempt: 0 }, 'finding', `${what}\n\n${shown}`)
}

async function keep(world: World, state: State, changes: FileChange[], wanted: string, shown: string): Promise<string> {
  const { plan, tree, around } = state
  const message = findingMessage({
    spec: plan.spec.id,
    task: plan.task.id,
    title: plan.task.title,
    shown,
    run: around.run,
  })
  const { commit } = await world.makeCommit({ parent: tree.commit, changes, message })
  const kept = await world.land(commit, state.head, wanted, false)
  return kept.landed ? kept.ref : kept.branch
}
