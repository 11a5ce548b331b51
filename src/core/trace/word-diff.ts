/** A stretch of two texts: in both, only in the older, or only in the newer one. */
export interface Piece {
  kind: 'same' | 'removed' | 'added'
  text: string
}

const WORD = /\s+|[\p{L}\p{N}_]+(?:[.,:'’-][\p{L}\p{N}_]+)*|./gsu
/** Cells of the table of common words; past that, everything between the equal ends counts as replaced. */
const MOST_CELLS = 4_000_000

/**
 * What changed from one text to another, word by word; runs of white space count as one space. `same` and `removed` pieces make up
 * the older text, `same` and `added` ones the newer.
 */
export function wordDiff(was: string, is: string): Piece[] {
  const [a, b] = [wordsOf(was), wordsOf(is)]
  const shorter = Math.min(a.length, b.length)
  let head = 0
  while (head < shorter && a[head] === b[head]) head++
  let tail = 0
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  const same = (words: string[]): Piece => ({ kind: 'same', text: words.join('') })
  return joined([same(a.slice(0, head)), ...middle, same(a.slice(a.length - tail))])
}

function wordsOf(text: string): string[] {
  return text.replace(/\s+/g, ' ').trim().match(WORD) ?? []
}

function between(a: readonly string[], b: readonly string[]): Piece[] {
  const columns = b.length + 1
  if ((a.length + 1) * columns > MOST_CELLS)
    return [
      { kind: 'removed', text: a.join('') },
      { kind: 'added', text: b.join('') },
    ]
  // common[i][j]: words that a from i on and b from j on have in common, in order.
  const common = new Uint32Array((a.length + 1) * columns)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * columns + j] =
        a[i] === b[j]
          ? common[(i + 1) * columns + j + 1]! + 1
          : Math.max(common[(i + 1) * columns + j]!, common[i * columns + j + 1]!)
  const pieces: Piece[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ kind: 'same', text: a[i]! })
      i++
      j++
    } else if (j === b.length || (i < a.length && common[(i + 1) * columns + j]! >= common[i * columns + j + 1]!)) {
      pieces.push({ kind: 'removed', text: a[i++]! })
    } else pieces.push({ kind: 'added', text: b[j++]! })
  }
  return pieces
}

/** Neighbours of one kind as one piece. A space that stands alone between changes belongs to them, so that words stay together. */
function joined(pieces: readonly Piece[]): Piece[] {
  const runs: { same: string; removed: string; added: string }[] = [{ same: '', removed: '', added: '' }]
  for (const [at, { kind, text }] of pieces.entries()) {
    if (text === '') continue
    const run = runs.at(-1)!
    const changed = run.removed !== '' || run.added !== ''
    if (kind !== 'same') run[kind] += text
    else if (!changed) run.same += text
    else if (text === ' ' && pieces[at + 1] !== undefined && pieces[at + 1]!.kind !== 'same') {
      run.removed += text
      run.added += text
    } else runs.push({ same: text, removed: '', added: '' })
  }
  return runs.flatMap(({ same, removed, added }) =>
    [
      { kind: 'same' as const, text: same },
      { kind: 'removed' as const, text: removed },
      { kind: 'added' as const, text: added },
    ].filter(({ text }) => text !== ''),
  )
}
