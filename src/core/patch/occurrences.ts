/**
 * Every place where `pattern` stands in `text`, overlapping ones too, as 0-based indexes in rising order. Knuth, Morris and
 * Pratt's search: the number of comparisons is linear, also in texts that repeat themselves. `alike` must be an equivalence.
 * An empty pattern stands nowhere.
 */
export function occurrences(
  patternLength: number,
  textLength: number,
  /** Whether place `i` of the pattern is like place `j` of the pattern. */
  alikeInPattern: (i: number, j: number) => boolean,
  /** Whether place `i` of the pattern is like place `at` of the text. */
  alike: (i: number, at: number) => boolean,
): number[] {
  if (patternLength === 0 || patternLength > textLength) return []
  const border = bordersOf(patternLength, alikeInPattern)
  const found: number[] = []
  let matched = 0
  for (let at = 0; at < textLength; at++) {
    while (matched > 0 && !alike(matched, at)) matched = border[matched - 1]!
    if (alike(matched, at)) matched++
    if (matched < patternLength) continue
    found.push(at - patternLength + 1)
    matched = border[matched - 1]!
  }
  return found
}

/** For each beginning of the pattern the length of its longest proper end that is also its beginning. */
function bordersOf(length: number, alike: (i: number, j: number) => boolean): Int32Array {
  const border = new Int32Array(length + 1)
  let matched = 0
  for (let k = 1; k < length; k++) {
    while (matched > 0 && !alike(matched, k)) matched = border[matched - 1]!
    if (alike(matched, k)) matched++
    border[k] = matched
  }
  return border
}

/** {@link occurrences} of lines in lines. After a full match `pattern[matched]` is beyond its end and like nothing. */
export function lineOccurrences(pattern: readonly string[], text: readonly string[]): number[] {
  return occurrences(
    pattern.length,
    text.length,
    (i, j) => pattern[i] === pattern[j],
    (i, at) => pattern[i] === text[at],
  )
}
