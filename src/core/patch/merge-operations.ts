import type { Operation, ReplyProblem } from './patch.ts'

/** Joins all blocks for one path into one edit, in the order of the reply. Other double uses of a path are problems. */
export function mergeOperations(operations: readonly Operation[]): { merged: Operation[]; problems: ReplyProblem[] } {
  const merged: Operation[] = []
  const problems: ReplyProblem[] = []
  for (const operation of operations) {
    const known = merged.findIndex((other) => other.path === operation.path)
    const other = merged[known]
    if (other === undefined) merged.push(operation)
    else if (other.action === 'edit' && operation.action === 'edit') {
      merged[known] = { ...other, edits: [...other.edits, ...operation.edits] }
    } else {
      const message = `\`${operation.path}\`: line ${other.line} wants to ${other.action} it and this one to ${operation.action} it; use one way for one file`
      problems.push({ line: operation.line, message })
    }
  }
  return { merged, problems }
}
