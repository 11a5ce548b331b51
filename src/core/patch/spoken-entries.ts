import { closesFence, type Fence, openingFence } from './reply-source.ts'

export interface Entry {
  match: RegExpExecArray
  /** What follows the keyword: the rest of its line, and the lines below up to a blank one or the next entry. */
  words: string
}

/**
 * Lines `KEYWORD ...: words` among lines that stand in no fence. `keyword` matches the whole line; its last group is what
 * follows. Marks of lists, headings and emphasis around the keyword are allowed; a quoted line (`>`) says nothing.
 */
export function spokenEntries(spoken: readonly string[], keyword: RegExp): Entry[] {
  const entries: Entry[] = []
  const plain = spoken.map((line) => line.replace(/^(?:[ \t]*(?:[-*+#]+|\d+[.)])[ \t]+)?[ \t]*[*_`]{0,3}/, ''))
  for (const [at, line] of plain.entries()) {
    const match = /^[ \t]*>/.test(spoken[at] ?? '') ? null : keyword.exec(line)
    if (match === null) continue
    const rest = match.at(-1) ?? ''
    const marks = /^[\s*_`]*[:–—-]?[\s*_`]*/.exec(rest)![0]
    // What follows may begin with a span of code.
    const code = /(?<![`*_])`$/.test(marks) && !/`/.test(spoken[at]!.slice(0, -rest.length)) ? '`' : ''
    const first = code + rest.slice(marks.length)
    const following: string[] = []
    for (let next = at + 1; next < plain.length; next++) {
      const below = spoken[next] ?? ''
      if (below.trim() === '' || /^[ \t]*>/.test(below) || openingFence(below, next) || keyword.test(plain[next] ?? ''))
        break
      following.push(below.trim())
    }
    entries.push({ match, words: [first.trim(), ...following].join(' ').trim() })
  }
  return entries
}

/** Lines that stand in no fence; one that is never closed reaches to the end. */
export function outsideFences(lines: readonly string[]): string[] {
  let fence: Fence | null = null
  return lines.filter((line, at) => {
    if (fence !== null) {
      if (closesFence(line, fence)) fence = null
      return false
    }
    fence = openingFence(line, at)
    return fence === null
  })
}
