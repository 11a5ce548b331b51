import { type Patch, pathsOfOperation, type Reply, type ReplyProblem } from './patch.ts'
import { readReply } from './read-reply.ts'
import { replyLines } from './reply-source.ts'
import { scanReply } from './scan-reply.ts'
import { spokenEntries } from './spoken-entries.ts'
import { quotes } from './words-of-spec.ts'

/** A test that the specification now forbids, by its words. */
export interface Dropped {
  test: string
  words: string
  quoted: boolean
}

export type Migration =
  | { kind: 'migrated'; patch: Patch; prose: string; dropped: Dropped[] }
  | Extract<Reply, { kind: 'need' | 'blocked' | 'unreadable' }>

const DROPPED = /^DROPPED\s+(.*)$/

/**
 * Reads moved tests. `files`: the test files and helpers that may change, and nothing else may; `spec`: the text that
 * excuses of dropped tests must come from. Never throws; problems are written for the model.
 */
export function readMigration(text: string, files: readonly string[], spec: string): Migration {
  const reply = readReply(text)
  if (reply.kind === 'untestable') return unreadable([{ line: 1, message: 'the tests exist already: move them' }])
  if (reply.kind !== 'patch') return reply
  const foreign = reply.patch.operations.flatMap((operation) =>
    pathsOfOperation(operation)
      .filter((path) => !files.includes(path))
      .map((path) => ({ line: operation.line, message: `\`${path}\` is none of the listed test files` })),
  )
  const gone = reply.patch.operations
    .filter(({ action }) => action === 'delete' || action === 'move')
    .map(({ path, line }) => ({
      line,
      message: `\`${path}\`: a test file stays where it is, also when all its tests go`,
    }))
  const { dropped, problems } = droppedIn(text, spec)
  const all = [...foreign, ...gone, ...problems]
  return all.length > 0 ? unreadable(all) : { kind: 'migrated', patch: reply.patch, prose: reply.prose, dropped }
}

function unreadable(problems: ReplyProblem[]): Extract<Reply, { kind: 'unreadable' }> {
  return { kind: 'unreadable', problems }
}

function droppedIn(text: string, spec: string): { dropped: Dropped[]; problems: ReplyProblem[] } {
  const dropped: Dropped[] = []
  const problems: ReplyProblem[] = []
  for (const { words: all } of spokenEntries(scanReply(replyLines(text)).spoken, DROPPED)) {
    // A test's name may hold colons itself, so the words of the specification begin after the last one that leaves some.
    const parts = all.split(/:\s+/)
    const at = parts.findIndex((_, k) => k > 0 && quotes(parts.slice(k).join(': '), spec))
    const cut = at > 0 ? at : 1
    const test = parts
      .slice(0, cut)
      .join(': ')
      .replace(/^[`'"]|[`'"]$/g, '')
      .trim()
    const words = parts.slice(cut).join(': ').trim()
    if (test === '' || words === '')
      problems.push({
        line: 1,
        message: `\`DROPPED\`: expected the test's name, a colon, and the words of the specification`,
      })
    else dropped.push({ test, words, quoted: at > 0 })
  }
  return { dropped, problems }
}
