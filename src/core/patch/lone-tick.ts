const TICK = /(?<!`)`(?!`)/g

/** How many single backticks stand in it: each begins or ends a span of code. */
export function ticksIn(text: string): number {
  return text.match(TICK)?.length ?? 0
}

/** The text without a backtick whose span of code it holds half of. `inside`: it begins within such a span. */
export function withoutLoneTick(text: string, inside = false): string {
  const [first] = text.matchAll(TICK)
  const begun = inside && first ? without(text, first.index) : text
  const last = [...begun.matchAll(TICK)].at(-1)
  return ticksIn(begun) % 2 === 1 && last ? without(begun, last.index) : begun
}

function without(text: string, at: number): string {
  return text.slice(0, at) + text.slice(at + 1)
}
