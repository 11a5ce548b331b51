const indentOf = (line: string) => line.length - line.trimStart().length

/** The name of a test alone, as it stands in its code: without its suites, and the case of a parameter. */
export function testName(id: string): string {
  return (id.split(' > ').at(-1) ?? id).replace(/\[.*\]$/, '')
}

/**
 * The lines of a test file that define the test of this id (`suite > name`): from the line that holds its name to the one that closes
 * it, by indentation. The whole file where no line holds the name.
 */
export function testSource(text: string, id: string): string {
  const name = testName(id)
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.includes(name))
  if (name === '' || start < 0) return text
  // The name may stand on a line of its own, below the call that it belongs to.
  const from = start > 0 && /[([,]\s*$/.test(lines[start - 1]!) ? start - 1 : start
  const indent = indentOf(lines[from]!)
  const after = lines.findIndex((line, at) => at > start && line.trim() !== '' && indentOf(line) <= indent)
  if (after < 0) return lines.slice(from).join('\n').trimEnd()
  const closes = /^\s*[)\]}]/.test(lines[after]!)
  return lines
    .slice(from, closes ? after + 1 : after)
    .join('\n')
    .trimEnd()
}
