import type { Operation, ReplyProblem } from './patch.ts'

/** Several edits of one file count as one, as if their blocks had come together; everything else stays as it is. */
export function joinEdits(operations: readonly Operation[]): Operation[] {
  const joined: Operation[] = []
  const edited = new Map<string, number>()
  for (const operation of operations) {
    const known = edited.get(operation.path)
    const other = known === undefined ? undefined : joined[known]
    if (operation.action === 'edit' && other?.action === 'edit') {
      other.edits.push(...operation.edits)
      continue
    }
    if (operation.action === 'edit') {
      edited.set(operation.path, joined.length)
      joined.push({ ...operation, edits: [...operation.edits] })
    } else joined.push(operation)
  }
  return joined
}

/** Joins all blocks for one path into one edit, in the order of the reply. Other double uses of a path are problems. */
export function mergeOperations(operations: readonly Operation[]): { merged: Operation[]; problems: ReplyProblem[] } {
  const merged = new Map<string, Operation>()
  const problems: ReplyProblem[] = []
  for (const operation of joinEdits(operations)) {
    const other = merged.get(operation.path)
    if (other === undefined) merged.set(operation.path, operation)
    else {
      const message = `\`${operation.path}\`: line ${other.line} wants to ${other.action} it and this one to ${operation.action} it; use one way for one file`
      problems.push({ line: operation.line, message })
    }
  }
  return { merged: [...merged.values()], problems }
}
