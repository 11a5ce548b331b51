import { join } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import type { ResolvedChange } from '../../core/patch/patch.ts'
import { parentsOf } from '../../core/patch/safe-path.ts'
import { codeOf, type FileLayer, syncFolder, writeDurably } from './file-layer.ts'

/** What is to become of one file. Hashes are of its bytes; null: no file. */
export interface Entry {
  path: string
  before: string | null
  after: string | null
}

/** The journal. From the moment that it has its name, the patch will be made, whatever happens. */
export interface Plan {
  version: 1
  entries: Entry[]
  /** Folders that are not there yet, outermost first. */
  folders: string[]
}

export const PLAN = 'plan.json'
/** Its presence turns the journal round: what was written goes back. */
export const TURNED = 'rollback'
const OWN = '.agent'
const STAGE = /^apply-(\d+)-(\w+)$/

export const newFile = (stage: string, k: number) => join(stage, `new-${k}`)
export const oldFile = (stage: string, k: number) => join(stage, `old-${k}`)

/** Stages in the folder: of processes that live, and those left behind. */
export function findStages(files: FileLayer, root: string): { dir: string; alive: boolean }[] {
  const own = join(root, OWN)
  if (files.lstat(own)?.isSymbolicLink()) throw new UserError(`${own} is a symbolic link; remove it.`)
  return (files.readdir(own) ?? []).flatMap((name) => {
    const [, pid, life] = STAGE.exec(name) ?? []
    if (pid === undefined) return []
    return [{ dir: join(own, name), alive: files.lifeOf(Number(pid)) === life }]
  })
}

/** Makes the folder in which this process prepares a patch. Throws UserError where another one is at it. */
export function openStage(files: FileLayer, root: string, pid: number): string {
  const own = join(root, OWN)
  makeFolder(files, own)
  const dir = join(own, `apply-${pid}-${files.lifeOf(pid) ?? '0'}`)
  try {
    files.mkdir(dir)
  } catch (error) {
    dropOwn(files, root)
    throw error
  }
  const other = findStages(files, root).find((stage) => stage.alive && stage.dir !== dir)
  if (other === undefined) return dir
  dropStage(files, root, dir)
  throw new UserError(`Another patch is being applied to ${root}: ${other.dir}. Try again when it is done.`)
}

function makeFolder(files: FileLayer, path: string): void {
  try {
    files.mkdir(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** Writes all new contents and keeps all old ones beside them; the tree itself stays as it is. */
export function fillStage(files: FileLayer, root: string, stage: string, changes: readonly ResolvedChange[]): Plan {
  const entries = changes.map(({ path, content, base }) => ({
    path,
    before: base,
    after: content === null ? null : sha256(content),
  }))
  const from = new Map(changes.flatMap(({ path, to }) => (to === undefined ? [] : [[to, path]])))
  for (const [k, { path, content, base }] of changes.entries()) {
    const target = join(root, path)
    if (base !== null) keepOld(files, target, oldFile(stage, k))
    if (content === null) continue
    // What moves keeps its mode.
    const like = files.lstat(join(root, from.get(path) ?? path))
    writeDurably(files, newFile(stage, k), Buffer.from(content), like)
  }
  const above = new Set(entries.filter(({ after }) => after !== null).flatMap(({ path }) => parentsOf(path)))
  const folders = [...above].filter((path) => files.lstat(join(root, path)) === null)
  return { version: 1, entries, folders: folders.sort((a, b) => a.length - b.length) }
}

/** A second name for the old file, or where the file system has none, a copy. */
function keepOld(files: FileLayer, from: string, to: string): void {
  try {
    files.link(from, to)
  } catch (error) {
    if (['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error
    writeDurably(files, to, files.read(from), files.lstat(from))
  }
}

/** Gives the journal its name: from here on the patch counts as made. */
export function commitPlan(files: FileLayer, stage: string, plan: Plan): void {
  const draft = join(stage, 'plan.tmp')
  writeDurably(files, draft, Buffer.from(JSON.stringify(plan)), null)
  syncFolder(files, stage)
  files.rename(draft, join(stage, PLAN))
  syncFolder(files, stage)
}

/** Removes a stage that is done with, the journal first: without it the rest means nothing. */
export function dropStage(files: FileLayer, root: string, stage: string): void {
  const names = files.readdir(stage) ?? []
  for (const name of [...names.filter((one) => one === PLAN), ...names.filter((one) => one !== PLAN)]) {
    files.unlink(join(stage, name))
  }
  files.rmdir(stage)
  dropOwn(files, root)
}

/** Removes the folder of stages where nothing else lies in it. */
export function dropOwn(files: FileLayer, root: string): void {
  try {
    files.rmdir(join(root, OWN))
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY'].includes(codeOf(error))) throw error
  }
}
