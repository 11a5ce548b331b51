import { mergeOperations } from './merge-operations.ts'
import type { Patch, Reply, ReplyProblem } from './patch.ts'
import { readWords } from './read-words.ts'
import { replyLines } from './reply-source.ts'
import { scanReply } from './scan-reply.ts'
import { spokenEntries } from './spoken-entries.ts'
import { quotes } from './words-of-spec.ts'

/** A survivor that the specification is said to allow. */
export interface Allowed {
  /** Its number, from 1. */
  survivor: number
  words: string
  /** Whether these words stand in the specification. */
  quoted: boolean
}

/** What the strengthener answered. `open`: survivors that its tests have to kill. */
export type Strengthening =
  | { kind: 'strengthened'; patch: Patch | null; prose: string; allowed: Allowed[]; open: number[] }
  | Extract<Reply, { kind: 'need' | 'blocked' | 'unreadable' }>

const ALLOWED = /^ALLOWED\s+(?:survivor\s+)?#?(\d{1,6})\b(.*)$/i
const EXPECTED =
  'expected a new test file (a fence whose first line is the path, then an empty `<<<<<<< SEARCH`, `=======`, its lines, `>>>>>>> REPLACE`), lines `ALLOWED n: words of the specification`, or both'

/**
 * Reads added tests and `ALLOWED n: words` lines. `survivors`: how many there are; `spec`: the text that the words must come
 * from. Lines inside fences are no words. Never throws; problems are written for the model.
 */
export function readStrengthening(text: string, survivors: number, spec: string): Strengthening {
  const lines = replyLines(text)
  const scan = scanReply(lines)
  const { merged, problems: doubles } = mergeOperations(scan.operations)
  const { allowed, problems } = allowedIn(scan.spoken, survivors, spec)
  const all: ReplyProblem[] = [...scan.problems, ...doubles, ...problems].sort((a, b) => a.line - b.line)
  if (all.length > 0) return { kind: 'unreadable', problems: all }
  if (merged.length === 0 && allowed.length === 0) {
    const said = readWords(lines)
    if (said?.kind === 'need' || said?.kind === 'blocked') return said
    return { kind: 'unreadable', problems: [{ line: 1, message: EXPECTED }] }
  }
  const excused = new Set(allowed.map(({ survivor }) => survivor))
  const open = Array.from({ length: survivors }, (_, at) => at + 1).filter((survivor) => !excused.has(survivor))
  const patch = merged.length > 0 ? { operations: merged } : null
  return { kind: 'strengthened', patch, prose: scan.prose.join('\n').trim(), allowed, open }
}

function allowedIn(
  spoken: readonly string[],
  survivors: number,
  spec: string,
): { allowed: Allowed[]; problems: ReplyProblem[] } {
  const allowed = new Map<number, Allowed>()
  const problems: ReplyProblem[] = []
  for (const { match, words } of spokenEntries(spoken, ALLOWED)) {
    const survivor = Number(match[1])
    const problem = (message: string) => problems.push({ line: 1, message: `\`ALLOWED ${survivor}\`: ${message}` })
    if (survivor < 1 || survivor > survivors) problem(`there is no such survivor; they are numbered 1 to ${survivors}`)
    else if (words === '') problem('the words of the specification that allow it are missing')
    else if (!allowed.has(survivor)) allowed.set(survivor, { survivor, words, quoted: quotes(words, spec) })
  }
  return { allowed: [...allowed.values()].sort((a, b) => a.survivor - b.survivor), problems }
}
