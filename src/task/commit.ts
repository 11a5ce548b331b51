import { addUsage, NOTHING_SPENT } from '../core/budget.ts'
import { modelsInWords } from '../core/settings.ts'
import { statementsOf } from '../core/spec/contract.ts'
import { commitMessage } from '../core/verdict/message.ts'
import type { World } from '../world.ts'
import { baselineKey } from './baseline.ts'
import { end, type State } from './state.ts'

/** A spec's folder may have a name that no branch can have: spaces, `..`, `~`. */
export function waitingBranch(spec: string, task: string): string {
  const forbidden = /^\.|\.{2,}|\.(lock)?$|[^\p{L}\p{N}_.-]+/gu
  const segments = spec.split('/').map((segment) => segment.replace(forbidden, '-'))
  return `specproof/${segments.join('/')}--${task.replaceAll('/', '.')}`
}

/** Under this key the memory holds the last commits that were verified for a task: nobody else's may land as such. */
function verifiedKey(spec: string, task: string): string {
  return `verified-${waitingBranch(spec, task)}`
}

const MOST_VERIFIED = 10

export async function verifiedCommits(world: World, spec: string, task: string): Promise<string[]> {
  return ((await world.recall(verifiedKey(spec, task))) as string[] | null) ?? []
}

/** Under this key the memory holds pairs: a commit that waited, and what was made of it on a later base. */
function replacedKey(spec: string, task: string): string {
  return `replaced-${waitingBranch(spec, task)}`
}

type Replaced = [before: string, after: string][]

export async function rememberReplaced(world: World, { plan }: State, before: string, after: string): Promise<void> {
  const key = replacedKey(plan.spec.id, plan.task.id)
  const known = ((await world.recall(key)) as Replaced | null) ?? []
  await world.remember(key, [...known, [before, after]].slice(-MOST_VERIFIED))
}

/** Whether the commit has landed in the form that it was given on a later base. */
export async function hasLandedAnew(world: World, spec: string, task: string, commit: string): Promise<boolean> {
  const known = ((await world.recall(replacedKey(spec, task))) as Replaced | null) ?? []
  let forms = [commit]
  // Each form is made after the one that it replaces, so one pass finds them all.
  for (const [before, after] of known) if (forms.includes(before)) forms = [...forms, after]
  for (const form of forms.slice(1)) if (await world.isMerged(form)) return true
  return false
}

/** Commits exactly the tree that was judged. */
export async function commit(world: World, state: State): Promise<State> {
  const { candidate, plan, around } = state
  if (!candidate) return end(state, 'bug', 'a commit was reached without a verified tree')
  const message = commitMessage({
    spec: plan.spec.id,
    task: plan.task.id,
    title: plan.task.title,
    statements: statementsOf(plan.task, plan.slice.properties),
    validates: plan.task.requirements,
    verdict: candidate.status,
    specHash: `sha256:${plan.sliceHash}`,
    base: state.redAt ?? state.tree.commit,
    evidence: candidate.evidence,
    seeds: candidate.seeds,
    model: state.models.join(' + ') || modelsInWords(around.settings),
    attempts: state.attempt,
    tokens: addUsage(state.spentHere.usage, state.earlier ?? NOTHING_SPENT.usage),
    prompts: around.templates.version,
    run: around.run,
  })
  const made = await world.makeCommit({ parent: state.tree.commit, changes: candidate.changes, message, lasting: true })
  if (made.tree !== candidate.tree)
    return end(state, 'bug', `the commit holds ${made.tree} and ${candidate.tree} was judged`)
  await world.remember(baselineKey(made.tree, around.settings), candidate.final)
  // Before it can stand on any branch: a run that is killed right after its landing failed finds its commit again.
  const known = await verifiedCommits(world, plan.spec.id, plan.task.id)
  await world.remember(verifiedKey(plan.spec.id, plan.task.id), [...known, made.commit].slice(-MOST_VERIFIED))
  world.tell({
    type: 'commit',
    spec: plan.spec.id,
    task: plan.task.id,
    commit: made.commit,
    tree: made.tree,
    subject: message.split('\n')[0] ?? '',
  })
  return { ...state, commit: made.commit }
}

/** Moves the user's branch, or leaves the commit on a branch of its own and says why. */
export async function land(world: World, state: State): Promise<State> {
  const { plan, around, candidate } = state
  if (!state.commit || !candidate) return end(state, 'bug', 'nothing to land')
  const branch = waitingBranch(plan.spec.id, plan.task.id)
  const result = await world.land(state.commit, state.head, branch, around.settings.land)
  const told = { spec: plan.spec.id, task: plan.task.id, commit: state.commit }
  if (result.landed) {
    world.tell({ type: 'landed', ...told, ref: result.ref, waiting: null, reason: null })
    return end(state, candidate.status, `Task ${plan.task.id} is ${candidate.status} and committed.`)
  }
  world.tell({ type: 'landed', ...told, ref: null, waiting: result.branch, reason: result.reason })
  if (!around.settings.land)
    return end(
      state,
      candidate.status,
      `Task ${plan.task.id} is ${candidate.status}; the commit is on branch ${result.branch}.`,
    )
  const message = `Task ${plan.task.id} is ${candidate.status}, but it could not land: ${result.reason}\nThe commit waits on branch ${result.branch}; the next run lands it.`
  return {
    ...state,
    outcome: { status: result.full ? 'environment' : 'git', message, ...(result.moved ? { moved: true } : {}) },
  }
}
