import { join } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import type { ResolvedChange } from '../../core/patch/patch.ts'
import { parentsOf } from '../../core/patch/safe-path.ts'
import { codeOf, type FileLayer, syncFolder, writeDurably } from './file-layer.ts'
import {
  commitPlan,
  dropOwn,
  dropStage,
  type Entry,
  fillStage,
  findStages,
  newFile,
  oldFile,
  openStage,
  PLAN,
  type Plan,
  TURNED,
} from './stage.ts'

export type WriteResult = { ok: true } | { ok: false; path: string; message: string }

/**
 * Writes a patch to a folder: all of it or nothing, also where the process dies in between. Everything is prepared in
 * `.agent/apply-PID-TIME/`; then a journal is named, and from there on the patch is finished by whoever finds it. Each file is
 * replaced by a rename, and only while it still is what the patch was made from; otherwise all goes back and `ok` is false.
 * Throws UserError where another process is at it, and what the file system says, the tree being as before.
 */
export function writePatch(
  files: FileLayer,
  root: string,
  changes: readonly ResolvedChange[],
  pid = process.pid,
): WriteResult {
  const stage = openStage(files, root, pid)
  let plan: Plan
  try {
    plan = fillStage(files, root, stage, changes)
    commitPlan(files, stage, plan)
  } catch (error) {
    dropStage(files, root, stage)
    throw error
  }
  try {
    const stranger = goForward(files, root, stage, plan)
    if (stranger === null) {
      finish(files, root, stage, plan)
      return { ok: true }
    }
    turnBack(files, root, stage, plan)
    return {
      ok: false,
      path: stranger,
      message: `\`${stranger}\` was changed by somebody else meanwhile; nothing was written.`,
    }
  } catch (error) {
    turnBack(files, root, stage, plan)
    throw error
  }
}

/** Finishes or takes back what processes that died have left in a folder. Answers the paths that it brought to an end. */
export function recoverFolder(files: FileLayer, root: string): string[] {
  const touched: string[] = []
  for (const { dir, alive } of findStages(files, root)) {
    if (alive) throw new UserError(`Another patch is being applied to ${root}: ${dir}. Try again when it is done.`)
    const names = files.readdir(dir) ?? []
    if (!names.includes(PLAN)) {
      dropStage(files, root, dir)
      continue
    }
    const plan = JSON.parse(files.read(join(dir, PLAN)).toString('utf8')) as Plan
    const stranger = plan.entries.find((entry) => stateOf(files, root, entry) === 'other')
    if (stranger !== undefined) throw new UserError(interrupted(root, dir, stranger.path))
    touched.push(...plan.entries.map(({ path }) => path))
    if (names.includes(TURNED)) turnBack(files, root, dir, plan)
    else if (goForward(files, root, dir, plan) === null) finish(files, root, dir, plan)
    else throw new UserError(interrupted(root, dir, 'a file'))
  }
  dropOwn(files, root)
  return touched
}

/** Whether a process died here while it wrote. */
export function isInterrupted(files: FileLayer, root: string): boolean {
  return findStages(files, root).some(({ dir, alive }) => !alive && (files.readdir(dir) ?? []).includes(PLAN))
}

function interrupted(root: string, dir: string, path: string): string {
  return `An earlier patch was interrupted in ${root}, and ${path} has been changed since, so it can neither be finished nor taken back. New contents lie in ${dir} as new-N and old ones as old-N, in the order of ${PLAN}: put right by hand what you want to keep, then remove that folder.`
}

type FileState = 'before' | 'after' | 'other'

/** Where a file stands between its old and its new state. */
function stateOf(files: FileLayer, root: string, entry: Entry): FileState {
  const path = join(root, entry.path)
  // A link above would lead elsewhere.
  const strange = parentsOf(entry.path).some((parent) => files.lstat(join(root, parent))?.isDirectory() === false)
  if (strange) return 'other'
  const stats = files.lstat(path)
  if (stats !== null && !stats.isFile()) return 'other'
  const hash = stats === null ? null : sha256(files.read(path))
  if (hash === entry.after) return 'after'
  return hash === entry.before ? 'before' : 'other'
}

/** Brings every file to its new state. Answers the path of the first that is neither old nor new; null: all done. */
function goForward(files: FileLayer, root: string, stage: string, plan: Plan): string | null {
  for (const folder of plan.folders) {
    const stats = files.lstat(join(root, folder))
    if (stats === null) files.mkdir(join(root, folder))
    else if (!stats.isDirectory()) return folder
  }
  for (const [k, entry] of plan.entries.entries()) {
    const state = stateOf(files, root, entry)
    if (state === 'other') return entry.path
    if (state === 'after') continue
    if (entry.after === null) files.unlink(join(root, entry.path))
    else files.rename(newFile(stage, k), join(root, entry.path))
  }
  return null
}

/** Brings every file that got its new state back to the old one. What somebody else wrote since stays. */
function turnBack(files: FileLayer, root: string, stage: string, plan: Plan): void {
  const mark = join(stage, TURNED)
  if (files.lstat(mark) === null) writeDurably(files, mark, Buffer.alloc(0), null)
  syncFolder(files, stage)
  for (const [k, entry] of plan.entries.entries()) {
    if (stateOf(files, root, entry) !== 'after') continue
    if (entry.before === null) files.unlink(join(root, entry.path))
    else files.rename(oldFile(stage, k), join(root, entry.path))
  }
  for (const folder of plan.folders.toReversed()) {
    try {
      files.rmdir(join(root, folder))
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error))) throw error
    }
  }
  finish(files, root, stage, plan)
}

/** The journal goes only after all that it promised is on the disk. */
function finish(files: FileLayer, root: string, stage: string, plan: Plan): void {
  const folders = new Set(plan.entries.map(({ path }) => join(root, ...parentsOf(path).slice(-1))))
  for (const folder of [...folders, ...plan.folders.map((path) => join(root, path, '..'))]) {
    if (files.lstat(folder)?.isDirectory()) syncFolder(files, folder)
  }
  dropStage(files, root, stage)
}
