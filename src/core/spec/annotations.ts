import { type Label, rawValue, readLabel } from './labels.ts'
import { type Line, squeeze } from './markdown.ts'

/** A label of a task with its place in the file. */
export interface Annotation extends Label {
  line: Line
}

/** The value as written, for globs and commands. */
export function writtenIn({ line }: Annotation): string {
  return rawValue(line.raw)
}

/** Values that are lists of ids: the next line continues them only where they are visibly unfinished. */
const ID_LISTS = new Set(['requirements', 'validates', 'depends', 'class', 'boundary'])

/** Adds the labels of a block, which is the lines from `from` on, each with the lines that go on with it. */
export function annotate(lines: readonly Line[], from: number, found: Annotation[]): void {
  let open: Annotation | null = null
  let more: Line[] | null = null
  /** What its value ends with so far. */
  let end = ''
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!
    const label = readLabel(line.text)
    if (label === null && open !== null && continues(open, end, line)) {
      more ??= []
      more.push(line)
      if (line.text !== '') end = line.text
      continue
    }
    if (open !== null && more !== null) extend(open, more)
    open = label === null ? null : { name: label.name, value: label.value, line }
    if (open !== null) found.push(open)
    more = null
    end = label?.value ?? ''
  }
  if (open !== null && more !== null) extend(open, more)
}

function continues({ name }: Annotation, end: string, line: Line): boolean {
  if (!ID_LISTS.has(name)) return true
  return end === '' || /[,、，;&–-]$|\band$/i.test(end) || /^[\d.,\s–-]+$/.test(line.text)
}

function extend(one: Annotation, more: readonly Line[]): void {
  one.value = squeeze([one.value, ...more.map(({ text }) => text)].join(' '))
  // A wrapped command or glob list was cut inside its emphasis or backticks: read it again as a whole.
  one.line = { ...one.line, raw: [one.line, ...more].map((line) => line.raw).join(' ') }
}
