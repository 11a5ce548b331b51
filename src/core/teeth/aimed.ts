import { mergeOperations } from '../patch/merge-operations.ts'
import type { Patch } from '../patch/patch.ts'
import { closesFence, type Fence, openingFence, replyLines } from '../patch/reply-source.ts'
import { scanReply } from '../patch/scan-reply.ts'
import type { Mutant } from './mutants.ts'

/** Wrong versions of its own that a model may make. */
export const MOST_AIMED = 5
/** Other right versions that it may make. */
export const MOST_RIGHT = 2

export interface NamedPatch {
  name: string
  patch: Patch
}

export interface Aimed {
  wrong: NamedPatch[]
  /** Versions that the specification allows as well, by the model's word. */
  right: NamedPatch[]
  /** What could not be read, one sentence each. */
  problems: string[]
  /** The answer without them. */
  rest: string
}

const MARKS = String.raw`^[ \t]*(?:[-*+#]+[ \t]+)?[*_]{0,2}`
const VERSION = new RegExp(String.raw`${MARKS}(WRONG|RIGHT)[*_]{0,2}[ \t]*:[*_]{0,2}[ \t]*(.*?)[*_]*$`)
const ALLOWED = new RegExp(String.raw`${MARKS}ALLOWED\b`, 'i')
const MOST_NAME = 200
const CUT = '...'

/** Takes the parts of an answer that begin with a line `WRONG: name` or `RIGHT: name`, each with its blocks. Never throws. */
export function readAimed(text: string): Aimed {
  const rest: string[] = []
  const parts: { kind: string; name: string; lines: string[] }[] = []
  let into = rest
  let fence: Fence | null = null
  for (const [at, line] of replyLines(text).entries()) {
    if (fence !== null) {
      if (closesFence(line, fence)) fence = null
    } else {
      fence = openingFence(line, at)
      const [, kind, name] = VERSION.exec(line) ?? []
      if (ALLOWED.test(line)) into = rest
      if (kind !== undefined && name !== undefined) {
        parts.push({ kind, name: shortName(name.trim()), lines: [] })
        into = parts.at(-1)!.lines
        continue
      }
    }
    into.push(line)
  }
  const aimed: Aimed = { wrong: [], right: [], problems: [], rest: rest.join('\n') }
  for (const { kind, name, lines } of parts) {
    const patch = patchIn(lines)
    const of = kind === 'WRONG' ? 'wrong' : 'right'
    if (typeof patch === 'string') aimed.problems.push(`the ${of} version "${name}" is left out: ${patch}`)
    else aimed[of].push({ name, patch })
  }
  return aimed
}

/** Cut with a sign that it is cut, and between two words where that leaves half of the room in use. */
function shortName(name: string): string {
  if (name.length <= MOST_NAME) return name
  const most = name.slice(0, MOST_NAME - CUT.length + 1)
  const space = most.lastIndexOf(' ')
  return (space >= most.length / 2 ? most.slice(0, space) : most.slice(0, -1)).trimEnd() + CUT
}

function patchIn(lines: string[]): Patch | string {
  const { operations, problems } = scanReply(lines)
  const { merged, problems: doubles } = mergeOperations(operations)
  const [problem] = [...problems, ...doubles]
  if (problem) return problem.message
  return merged.length > 0 ? { operations: merged } : 'no block stands below its name'
}

/** What a wrong version changes, as a unified diff without context. */
export function diffOf(text: string, { start, end, code }: Pick<Mutant, 'start' | 'end' | 'code'>): string {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const close = text.indexOf('\n', end)
  const to = close < 0 ? text.length : close
  const shown = code.replace(/!!1/g, 'true').replace(/!!0/g, 'false')
  const was = text.slice(from, to).split('\n')
  const is = `${text.slice(from, start)}${shown}${text.slice(end, to)}`.split('\n').filter((line) => line.trim() !== '')
  const line = text.slice(0, from).split('\n').length
  const range = (count: number) => (count === 1 ? `${line}` : `${line},${count}`)
  return [
    `@@ -${range(was.length)} +${range(is.length)} @@`,
    ...was.map((one) => `-${one}`),
    ...is.map((one) => `+${one}`),
    '',
  ].join('\n')
}
