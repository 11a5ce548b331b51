import type { FileChange } from '../core/patch/patch.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import type { CommandCheck, Worktree, World } from '../world.ts'
import { describe } from './baseline.ts'
import { runCheck, withWorktree } from './checks.ts'
import type { State } from './state.ts'

export type Hooked = { ok: true; changes: FileChange[] } | { ok: false; reason: string }

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
  const path = await world.projectHook?.(state.tree.paths)
  if (!path) return { ok: true, changes }
  const draft = await world.makeCommit({ parent: state.tree.commit, changes, message: 'candidate' })
  const check: CommandCheck = { name: path, run: script(path), report: null }
  const maxMs = state.around.settings.level.maxMinutes * 60_000
  const run = (worktree: Worktree) => runCheck(world, worktree, { stage: 'hooks', kind: 'command', check, maxMs })
  const { result, edited } = await withWorktree(world, draft.commit, async (worktree) => {
    const result = await run(worktree)
    return { result, edited: result.status === 'passed' ? ((await world.edited?.(worktree)) ?? []) : [] }
  })
  if (world.signal.aborted) return { ok: true, changes }
  if (result.status !== 'passed')
    return (await failsOnBase(world, state, run)) ? { ok: true, changes } : red(path, result)
  return formatted(world, state, path, changes, edited)
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

function red(path: string, result: CheckResult): Hooked {
  const said = describe(result)
  const error = result.tests.find(({ status }) => status === 'failed')?.error?.message ?? ''
  return { ok: false, reason: `${path} of the project refuses the change: ${error || said}` }
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
