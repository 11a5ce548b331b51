/** ` Did you mean "limits"?` where one of the known names is near, else nothing: to be put behind a message. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === null ? '' : ` Did you mean "${near}"?`
}

/** The known name that takes the fewest slips of the hand to become this word; null where a third of it would be slips. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase()
  let best: { name: string; slips: number } | null = null
  for (const name of known) {
    if (name === word || Math.abs(name.length - word.length) > MOST) continue
    const slips = distance(wanted, name.toLowerCase())
    if (
      slips <= Math.min(MOST, Math.floor(Math.max(word.length, name.length) / 3)) &&
      slips < (best?.slips ?? MOST + 1)
    )
      best = { name, slips }
  }
  return best?.name ?? null
}

const MOST = 3
/** Names of people are short; what is longer is no slip and would take long to compare. */
const LONGEST = 100

/** Letters that are missing, too many, wrong, or changed places with their neighbour. */
function distance(one: string, other: string): number {
  if (one.length > LONGEST || other.length > LONGEST) return MOST + 1
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const ways = [
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (same ? 0 : 1),
        ...(swapped ? [before[j - 2]! + 1] : []),
      ]
      next.push(Math.min(...ways))
    }
    before = row
    row = next
  }
  return row[other.length]!
}
