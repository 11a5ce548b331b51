/** Up to so many comparisons a longest common subsequence is looked for; beyond, lines that stand once lead the way. */
const MAX_COMPARISONS = 250_000

/** For each line of `after` the line of `before` that it continues, or -1; in rising order. */
export function alignLines(before: readonly string[], after: readonly string[]): number[] {
  const partner = new Array<number>(after.length).fill(-1)
  const open = [{ i: 0, iEnd: before.length, j: 0, jEnd: after.length }]
  for (let gap = open.pop(); gap !== undefined; gap = open.pop()) {
    let { i, iEnd, j, jEnd } = gap
    while (i < iEnd && j < jEnd && before[i] === after[j]) partner[j++] = i++
    while (i < iEnd && j < jEnd && before[iEnd - 1] === after[jEnd - 1]) partner[--jEnd] = --iEnd
    if (i === iEnd || j === jEnd) continue
    if ((iEnd - i) * (jEnd - j) <= MAX_COMPARISONS) alignShort(before, after, { i, iEnd, j, jEnd }, partner)
    else open.push(...gapsBetween(before, after, { i, iEnd, j, jEnd }, partner))
  }
  return partner
}

interface Gap {
  i: number
  iEnd: number
  j: number
  jEnd: number
}

/** A longest common subsequence. */
function alignShort(before: readonly string[], after: readonly string[], gap: Gap, partner: number[]): void {
  const { i: top, iEnd, j: left, jEnd } = gap
  const rows = iEnd - top
  const columns = jEnd - left
  const width = columns + 1
  const lengths = commonLengths(before.slice(top, iEnd), after.slice(left, jEnd))
  let i = 0
  let j = 0
  while (i < rows && j < columns) {
    if (before[top + i] === after[left + j]) partner[left + j++] = top + i++
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++
    else j++
  }
}

/** Joins the lines that stand once on both sides, as many as are in the same order, and gives what lies between them. */
function gapsBetween(before: readonly string[], after: readonly string[], gap: Gap, partner: number[]): Gap[] {
  const left = onceIn(before, gap.i, gap.iEnd)
  const right = onceIn(after, gap.j, gap.jEnd)
  const pairs = [...right].flatMap(([text, j]) => {
    const i = left.get(text) ?? -1
    return i < 0 || j < 0 ? [] : [{ i, j }]
  })
  const gaps: Gap[] = []
  let { i, j } = gap
  for (const pair of longestRising(pairs)) {
    partner[pair.j] = pair.i
    gaps.push({ i, iEnd: pair.i, j, jEnd: pair.j })
    i = pair.i + 1
    j = pair.j + 1
  }
  // Without a single pair nothing can be told apart: the lines stay unaligned.
  return gaps.length === 0 ? [] : [...gaps, { i, iEnd: gap.iEnd, j, jEnd: gap.jEnd }]
}

/** Index of each line, -1 where it stands more than once. */
function onceIn(lines: readonly string[], from: number, to: number): Map<string, number> {
  const at = new Map<string, number>()
  for (let k = from; k < to; k++) at.set(lines[k]!, at.has(lines[k]!) ? -1 : k)
  return at
}

/** The longest part of `pairs` (in order of `j`) whose `i` rise, found with piles as in patience sorting. */
function longestRising(pairs: readonly { i: number; j: number }[]): { i: number; j: number }[] {
  const tops: number[] = []
  const previous = new Array<number>(pairs.length).fill(-1)
  for (const [k, { i }] of pairs.entries()) {
    let low = 0
    let high = tops.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (pairs[tops[middle]!]!.i < i) low = middle + 1
      else high = middle
    }
    previous[k] = tops[low - 1] ?? -1
    tops[low] = k
  }
  const rising: { i: number; j: number }[] = []
  for (let k = tops.at(-1) ?? -1; k >= 0; k = previous[k]!) rising.push(pairs[k]!)
  return rising.reverse()
}

/** Length of the longest common subsequence of the rests from (i, j) on, at `i * (after.length + 1) + j`. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j
      lengths[at] =
        before[i] === after[j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!)
    }
  }
  return lengths
}
