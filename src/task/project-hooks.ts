import type { FileChange } from '../core/patch/patch.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import type { CommandCheck, Worktree, World } from '../world.ts'
import { describe } from './baseline.ts'
import { runCheck, withWorktree } from './checks.ts'
import type { State } from './state.ts'

export type Hooked = { ok: true; changes: FileChange[] } | { ok: false; reason: string }

interface Ran {
  path: string
  result: CheckResult
  edited: { path: string; content: string | null }[]
}

/** In the box `.git` is one commit with the base, and cannot be written: the hook gets a copy, with the change as it would be staged. */
const script = (path: string) =>
  [
    'git_dir=$(mktemp -d) && cp -R .git/. "$git_dir" && export GIT_DIR="$git_dir" GIT_WORK_TREE="$PWD" || exit 127',
    'git config user.name specproof; git config user.email specproof@localhost; git add --all || exit 127',
    `if [ -x '${path.replaceAll("'", "'\\''")}' ]; then './${path.replaceAll("'", "'\\''")}'; else sh './${path.replaceAll("'", "'\\''")}'; fi`,
  ].join('\n')

/**
 * Runs the project's own `pre-commit` in the box, on the candidate. What it changes of the files that the candidate changes is part of the
 * candidate from then on, but for frozen tests and the tick; it may change nothing else. A hook that fails on the base as well, or cannot
 * run there, judges nobody.
 */
export async function projectHooks(world: World, state: State, changes: FileChange[]): Promise<Hooked> {
  const ran = await runHook(world, state, changes)
  if (ran === null) return { ok: true, changes }
  const { path, result, edited } = ran
  return result.status === 'passed' ? formatted(world, state, path, changes, edited) : red(path, result)
}

/**
 * The same before tests are frozen, with the stubs: what an implementer may not mend must not be refused in the end. `refused` is for
 * the author; null: nothing to say. Formatted tests are to be judged anew.
 */
export async function hookOnTests(
  world: World,
  state: State,
  draft: { files: FileChange[]; stubs: FileChange[] },
): Promise<{ refused: string } | { files: FileChange[]; stubs: FileChange[] } | null> {
  const ran = await runHook(world, state, [...draft.files, ...draft.stubs])
  if (ran === null) return null
  if (ran.result.status !== 'passed') return { refused: refusal(ran.path, ran.result) }
  const texts = new Map(ran.edited.map((one) => [one.path, one.content]))
  const asLeft = (one: FileChange) => ({ ...one, content: texts.get(one.path) ?? one.content })
  const [files, stubs] = [draft.files.map(asLeft), draft.stubs.map(asLeft)]
  return files.every((one, at) => one.content === draft.files[at]!.content) ? null : { files, stubs }
}

/** Null: there is no hook, or it says nothing about this change. */
async function runHook(world: World, state: State, changes: FileChange[]): Promise<Ran | null> {
  const path = await world.projectHook?.(state.tree.paths)
  if (!path) return null
  const draft = await world.makeCommit({ parent: state.tree.commit, changes, message: 'candidate' })
  const check: CommandCheck = { name: path, run: script(path), report: null }
  const maxMs = state.around.settings.level.maxMinutes * 60_000
  const run = (worktree: Worktree) => runCheck(world, worktree, { stage: 'hooks', kind: 'command', check, maxMs })
  const ran = await withWorktree(world, draft.commit, async (worktree) => {
    const result = await run(worktree)
    return { path, result, edited: result.status === 'passed' ? ((await world.edited?.(worktree)) ?? []) : [] }
  })
  if (world.signal.aborted) return null
  return ran.result.status !== 'passed' && (await failsOnBase(world, state, run)) ? null : ran
}

/** The change as the hook has left it. Frozen tests and the tick stay: they are what judges, and what was judged. */
function formatted(
  world: World,
  state: State,
  path: string,
  changes: FileChange[],
  edited: { path: string; content: string | null }[],
): Hooked {
  const own = new Set(changes.flatMap((change) => (change.content === null ? [] : [change.path])))
  const frozen = new Set([...(state.frozen?.files ?? []).map((file) => file.path), state.plan.tasksPath])
  const stray = edited.find((one) => !frozen.has(one.path) && (!own.has(one.path) || one.content === null))
  if (stray)
    return { ok: false, reason: `${path} of the project, run on the change, changes ${stray.path}, which it may not` }
  const kept = edited.filter((one) => frozen.has(one.path)).map((one) => one.path)
  if (kept.length > 0)
    tellOf(world, state, 'frozen files kept', `${path} changes ${kept.join(', ')}: they land as judged`)
  const texts = new Map(edited.map((one) => [one.path, one.content]))
  return {
    ok: true,
    changes: changes.map((one) =>
      frozen.has(one.path) ? one : { ...one, content: texts.get(one.path) ?? one.content },
    ),
  }
}

function tellOf(world: World, { plan, attempt }: State, decision: string, reason: string): void {
  world.tell({ type: 'decision', spec: plan.spec.id, task: plan.task.id, attempt, decision, reason })
}

const red = (path: string, result: CheckResult): Hooked => ({ ok: false, reason: refusal(path, result) })

function refusal(path: string, result: CheckResult): string {
  const said = describe(result)
  const error = result.tests.find(({ status }) => status === 'failed')?.error?.message ?? ''
  return `${path} of the project refuses the change: ${error || said}`
}

async function failsOnBase(
  world: World,
  state: State,
  run: (worktree: Worktree) => Promise<CheckResult>,
): Promise<boolean> {
  const before = await withWorktree(world, state.tree.commit, run)
  if (before.status === 'passed' || world.signal.aborted) return false
  const reason = `it fails before any change as well, and says nothing about this one: ${describe(before).split('\n')[0] ?? ''}`
  tellOf(world, state, 'project hook passed over', reason)
  return true
}
