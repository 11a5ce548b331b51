/** A line of a file, its line ending kept apart. `eol` is '' only on a last line without one. */
export interface Line {
  text: string
  eol: '\n' | '\r\n' | ''
}

const BOM = '\uFEFF'

/** Splits off a byte order mark, which is part of the file and never of a line. */
export function splitBom(text: string): { bom: string; body: string } {
  return text.startsWith(BOM) ? { bom: BOM, body: text.slice(BOM.length) } : { bom: '', body: text }
}

/** Lines of a text; joining them again gives exactly the text. A final newline opens no further line. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = []
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    if (newline < 0) {
      lines.push({ text: text.slice(start), eol: '' })
      break
    }
    const crlf = newline > start && text[newline - 1] === '\r'
    lines.push({ text: text.slice(start, crlf ? newline - 1 : newline), eol: crlf ? '\r\n' : '\n' })
    start = newline + 1
  }
  return lines
}

export function joinLines(lines: readonly Line[]): string {
  return lines.map((line) => line.text + line.eol).join('')
}

export function textsOf(lines: readonly Line[]): string[] {
  return lines.map((line) => line.text)
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}

export function indentOf(text: string): string {
  return text.slice(0, text.length - text.trimStart().length)
}
