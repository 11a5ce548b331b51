/** What models do to a patch on its way: disturbances of a rendered difference, and what the engine makes of them. */
import { applyPatch } from '../../src/core/patch/apply.ts'
import { readReply } from '../../src/core/patch/read-reply.ts'
import {
  type Chunk,
  chunksOf,
  diffLines,
  type FileDiff,
  type Format,
  renderBlocks,
  renderFile,
  renderHunks,
  shownLines,
} from './render-patch.ts'

export type Outcome = 'right' | 'refused' | 'wrong'

/** A change of one file in a real commit. */
export interface RealChange {
  path: string
  before: string
  after: string
}

export type Random = (below: number) => number

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Scene {
  chunks: Chunk[]
  before: string[]
  after: string[]
  random: Random
}

/** Changes the scene in place, or gives other whole files; what is not named stays. */
interface Disturbance {
  chunks?: (scene: Scene) => Chunk[]
  /** The new file as the whole-file format shows it. */
  whole?: (scene: Scene) => string[]
  /** The reply's lines at last. */
  reply?: (lines: string[], random: Random) => string[]
}

/** What is copied from the file, on both sides of each block; new lines stay as they are. */
function copied(change: (line: string, random: Random) => string[]): NonNullable<Disturbance['chunks']> {
  return ({ chunks, random }) =>
    chunks.map((chunk) =>
      fromSigned(
        chunk,
        chunk.signed.flatMap((line) =>
          line[0] === '+' ? [line] : change(line.slice(1), random).map((text) => line[0] + text),
        ),
      ),
    )
}

function fromSigned(chunk: Chunk, signed: string[]): Chunk {
  const side = (sign: string) => signed.filter((line) => line[0] !== sign).map((line) => line.slice(1))
  return { start: chunk.start, search: side('+'), replace: side('-'), signed }
}

const often = (random: Random) => random(3) === 0
const BLANK = /^\s*$/

/** Unchanged lines in the middle of a block give way to one that stands for them. */
function elided(chunk: Chunk, random: Random, sides: 'both' | 'replace'): Chunk {
  const word = ['...', '// ...', '# ... existing code ...', '    ...', '// rest of the code unchanged', '…'][random(6)]!
  const { signed } = chunk
  const from = signed.findIndex((line, k) => line[0] === ' ' && signed[k + 1]?.[0] === ' ')
  if (from < 0) return chunk
  let to = from
  while (to < signed.length && signed[to]![0] === ' ') to++
  if (sides === 'both') return fromSigned(chunk, [...signed.slice(0, from), ` ${word}`, ...signed.slice(to)])
  const removed = signed.slice(from, to).map((line) => `-${line.slice(1)}`)
  return fromSigned(chunk, [...signed.slice(0, from), ...removed, `+${word}`, ...signed.slice(to)])
}

function reindented(line: string, by: number): string {
  if (BLANK.test(line)) return line
  return by > 0 ? ' '.repeat(by) + line : line.slice(Math.min(-by, line.length - line.trimStart().length))
}

