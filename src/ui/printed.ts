import type { Line, Style } from './line.ts'

const SGR: Record<Style, [on: number, off: number]> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
}

/** One line as text, without trailing white space. */
export function printed(line: Line, color: boolean): string {
  const spans = line.spans.map((s, i) => (i === line.spans.length - 1 ? { ...s, text: s.text.trimEnd() } : s))
  const styled = spans.map(({ text, style }) => {
    if (!color || !style || text.trim() === '') return text
    const [on, off] = SGR[style]
    return `\x1b[${on}m${text}\x1b[${off}m`
  })
  return styled.join('').trimEnd()
}
