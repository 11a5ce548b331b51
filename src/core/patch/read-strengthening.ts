import { withoutLoneTick } from './lone-tick.ts'
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
  /** Why it keeps to these words, in a sentence; left out: nothing is said of it. */
  because?: string
  /** Whether these words stand in the specification. */
  quoted: boolean
}

/** What the strengthener answered. `open`: survivors that its tests have to kill. */
export type Strengthening =
  | { kind: 'strengthened'; patch: Patch | null; prose: string; allowed: Allowed[]; open: number[] }
  | Extract<Reply, { kind: 'need' | 'blocked' | 'unreadable' }>

/** Its number, or none: why the one above keeps to its words. */
const ALLOWED = /^(?:ALLOWED\s+(?:survivor\s+)?#?(\d{1,6})\b|BECAUSE(?=[\s*_`]*:))(.*)$/i
/** On the line of the words, where nothing but its capitals tells it from them. */
const BEHIND = /[\s*_`([]*\bBECAUSE[\s*_`]*:[\s*_]*/
const LONGEST_REASON = 300
const EXPECTED =
  'expected a new test file (a fence whose first line is the path, then an empty `<<<<<<< SEARCH`, `=======`, its lines, `>>>>>>> REPLACE`), lines `ALLOWED n: words of the specification`, or both'

/**
 * Reads added tests and `ALLOWED n: words` lines, below each of which a line `BECAUSE: reason` may stand. `survivors`: how many there are; `spec`: the text that the words must come
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
  let above: Allowed | null = null
  for (const { match, words: said } of spokenEntries(spoken, ALLOWED)) {
    const [words, behind] = match[1] === undefined ? ['', said] : apart(said)
    if (match[1] === undefined) {
      if (above) because(above, behind)
      continue
    }
    above = null
    const survivor = Number(match[1])
    const problem = (message: string) => problems.push({ line: 1, message: `\`ALLOWED ${survivor}\`: ${message}` })
    if (survivor < 1 || survivor > survivors) problem(`there is no such survivor; they are numbered 1 to ${survivors}`)
    else if (words === '') problem('the words of the specification that allow it are missing')
    else if (!allowed.has(survivor)) {
      above = { survivor, words, quoted: quotes(words, spec) }
      allowed.set(survivor, above)
      because(above, behind)
    }
  }
  return { allowed: [...allowed.values()].sort((a, b) => a.survivor - b.survivor), problems }
}

/** The words, and the reason on their line; '': there is none. */
function apart(said: string): [words: string, reason: string] {
  const at = BEHIND.exec(said)
  return at === null ? [said, ''] : [said.slice(0, at.index), said.slice(at.index + at[0].length)]
}

/** The first reason counts. */
function because(one: Allowed, said: string): void {
  const reason = withoutLoneTick(said.replace(/\s+/g, ' ').trim())
  if (reason === '' || one.because !== undefined) return
  const short = reason.slice(0, LONGEST_REASON).replace(/\s+\S*$/, '')
  one.because = reason.length <= LONGEST_REASON ? reason : `${withoutLoneTick(short)} ...`
}
