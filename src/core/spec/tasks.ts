import type { List, ListItem, Nodes } from 'mdast'
import { type Annotation, annotate, writtenIn } from './annotations.ts'
import { type Box, boxOf, type OddBox, STATUS, strayBoxes } from './boxes.ts'
import { type HeadingTask, headingTasks, phasesOf } from './heading-tasks.ts'
import { type LabelName, readLabel } from './labels.ts'
import {
  addLines,
  columnOf,
  type Doc,
  endOf,
  type Line,
  lineOf,
  linesOf,
  MAX_DEPTH,
  paragraphs,
  squeeze,
  startOf,
} from './markdown.ts'
import type { Phase, Task } from './spec.ts'
import { nameTasks } from './task-ids.ts'
import { type IdStyle, idStyleOf, readTitle, startsWithId } from './titles.ts'
import { commandOf, splitGlobs, taskKind, testWish } from './wishes.ts'

/** A task as it stands in the file. What it links to is filled in by `connectTasks`. */
export interface RawTask {
  task: Task
  annotations: Annotation[]
  /** All lines of the task without those of its sub-tasks, the title's first. */
  lines: Line[]
  /** Its number as written, where an earlier task has it already. */
  repeats: string | null
}

export interface TasksFile {
  tasks: RawTask[]
  phases: Phase[]
  odd: OddBox[]
}

interface Read extends RawTask {
  number: string | null
  /** Place of the task around it by indentation among those read from boxes; null where none is. */
  outer: number | null
}

/** Tasks of tasks.md in file order. */
export function readTasks(doc: Doc): TasksFile {
  const { boxes, odd } = findBoxes(doc)
  const style = idStyleOf(boxes.map(({ box }) => firstWords(doc, box)))
  const items = new Set(boxes.map(({ item }) => item))
  const read = boxes.map((one) => readTask(doc, one, items, style))
  const lines = read.map(({ task }) => task.line)
  const headed = headingTasks(doc, lines).map((task) => readHeading(doc, task))
  const all = withHeaded(read, headed)
  const { phases, phaseOf } = phasesOf(
    doc,
    all.map(({ task }) => task.line),
  )
  const named = nameTasks(all)
  for (let at = 0; at < all.length; at++) {
    const { task } = all[at]!
    const { id, parent, repeats } = named[at]!
    task.id = id
    task.parent = parent
    task.phase = phaseOf(task.line)
    all[at]!.repeats = repeats
  }
  const known = new Set(lines)
  for (const { line } of odd) known.add(line)
  return { tasks: all, phases, odd: [...odd, ...strayBoxes(doc, known)] }
}

/** In file order. Places of tasks around others are those in the whole. */
function withHeaded(read: Read[], headed: readonly Read[]): Read[] {
  if (headed.length === 0) return read
  const all = [...read, ...headed].sort((a, b) => a.task.line - b.task.line)
  const places = new Map(all.map((one, at) => [one, at]))
  for (const one of read) if (one.outer !== null) one.outer = places.get(read[one.outer]!)!
  return all
}

/** A list item with a box. */
interface Boxed {
  item: ListItem
  box: Box
  /** Place of the one around it among all; null where none is. */
  outer: number | null
}

/** In reading order, through lists in items but not through quotes. */
function findBoxes(doc: Doc): { boxes: Boxed[]; odd: OddBox[] } {
  const boxes: Boxed[] = []
  const odd: OddBox[] = []
  const visit = (list: List, outer: number | null, depth: number): void => {
    if (depth > MAX_DEPTH) return
    for (let position = 0; position < list.children.length; position++) {
      const item = list.children[position]!
      const box = boxOf(doc, item)
      let around = outer
      if (box !== null && STATUS[box.mark] !== undefined) {
        if (list.ordered === true) box.number = (list.start ?? 1) + position
        around = boxes.length
        boxes.push({ item, box, outer })
      } else if (box !== null && looksLikeBox(doc, item, box)) {
        const line = lineAt(doc, item, box.offset)
        odd.push({ line, column: columnOf(doc, line, box.offset), mark: box.mark, why: 'mark' })
      }
      for (let at = 0; at < item.children.length; at++) {
        const child = item.children[at]!
        if (child.type === 'list') visit(child, around, depth + 1)
      }
    }
  }
  for (const node of doc.root.children) if (node.type === 'list') visit(node, null, 0)
  return { boxes, odd }
}

/** `[P] tasks can run in parallel` is a legend; `[?] 3. title` is a task with a mark that nobody knows. */
function looksLikeBox(doc: Doc, item: ListItem, box: Box): boolean {
  const after = doc.body.slice(box.offset + box.mark.length + 1, endOf(item)).trimStart()
  return startsWithId(after) || (box.mark !== '' && !/[\p{L}\p{N}]/u.test(box.mark))
}

const FIRST_WORDS = /\\?\*?[^\S\r\n]+[*_~]*([^\r\n]{0,78})/y

/** The words behind the box, as far as an id could reach. */
function firstWords(doc: Doc, box: Box): string {
  FIRST_WORDS.lastIndex = box.offset + 2
  return FIRST_WORDS.exec(doc.body)?.[1] ?? ''
}

const LAST_LABEL = /\s(?:_([^_]+)_|\*\*([^*]+)\*\*)$/
const LINKS = new Set<LabelName>(['requirements', 'validates', 'depends', 'boundary'])

function withoutBox(text: string): string {
  // The brackets are part of the text where GitHub's syntax does not know the mark.
  return text.startsWith('[ ] ') ? text.slice(4) : text.replace(/^\[.?\]\\?\*?(?:\s+|$)/u, '')
}

