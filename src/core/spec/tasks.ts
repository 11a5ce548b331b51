import type { ListItem, Nodes } from 'mdast'
import { type Box, boxOf, type OddBox, STATUS, strayBoxes } from './boxes.ts'
import { type HeadingTask, headingTasks, phasesOf } from './heading-tasks.ts'
import { type Label, rawValue, readLabel } from './labels.ts'
import {
  columnOf,
  type Doc,
  endOf,
  type Item,
  type Line,
  lineOf,
  linesOf,
  listItems,
  paragraphs,
  sourceOf,
  squeeze,
  startOf,
} from './markdown.ts'
import type { Phase, Task } from './spec.ts'
import { nameTasks } from './task-ids.ts'
import { type IdStyle, idStyleOf, readTitle, startsWithId } from './titles.ts'
import { commandOf, splitGlobs, taskKind, testWish } from './wishes.ts'

/** A label of a task with its place in the file. */
export interface Annotation extends Label {
  line: Line
  /** The value as written, for globs and commands. */
  raw: string
}

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

/** Values that are lists of ids: the next line continues them only where they are visibly unfinished. */
const ID_LISTS = new Set(['requirements', 'validates', 'depends', 'class', 'boundary'])

interface Read extends RawTask {
  number: string | null
  /** The item of the task, and of the task around it. */
  item: ListItem | null
  outer: ListItem | null
}

/** Tasks of tasks.md in file order. */
export function readTasks(doc: Doc): TasksFile {
  const items = listItems(doc.root)
  const { boxes, odd } = findBoxes(doc, items)
  const isTask = (item: ListItem) => boxes.has(item)
  const style = idStyleOf([...boxes.values()].map((box) => firstWords(doc, box)))
  const read: Read[] = []
  for (const { item, around } of items) {
    const box = boxes.get(item)
    if (box !== undefined) read.push(readTask(doc, item, box, around.findLast(isTask) ?? null, isTask, style))
  }
  const lines = read.map(({ task }) => task.line)
  const headed = headingTasks(doc, lines).map((task) => readHeading(doc, task))
  const all = headed.length === 0 ? read : [...read, ...headed].sort((a, b) => a.task.line - b.task.line)
  const { phases, phaseOf } = phasesOf(
    doc,
    all.map(({ task }) => task.line),
  )
  const at = new Map(all.map(({ item }, index) => [item, index]))
  const named = nameTasks(
    all.map(({ number, outer }) => ({ number, outer: outer === null ? null : (at.get(outer) ?? null) })),
  )
  all.forEach((one, index) => {
    const { id, parent, repeats } = named[index]!
    one.task.id = id
    one.task.parent = parent
    one.task.phase = phaseOf(one.task.line)
    one.repeats = repeats
  })
  const known = new Set([...lines, ...odd.map(({ line }) => line)])
  return { tasks: all, phases, odd: [...odd, ...strayBoxes(doc, known)] }
}

function findBoxes(doc: Doc, items: readonly Item[]): { boxes: Map<ListItem, Box>; odd: OddBox[] } {
  const boxes = new Map<ListItem, Box>()
  const odd: OddBox[] = []
  for (const { item, list, position } of items) {
    const box = boxOf(doc, item)
    if (box === null) continue
    if (STATUS[box.mark] !== undefined)
      boxes.set(item, list.ordered === true ? { ...box, number: (list.start ?? 1) + position } : box)
    else if (looksLikeBox(doc, item, box))
      odd.push({
        line: lineAt(doc, item, box.offset),
        column: columnOf(doc, lineAt(doc, item, box.offset), box.offset),
        mark: box.mark,
        why: 'mark',
      })
  }
  return { boxes, odd }
}

/** `[P] tasks can run in parallel` is a legend; `[?] 3. title` is a task with a mark that nobody knows. */
function looksLikeBox(doc: Doc, item: ListItem, box: Box): boolean {
  const after = doc.body.slice(box.offset + box.mark.length + 1, endOf(item)).trimStart()
  return startsWithId(after) || (box.mark !== '' && !/[\p{L}\p{N}]/u.test(box.mark))
}

/** The words behind the box, as far as an id could reach. */
function firstWords(doc: Doc, box: Box): string {
  const [line] = doc.body.slice(box.offset + 2, box.offset + 80).split(/[\r\n]/, 1)
  return line!.replace(/^\\?\*?\s+[*_~]*/, '')
}

function withoutBox(text: string): string {
  // The brackets are part of the text where GitHub's syntax does not know the mark.
  return text.replace(/^\[.?\]\\?\*?(?:\s+|$)/u, '')
}

