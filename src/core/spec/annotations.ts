import { type Label, rawValue, readLabel } from './labels.ts'
import { type Line, squeeze } from './markdown.ts'

/** A label of a task with its place in the file. */
export interface Annotation extends Label {
  line: Line
  /** The value as written, for globs and commands. */
  raw: string
}

/** Values that are lists of ids: the next line continues them only where they are visibly unfinished. */
const ID_LISTS = new Set(['requirements', 'validates', 'depends', 'class', 'boundary'])

/** Adds the labels of a block, each with the lines that go on with it. */
export function annotate(lines: readonly Line[], found: Annotation[]): void {
  let last: Annotation | null = null
  for (const line of lines) {
    const label = readLabel(line.text)
    if (label !== null) {
      last = { name: label.name, value: label.value, line, raw: rawValue(line.raw) }
      found.push(last)
    } else if (last !== null && continues(last, line)) {
      last.value = squeeze(`${last.value} ${line.text}`)
      // A wrapped command or glob list was cut inside its emphasis or backticks: read it again as a whole.
      last.raw = rawValue(`${last.line.raw} ${line.raw}`)
      last.line = { ...last.line, raw: `${last.line.raw} ${line.raw}` }
    } else last = null
  }
}

function continues(last: Annotation, line: Line): boolean {
  if (!ID_LISTS.has(last.name)) return true
  return last.value === '' || /[,、，;&–-]$|\band$/i.test(last.value) || /^[\d.,\s–-]+$/.test(line.text)
}