function readTask(doc: Doc, { item, box, outer }: Boxed, tasks: ReadonlySet<ListItem>, style: IdStyle): Read {
  let below: ListItem | null = null
  const content = paragraphs(item.children, (inner) => {
    const isTask = tasks.has(inner)
    if (isTask) below ??= inner
    return isTask
  })
  const lines: Line[] = []
  if (content.length > 0) addLines(doc, content[0]!, lines)
  const titleEnd = lines.length < 2 ? -1 : lines.findIndex((line, at) => at > 0 && readLabel(line.text) !== null)
  const titleLines = titleEnd < 0 ? [...lines] : lines.slice(0, titleEnd)
  const annotations: Annotation[] = []
  const words = withoutLabel(joined(titleLines), titleLines.at(-1), annotations)
  const title = readTitle(withoutBox(words), outer !== null, style)
  const struck = content.length > 0 && titleLines.some(({ raw }) => raw.includes('~')) && isStruck(content[0]!)
  if (titleEnd >= 0) annotate(lines, titleEnd, annotations)
  for (let at = 1; at < content.length; at++) {
    const from = lines.length
    addLines(doc, content[at]!, lines)
    annotate(lines, from, annotations)
  }
  const counted = outer === null && box.number !== undefined ? String(box.number) : null
  const task = newTask(title.title, STATUS[box.mark]!, lineAt(doc, item, box.offset), annotations)
  task.boxOffset = box.offset + doc.shift
  task.optional = box.starred || title.optional
  task.parallel = title.parallel
  task.story = title.story
  task.struck = struck
  task.text = ownText(doc, item, below)
  return { task, annotations, lines, repeats: null, number: title.number ?? counted, outer }
}

function readHeading(doc: Doc, { heading, number, title, status, paragraphs, text }: HeadingTask): Read {
  const blocks = paragraphs.map((paragraph) => linesOf(doc, paragraph))
  const annotations: Annotation[] = []
  for (const block of blocks) annotate(block, 0, annotations)
  const task = newTask(title, status, lineOf(heading), annotations)
  task.struck = isStruck(heading)
  task.text = text
  return {
    task,
    annotations,
    lines: [...linesOf(doc, heading), ...blocks.flat()],
    repeats: null,
    number,
    outer: null,
  }
}

/** The title without a label that ends its line: `- [ ] 1. Add a queue _Requirements: 1.1_`. */
function withoutLabel(title: string, line: Line | undefined, found: Annotation[]): string {
  const written = line === undefined || !/[_*]$/.test(line.raw) ? null : LAST_LABEL.exec(line.raw)
  const label = written === null ? null : readLabel(written[1] ?? written[2] ?? '')
  if (line === undefined || label === null || !LINKS.has(label.name)) return title
  const at = title.lastIndexOf(written![1] ?? written![2]!)
  if (at < 0) return title
  found.push({ ...label, line: { ...line, text: title.slice(at) } })
  return title.slice(0, at).trimEnd()
}

function joined(lines: readonly Line[]): string {
  return lines.length === 1 ? lines[0]!.text : squeeze(lines.map((line) => line.text).join(' '))
}

/** What `connectTasks` replaces. */
const NONE: never[] = []

/** A task with what its annotations ask for; its place and its links are still to come. */
function newTask(title: string, status: Task['status'], line: number, annotations: readonly Annotation[]): Task {
  const task: Task = {
    id: '',
    title,
    status,
    line,
    boxOffset: null,
    parent: null,
    optional: false,
    parallel: false,
    story: null,
    phase: null,
    struck: false,
    boundary: [],
    blocked: null,
    kind: taskKind(title, status, annotations),
    class: null,
    depends: NONE,
    requirements: NONE,
    unresolved: NONE,
    properties: NONE,
    statements: [],
    test: null,
    verify: null,
    allows: [],
    text: '',
  }
  for (const annotation of annotations) annotated(task, annotation)
  const tests = annotations.filter(({ name }) => name === 'test')
  if (tests.length > 0) task.test = testWish(tests.map((one) => ({ value: one.value, raw: writtenIn(one) })))
  return task
}

/** Of what may stand once, the first line counts; of commands, the first that is one. */
function annotated(task: Task, annotation: Annotation): void {
  const { name, value, line } = annotation
  switch (name) {
    case 'boundary':
      task.boundary.push(...value.split(/[,、，;]\s*/).filter((part) => part !== ''))
      break
    case 'blocked':
      task.blocked ??= value
      break
    case 'class':
      task.class ??= value
      break
    case 'property':
      task.statements.push(value)
      break
    case 'verify':
      task.verify ??= commandOf(line.raw, writtenIn(annotation))
      break
    case 'allows':
      task.allows.push(...splitGlobs(writtenIn(annotation)))
      break
    case 'dir':
      task.dir ??= writtenIn(annotation)
      break
  }
}

/** The line of the box: the item's own, or the next where the bullet stands alone above it. */
function lineAt(doc: Doc, item: ListItem, offset: number): number {
  const line = lineOf(item)
  return (doc.starts[line] ?? Number.POSITIVE_INFINITY) <= offset ? line + 1 : line
}

/** The first words of the line are struck through: `- [ ] ~~1. Old~~ (dropped)`. */
function isStruck(node: Nodes): boolean {
  if (!('children' in node)) return false
  const first = node.children.find((child) => child.type !== 'text' || !/^\s*(?:\[.?\])?[\s\d.*]*$/.test(child.value))
  if (first?.type === 'strong' || first?.type === 'emphasis') return isStruck(first)
  return first?.type === 'delete'
}

/** The item as written, up to its first sub-task. */
function ownText(doc: Doc, item: ListItem, below: ListItem | null): string {
  return doc.body.slice(startOf(item), below === null ? endOf(item) : startOf(below)).trimEnd()
}