function readTask(
  doc: Doc,
  item: ListItem,
  box: Box,
  outer: ListItem | null,
  isTask: (item: ListItem) => boolean,
  style: IdStyle,
): Read {
  const [head, ...rest] = paragraphs(item.children, isTask)
  const headLines = head === undefined ? [] : linesOf(doc, head)
  const titleEnd = headLines.findIndex((line, index) => index > 0 && readLabel(line.text) !== null)
  const titleLines = titleEnd < 0 ? headLines : headLines.slice(0, titleEnd)
  const below = rest.map((paragraph) => linesOf(doc, paragraph))
  const blocks = titleEnd < 0 ? below : [headLines.slice(titleEnd), ...below]
  const title = readTitle(withoutBox(squeeze(joined(titleLines))), outer !== null, style)
  const counted = outer === null && box.number !== undefined ? String(box.number) : null
  const annotations = blocks.length === 0 ? [] : blocks.flatMap(annotationsOf)
  const task = newTask(title.title, STATUS[box.mark]!, lineAt(doc, item, box.offset), annotations)
  task.boxOffset = box.offset + doc.shift
  task.optional = box.starred || title.optional
  task.parallel = title.parallel
  task.story = title.story
  task.struck = head !== undefined && isStruck(head)
  task.text = ownText(doc, item, isTask)
  const lines = [...headLines, ...(titleEnd < 0 ? blocks : blocks.slice(1)).flat()]
  return { task, annotations, lines, repeats: null, number: title.number ?? counted, item, outer }
}

function readHeading(doc: Doc, { heading, number, title, status, paragraphs, text }: HeadingTask): Read {
  const blocks = paragraphs.map((paragraph) => linesOf(doc, paragraph))
  const annotations = blocks.flatMap(annotationsOf)
  const task = newTask(title, status, lineOf(heading), annotations)
  task.struck = isStruck(heading)
  task.text = text
  return {
    task,
    annotations,
    lines: [...linesOf(doc, heading), ...blocks.flat()],
    repeats: null,
    number,
    item: null,
    outer: null,
  }
}

function joined(lines: readonly Line[]): string {
  return lines.length === 1 ? lines[0]!.text : lines.map((line) => line.text).join(' ')
}

/** A task with what its annotations ask for; its place and its links are still to come. */
function newTask(title: string, status: Task['status'], line: number, annotations: readonly Annotation[]): Task {
  const values = (name: string) => (annotations.length === 0 ? [] : annotations.filter((one) => one.name === name))
  const verify = values('verify').map(({ raw, line }) => commandOf(line.raw, raw))
  return {
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
    boundary: values('boundary').flatMap(({ value }) => value.split(/[,、，;]\s*/).filter((name) => name !== '')),
    blocked: values('blocked')[0]?.value ?? null,
    kind: taskKind(title, status, annotations),
    class: values('class')[0]?.value ?? null,
    depends: [],
    requirements: [],
    unresolved: [],
    properties: [],
    statements: values('property').map((one) => one.value),
    test: testWish(values('test').map(({ value, raw }) => ({ value, raw }))),
    verify: verify.find((command) => command !== null) ?? null,
    allows: values('allows').flatMap(({ raw }) => splitGlobs(raw)),
    text: '',
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

function annotationsOf(lines: readonly Line[]): Annotation[] {
  const found: Annotation[] = []
  let open = false
  for (const line of lines) {
    const label = readLabel(line.text)
    const last = found.at(-1)
    if (label !== null) {
      found.push({ ...label, line, raw: rawValue(line.raw) })
      open = true
    } else if (open && last !== undefined && continues(last, line)) {
      last.value = squeeze(`${last.value} ${line.text}`)
      // A wrapped command or glob list was cut inside its emphasis or backticks: read it again as a whole.
      last.raw = rawValue(`${last.line.raw} ${line.raw}`)
      last.line = { ...last.line, raw: `${last.line.raw} ${line.raw}` }
    } else {
      open = false
    }
  }
  return found
}

function continues(last: Annotation, line: Line): boolean {
  if (!ID_LISTS.has(last.name)) return true
  return last.value === '' || /[,、，;&–-]$|\band$/i.test(last.value) || /^[\d.,\s–-]+$/.test(line.text)
}

/** The item as written, up to its first sub-task. */
function ownText(doc: Doc, item: ListItem, isTask: (item: ListItem) => boolean): string {
  const source = sourceOf(doc, item)
  const firstBelow = firstSubTask(item, isTask)
  return (firstBelow === null ? source : source.slice(0, startOf(firstBelow) - startOf(item))).trimEnd()
}

function firstSubTask(item: ListItem, isTask: (item: ListItem) => boolean): ListItem | null {
  for (const child of item.children) {
    if (child.type !== 'list') continue
    for (const one of child.children) {
      const found = isTask(one) ? one : firstSubTask(one, isTask)
      if (found !== null) return found
    }
  }
  return null
}
