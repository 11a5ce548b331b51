import { linesWith, type OddBox } from '../boxes.ts'
import { type Doc, isFenced } from '../markdown.ts'
import type { Diagnostic, Severity } from '../spec.ts'
import { startsWithId } from '../titles.ts'
import { inCycles } from './cycles.ts'
import { type Code, problem, type Reading, tasksPath } from './report.ts'

/** Rules for the form of tasks.md: what cannot be run, and what looks like a task and was not read as one. */
export function lintTasks(reading: Reading): Diagnostic[] {
  const { spec, tasksFile, tasksDoc } = reading
  const file = tasksPath(reading)
  const found: Diagnostic[] = []
  const add = (line: number, code: Code, severity: Severity, message: string, suggestion: string) =>
    found.push(problem({ file, line }, code, severity, message, suggestion))
  for (const { id, title, line, boxOffset, status } of spec.tasks) {
    if (title === '' && status !== 'done')
      add(line, 'task-without-text', 'error', `Task ${id} has no text.`, 'Say in one line what is to be built.')
    if (boxOffset === null && status !== 'done') {
      const message = `Task ${id} is a heading without a checkbox, so it can be neither run nor ticked.`
      add(line, 'task-without-checkbox', 'warning', message, `Write it as \`- [ ] ${id}. ${title}\`.`)
    }
  }
  for (const { id, line } of inCycles(spec.tasks)) {
    const message = `Task ${id} waits for itself through its dependencies.`
    add(line, 'dependency-cycle', 'error', message, 'Take one of the `Depends:` links out.')
  }
  for (const box of tasksFile.odd) found.push(oddBox(file, box))
  if (tasksDoc !== null) found.push(...lookAlikes(tasksDoc, reading))
  return found
}

function oddBox(file: string, { why, mark, line, column }: OddBox): Diagnostic {
  const at = (severity: Severity, message: string, suggestion: string) =>
    problem(
      { file, line, column },
      why === 'mark' ? 'unknown-status' : 'checkbox-in-text',
      severity,
      message,
      suggestion,
    )
  const shift = 'Indent it by two spaces below its parent.'
  switch (why) {
    case 'text':
      return at('warning', 'This checkbox stands where Markdown reads it as text of the line above.', shift)
    case 'code':
      return at('warning', 'This checkbox is indented so far that Markdown reads it as code.', shift)
    case 'quote':
      return at('info', 'This checkbox stands in a quote and is not read as a task.', 'Move it out, if it is one.')
    case 'comment':
      return at('info', 'This checkbox stands in HTML and is not read as a task.', 'Move it out, if it is one.')
    case 'mark': {
      const suggestion = 'Use `[ ]` open, `[x]` done, `[~]` in progress or `[!]` blocked.'
      return at('warning', `"[${mark}]" is no known mark; the line is not read as a task.`, suggestion)
    }
  }
}

const BULLET = String.raw`(?:[-*+•–—·‣○●]|\d{1,9}[.)])`
/** Boxes that are no Markdown: no space beside them, no bullet, two characters or none in them, other brackets. */
const ALIKE: [RegExp, string][] = [
  [
    new RegExp(String.raw`^[ \t]*${BULLET}\[[ xX~!-]?\][ \t]*(?=\S)`),
    'There is no space between the bullet and its box.',
  ],
  [new RegExp(String.raw`^[ \t]*${BULLET}[ \t]+\[[ xX~!-]\](?=[^\s*\\(\[:])`), 'There is no space behind the box.'],
  [
    new RegExp(String.raw`^[ \t]*${BULLET}[ \t]+\[(?:[ ]{2,3}|[ ][xX]|[xX][ ]|[ ][xX][ ])\](?=\s)`),
    'The box holds more than one character.',
  ],
  [new RegExp(String.raw`^[ \t]*${BULLET}[ \t]+\[\](?=\s)`), 'The box is empty.'],
  [
    new RegExp(
      String.raw`^[ \t]*${BULLET}[ \t]+(?:［[ 　xX]?］|【[ 　xX]?】|\([ xX]\)|\{[ xX]\}|\\\[[ xX]\\?\])(?=\s)`,
    ),
    'These brackets make no box.',
  ],
  [
    new RegExp(String.raw`^[ \t]*(?:${BULLET}[ \t]+)?[☐☑☒□■✅⬜✔](?:\uFE0F)?[ \t]+(?=\S)`, 'u'),
    'This sign is no checkbox of Markdown.',
  ],
  [/^[ \t]*[•–—·‣○●][ \t]+\[[ xX~!-]\](?=\s)/, 'This bullet is none of Markdown.'],
  [/^[ \t]*\[[ xX]?\][ \t]+(?=\S)/, 'There is no bullet in front of the box.'],
]
const MAYBE = /[[［【({☐☑☒□■✅⬜✔]/g
/** The same, and what code fences are made of. */
const MAYBE_FENCED = /[[［【({☐☑☒□■✅⬜✔`~]/g

/** Lines outside code fences that somebody meant as a task and Markdown reads as something else. */
function lookAlikes(doc: Doc, { spec, tasksFile, source }: Reading): Diagnostic[] {
  const known = new Set([...spec.tasks.map(({ line }) => line), ...tasksFile.odd.map(({ line }) => line)])
  const found: Diagnostic[] = []
  let fence: string | null = null
  for (const index of linesWith(doc, isFenced(doc) ? MAYBE_FENCED : MAYBE)) {
    const text = doc.lines[index]!
    const mark = /^[ \t>]*(`{3,}|~{3,})/.exec(text)?.[1]
    if (mark !== undefined) {
      if (fence === null) fence = mark
      else if (mark.startsWith(fence) && /^[ \t>]*[`~]+[ \t]*$/.test(text)) fence = null
      continue
    }
    if (fence !== null || known.has(index + 1)) continue
    const hit = ALIKE.find(([pattern]) => pattern.test(text))
    if (hit === undefined) continue
    const rest = text.slice(hit[0].exec(text)![0].length).trimStart()
    const sign = /^(?:This sign|These brackets)/.test(hit[1])
    // A tick or a bracket in front of prose is a decoration; with an id behind it, it is a task.
    const sure = startsWithId(rest)
    if (sign && !sure) continue
    const id = sure ? rest : rest.slice(0, 60)
    const place = { file: doc.file, line: index + 1, column: text.search(MAYBE) + 1 }
    const message = `This looks like a task and is not read as one. ${hit[1]}`
    const suggestion = `Write it as \`- [ ] ${id.slice(0, 60).trim()}\`.`
    found.push(
      problem(
        place,
        'looks-like-a-task',
        sure && !source.dir.includes('/archive/') ? 'error' : 'warning',
        message,
        suggestion,
      ),
    )
  }
  return found
}
