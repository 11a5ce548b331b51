import { applyPatch } from '../../core/patch/apply.ts'
import { LIMITS } from '../../core/patch/limits.ts'
import {
  type Fitting,
  type Patch,
  partsOfOperation,
  pathsOfOperation,
  type Refusal,
  type ResolvedChange,
} from '../../core/patch/patch.ts'
import { createGuard } from '../../core/patch/protect.ts'
import { globMatcher } from '../../core/patch/protected-globs.ts'
import { parentsOf, safePathsOf } from '../../core/patch/safe-path.ts'
import { ignoredPaths } from '../git/ignored.ts'
import { type FileLayer, realFiles } from './file-layer.ts'
import { type FolderBase, folderBase } from './folder-base.ts'
import { writePatch } from './write-patch.ts'

export interface FolderOptions {
  /** Globs of protected and ignored paths that a person permits. */
  allow: readonly string[]
  /** Only says what would happen. */
  check: boolean
  files?: FileLayer
}

export type FolderResult = { ok: true; changes: ResolvedChange[] } | { ok: false; refused: Refusal[]; fits: Fitting[] }

/** Applies a patch to a folder, all of it or nothing. `root`: absolute, links resolved. Throws what the file system says. */
export async function applyToFolder(patch: Patch, root: string, options: FolderOptions): Promise<FolderResult> {
  const files = options.files ?? realFiles
  const base = folderBase(files, root, LIMITS.fileLength)
  const walls = await refusedByWalls(patch, root, base, options.allow)
  const resolved = await applyPatch(patch, base.read, { twin: base.twin, isFolder: base.isFolder })
  const behind = new Set(walls.map(({ path }) => path))
  if (!resolved.ok) {
    const refused = [...walls, ...resolved.refused.filter(({ path }) => !behind.has(path))]
    return { ok: false, refused, fits: resolved.fits.filter(({ path }) => !behind.has(path)) }
  }
  const fits = patch.operations.filter((operation) => pathsOfOperation(operation).every((path) => !behind.has(path)))
  if (walls.length > 0) return { ok: false, refused: walls, fits: fits.flatMap(partsOfOperation) }
  const { changes } = resolved
  if (options.check) return { ok: true, changes }
  const written = writePatch(files, root, changes)
  if (written.ok) return { ok: true, changes }
  const { path, message } = written
  return { ok: false, refused: [{ path, block: null, code: 'changed', message, nearest: null }], fits: [] }
}

/** Without a task nothing is a judge: tests are files like others, and a person may permit everything but unsafe paths. */
async function refusedByWalls(
  patch: Patch,
  root: string,
  base: FolderBase,
  allow: readonly string[],
): Promise<Refusal[]> {
  const direct = safePathsOf(patch).filter((path) =>
    parentsOf(path).every((parent) => base.read(parent).kind === 'absent'),
  )
  const ignored = await ignoredPaths(root, direct)
  const guard = createGuard({ allows: [], frozen: [], specDirs: [], existingTests: [], isTest: () => false, ignored })
  const allowed = globMatcher(allow)
  return guard(patch, base.exists).flatMap(({ kind, ...refusal }) => {
    if (kind === null) return [refusal]
    if (allowed(refusal.path)) return []
    const message = `\`${refusal.path}\` is protected (${kind}). To change it all the same, add \`--allow ${refusal.path}\`.`
    return [{ ...refusal, message }]
  })
}
