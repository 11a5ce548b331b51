import { EXIT, UserError } from '../core/errors.ts'
import { didYouMean } from '../core/nearest.ts'
import { specRootsOf } from '../core/projects.ts'
import { splitTarget } from '../core/spec/locate.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import { untick } from '../core/spec/tick.ts'
import type { Histories } from '../core/trace/evidence.ts'
import { fastForward } from '../io/git/land.ts'
import { openRepository, readHead, requireIdentity, uncommitted } from '../io/git/repository.ts'
import { lockRepository } from '../io/git/run-lock.ts'
import { openTree } from '../io/git/tree.ts'
import { undo } from '../io/git/undo.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { readEvidence } from './evidence.ts'
import { type GlobalOptions, loadConfig } from './options.ts'

/**
 * `agent undo SPEC/TASK`: one commit that takes back a landed task: its code, its tests and its tick. Nothing changes where later
 * commits changed the same places.
 */
export async function undoCommand(options: GlobalOptions, target: string): Promise<number> {
  const repository = await openRepository(options.cwd)
  const lock = await lockRepository(repository.commonDir, `undo-${process.pid}`)
  try {
    const undone = await undoTask(options, repository.root, target)
    if (options.json) process.stdout.write(`${JSON.stringify({ type: 'undo.result', ...undone })}\n`)
    const say = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`)
    say(`Took back ${undone.spec}/${undone.task}: ${undone.commit.slice(0, 7)} reverts ${undone.reverts.slice(0, 7)}.`)
    if (undone.dependents.length > 0)
      say(`Ticked tasks depend on it: ${undone.dependents.join(', ')}. \`agent verify\` says whether they still hold.`)
    return EXIT.done
  } finally {
    await lock.release()
  }
}

interface UndoResult {
  spec: string
  task: string
  commit: string
  reverts: string
  /** Ticked tasks that depend on the one taken back. */
  dependents: string[]
}

async function undoTask(options: GlobalOptions, root: string, target: string): Promise<UndoResult> {
  await requireIdentity(root)
  const roots = specRootsOf(await loadConfig(options, root))
  const head = await readHead(root)
  const tree = await openTree(root, head.commit)
  const { specs } = await loadSpecs(tree, roots)
  const { spec, task } = find(specs, target)
  const { histories } = await readEvidence(root, specs)
  const landed = histories.get(spec.dir)?.get(task.id)?.current
  if (!landed) throw new UserError(`No commit of HEAD stands for ${spec.id}/${task.id}: there is nothing to take back.`)
  const others = sharing(specs, histories, landed.hash).filter((name) => name !== `${spec.id}/${task.id}`)
  if (others.length > 0)
    throw new UserError(
      `Commit ${landed.hash.slice(0, 7)} holds ${others.join(', ')} as well. Take all of it back with \`git revert\`.`,
      'git',
    )
  const path = `${spec.dir}/tasks.md`
  const changed = await uncommitted(root, [...new Set([path, ...landed.files])])
  if (changed.length > 0)
    throw new UserError(`These files have changes that are not committed: ${changed.join(', ')}.`, 'git')
  const file = await tree.read(path)
  const now = file.kind === 'text' ? file.text : ''
  const open = untick(now, task.id)
  if (!open.ok) throw new UserError(`${path}: ${open.reason}`)
  const message = `Undo ${spec.id}: ${task.title} (task ${task.id})\n\nThis reverts commit ${landed.hash}.\n`
  const undone = await undo(root, head.commit, landed.hash, { path, now, after: open.text }, message)
  if (!undone.ok)
    throw new UserError(
      `Later commits changed the same places of ${undone.conflicts.join(', ')}. Undo what builds on it first, or use \`git revert ${landed.hash.slice(0, 7)}\` and merge by hand.`,
      'git',
    )
  const refused = await fastForward(root, undone.commit, head)
  if (refused !== null) throw new UserError(`${spec.id}/${task.id} was not taken back: ${refused}`, 'git')
  const dependents = spec.tasks.filter(({ status, depends }) => status === 'done' && depends.includes(task.id))
  return {
    spec: spec.id,
    task: task.id,
    commit: undone.commit,
    reverts: landed.hash,
    dependents: dependents.map(({ id }) => `${spec.id}/${id}`),
  }
}

function find(specs: Spec[], target: string): { spec: Spec; task: Task } {
  const { spec: name, task: id } = splitTarget(target, specs)
  const spec = specs.find((one) => one.id === name || one.dir === name)
  if (!spec)
    throw new UserError(
      `There is no spec "${name}" at HEAD; there are: ${specs.map((one) => one.id).join(', ') || 'none'}.${didYouMean(
        name ?? '',
        specs.map((one) => one.id),
      )}`,
    )
  const task = spec.tasks.find((one) => one.id === id)
  if (task?.status === 'done') return { spec, task }
  if (task) throw new UserError(`Task ${id} of ${spec.id} is not ticked at HEAD: there is nothing to take back.`)
  const known = spec.tasks.map((one) => one.id).join(', ')
  throw new UserError(`Name a task as SPEC/TASK. Spec ${spec.id} has no task "${id ?? ''}"; it has: ${known}.`)
}

/** Tasks whose evidence is this very commit. */
function sharing(specs: Spec[], histories: Histories, hash: string): string[] {
  return specs.flatMap((spec) =>
    [...(histories.get(spec.dir) ?? [])].flatMap(([task, { current }]) =>
      current?.hash === hash ? [`${spec.id}/${task}`] : [],
    ),
  )
}
