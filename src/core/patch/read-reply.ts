import { mergeOperations } from './merge-operations.ts'
import type { Reply, ReplyProblem } from './patch.ts'
import { readWords } from './read-words.ts'
import { replyLines } from './reply-source.ts'
import { scanReply } from './scan-reply.ts'

const EXPECTED =
  'expected a patch: a fence whose first line is the path, then `<<<<<<< SEARCH`, the exact old lines (none for a new file), `=======`, the new lines, `>>>>>>> REPLACE`; or `BLOCKED: reason`'

/**
 * What a model answered. A patch counts before any word, and one part that cannot be read makes all of it unreadable.
 * Never throws; problems are in the order of their lines and written for the model.
 */
export function readReply(text: string): Reply {
  const lines = replyLines(text)
  const { operations, problems, prose, pathlessFence } = scanReply(lines)
  const { merged, problems: doubles } = mergeOperations(operations)
  const all = [...problems, ...doubles].sort((a, b) => a.line - b.line)
  if (all.length > 0) return { kind: 'unreadable', problems: all, read: doubles.length > 0 ? [] : merged }
  if (merged.length > 0) return { kind: 'patch', patch: { operations: merged }, prose: prose.join('\n').trim() }
  return readWords(lines) ?? { kind: 'unreadable', problems: [nothingRead(pathlessFence)] }
}

function nothingRead(pathlessFence: number | null): ReplyProblem {
  if (pathlessFence === null) return { line: 1, message: EXPECTED }
  return { line: pathlessFence, message: `this fence names no path, so it is no part of a patch; ${EXPECTED}` }
}
