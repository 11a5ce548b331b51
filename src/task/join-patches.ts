import { type Fitting, type Operation, type Patch, pathsOfOperation } from '../core/patch/patch.ts'

/** Those operations of a refused patch that fit, to be joined with the next answer. */
export function fittingPart(patch: Patch, fits: readonly Fitting[]): Operation[] {
  return patch.operations.flatMap((operation): Operation[] => {
    const own = fits.filter(({ path }) => path === operation.path)
    if (operation.action === 'edit') {
      const edits = operation.edits.filter((_, k) => own.some(({ block }) => block === k + 1))
      return edits.length > 0 ? [{ ...operation, edits }] : []
    }
    const parts = operation.action === 'move' ? operation.edits.length : 0
    return own.length > 0 && own.length >= parts ? [operation] : []
  })
}

/**
 * The new answer with what was kept of the one before. The new one wins: whatever it does otherwise to a file takes the
 * place of what was kept for it, and a block sent again counts once. Its own blocks come first, so that their numbers stay.
 */
export function joinPatches(kept: readonly Operation[], patch: Patch): Patch {
  const operations = [...patch.operations]
  for (const old of kept) {
    const paths = pathsOfOperation(old)
    const at = operations.findIndex((operation) => pathsOfOperation(operation).some((path) => paths.includes(path)))
    const other = operations[at]
    if (other === undefined) operations.push(old)
    else if (other.action === 'edit' && old.action === 'edit') {
      const again = new Set(other.edits.map(({ search }) => search))
      operations[at] = { ...other, edits: [...other.edits, ...old.edits.filter(({ search }) => !again.has(search))] }
    }
  }
  return { operations }
}