export const DISTURBANCES: Record<string, Disturbance> = {
  none: {},
  'trailing spaces added': {
    chunks: copied((line, random) => [often(random) ? `${line}  ` : line]),
    whole: ({ after, before, random }) =>
      after.map((line) => (before.includes(line) && BLANK.test(line) && often(random) ? `${line}` : line)),
  },
  'trailing spaces cut': { chunks: copied((line) => [line.trimEnd()]) },
  're-indented, all alike': {
    chunks: ({ chunks, random }) =>
      chunks.map((chunk) => {
        const wanted = [2, 4, 8, -2, -4][random(5)]!
        // Nobody can take away more than what all lines have, and stay uniform.
        const depths = chunk.signed.map((line) => line.slice(1)).filter((line) => !BLANK.test(line))
        const least = Math.min(...depths.map((line) => /^ */.exec(line)![0].length))
        const by = wanted < 0 ? -Math.min(-wanted, least) : wanted
        return fromSigned(
          chunk,
          chunk.signed.map((line) => line[0] + reindented(line.slice(1), by)),
        )
      }),
  },
  're-indented, here and there': {
    chunks: ({ chunks, random }) =>
      chunks.map((chunk) => {
        const lines = [...chunk.signed.keys()].filter(
          (k) => chunk.signed[k]![0] !== '+' && !BLANK.test(chunk.signed[k]!.slice(1)),
        )
        // Were all of them shifted, it would be a shift of the whole, in which the new lines are where the reply puts them.
        const stays = lines[random(Math.max(1, lines.length))]
        return fromSigned(
          chunk,
          chunk.signed.map((line, k) =>
            lines.includes(k) && k !== stays && often(random) ? line[0] + reindented(line.slice(1), 2) : line,
          ),
        )
      }),
  },
  'tabs for spaces': { chunks: copied((line) => [line.replace(/^( {2})+/, (run) => '\t'.repeat(run.length / 2))]) },
  'curly quotes': {
    chunks: copied((line) => [line.replace(/"([^"]*)"/g, '“$1”').replace(/'([^']*)'/g, '‘$1’')]),
  },
  'backslashes doubled': { chunks: copied((line) => [line.replaceAll('\\', '\\\\')]) },
  'line numbers drifted': {
    reply: (lines, random) =>
      lines.map((line) =>
        line.replace(/^@@ -.*@@$/, `@@ -${random(900)},${random(9)} +${random(900)},${random(9)} @@`),
      ),
  },
  'middles elided on both sides': {
    chunks: ({ chunks, random }) => chunks.map((chunk) => elided(chunk, random, 'both')),
    whole: ({ before, after, random }) => {
      const kept = new Set(before)
      const from = after.findIndex((line, k) => kept.has(line) && kept.has(after[k + 1] ?? '\u0000'))
      if (from < 0 || after.length - from < 8) return after
      const word = ['...', '// ...', '# ... rest of the file ...', '// rest of the code unchanged'][random(4)]!
      return [...after.slice(0, from), word, ...after.slice(Math.max(from + 4, after.length - 4))]
    },
  },
  'middles elided in the new text': {
    chunks: ({ chunks, random }) => chunks.map((chunk) => elided(chunk, random, 'replace')),
  },
  'blank lines doubled': { chunks: copied((line) => (BLANK.test(line) ? [line, line] : [line])) },
  'blank lines dropped': { chunks: copied((line) => (BLANK.test(line) ? [] : [line])) },
  'a line of the context dropped': {
    chunks: ({ chunks, random }) =>
      chunks.map((chunk) => {
        // Without the very line beside a change, the reply would name another place.
        const isContext = (k: number) => (chunk.signed[k]?.[0] ?? ' ') === ' '
        const context = [...chunk.signed.keys()].filter((k) => [k - 1, k, k + 1].every(isContext))
        const gone = context[random(Math.max(1, context.length))]
        return fromSigned(
          chunk,
          chunk.signed.filter((_, k) => k !== gone),
        )
      }),
  },
  'context cut to one line': {
    chunks: ({ chunks }) =>
      chunks.map((chunk) => {
        const first = chunk.signed.findIndex((line) => line[0] !== ' ')
        const last = chunk.signed.findLastIndex((line) => line[0] !== ' ')
        return fromSigned(chunk, chunk.signed.slice(Math.max(0, first - 1), last + 2))
      }),
  },
  'blocks reordered': {
    chunks: ({ chunks, random }) =>
      chunks
        .map((chunk) => ({ chunk, at: random(1000) }))
        .sort((a, b) => a.at - b.at)
        .map(({ chunk }) => chunk),
  },
  'a block sent twice': { chunks: ({ chunks, random }) => [...chunks, chunks[random(chunks.length)]!] },
  'reply with CRLF': { reply: (lines) => lines.map((line) => `${line}\r`) },
}

/** null: the format cannot carry this change or this disturbance, or the disturbance changes nothing in it. */
export async function disturb(
  change: RealChange,
  format: Format,
  name: string,
  random: Random,
): Promise<{ outcome: Outcome; reply: string; content: string | null } | null> {
  const disturbance = DISTURBANCES[name]!
  const before = shownLines(change.before)
  const after = shownLines(change.after)
  const lines = render(disturbance, format, { path: change.path, before, after }, random)
  if (lines === null) return null
  const reply = (disturbance.reply?.(lines, random) ?? lines).join('\n')
  const read = readReply(`Here is the change.\n\n${reply}\n`)
  if (read.kind !== 'patch') return { outcome: 'refused', reply, content: null }
  const result = await applyPatch(read.patch, (path) =>
    path === change.path ? { kind: 'text', text: change.before } : { kind: 'absent' },
  )
  if (!result.ok) return { outcome: 'refused', reply, content: null }
  const [first] = result.changes
  const right = result.changes.length === 1 && first!.path === change.path && first!.content === change.after
  return { outcome: right ? 'right' : 'wrong', reply, content: first?.content ?? null }
}

function render({ chunks: alter, whole, reply }: Disturbance, format: Format, file: FileDiff, random: Random) {
  const { path, before, after } = file
  if (before === null || after === null) return null
  if (format === 'whole') {
    const shown = whole?.({ before, after, chunks: [], random })
    if (whole === undefined && alter !== undefined) return null
    return renderFile('whole', { path, before, after: shown ?? after })
  }
  if (reply !== undefined && format !== 'diff' && alter === undefined && !reply(['x'], random)[0]!.endsWith('\r'))
    return null
  const chunks = chunksOf(before, diffLines(before, after))
  if (chunks.some(({ search }) => search.every((line) => BLANK.test(line)))) return null
  const altered = alter?.({ chunks, before, after, random }) ?? chunks
  if (alter !== undefined && JSON.stringify(altered) === JSON.stringify(chunks)) return null
  return format === 'blocks' ? renderBlocks(path, altered) : renderHunks(format, path, altered)
}
