import type { ListItem } from 'mdast'
import { type Label, rawValue, readLabel } from './labels.ts'
import {
  columnOf,
  type Doc,
  endOf,
  type Line,
  lineOf,
  linesOf,
  listItems,
  paragraphs,
  sourceOf,
  squeeze,
  startOf,
} from './markdown.ts'
import type { TaskKind, TaskStatus, TestWish } from './spec.ts'
import { splitGlobs, taskKind, testWish } from './wishes.ts'

/** A label of a task with its place in the file. */
export interface Annotation extends Label {
  line: Line
  /** The value as written, for globs and commands. */
  raw: string
}

/** A task as it stands in the file, before its links are resolved. */
export interface RawTask {
  id: string
  title: string
  status: TaskStatus
  line: number
  boxOffset: number
  parent: string | null
  optional: boolean
  kind: TaskKind
  class: string | null
  statements: string[]
  test: TestWish | null
  verify: string | null
  allows: string[]
  text: string
  annotations: Annotation[]
  /** All lines of the task without those of its sub-tasks, the title's first. */
  lines: Line[]
}

/** A list item that has brackets like a checkbox, but no known mark in them. */
export interface OddBox {
  line: number
  column: number
  mark: string
}

const STATUS: Record<string, TaskStatus> = {
  ' ': 'open',
  x: 'done',
  X: 'done',
  '~': 'doing',
  '-': 'doing',
  '!': 'blocked',
}
const BOX = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]*(?:\r\n|\r|\n)?[ \t]*\[(.?)\](\\?\*)?(?=[ \t\r\n]|$)/su
const NUMBER = /^(?:Task\s+)?(\d+(?:\.\d+)+[a-z]?|\d+(?=[.):：]))(\*)?(?:[.):：](?=\s|$)|(?=\s|$))\s*/i
/** Values that are lists of ids: the next line continues them only where they are visibly unfinished. */
const ID_LISTS = new Set(['requirements', 'validates', 'depends', 'class'])

interface Box {
  mark: string
  offset: number
  starred: boolean
}

function boxOf(doc: Doc, item: ListItem): Box | null {
  const first = item.children[0]
  if (first !== undefined && first.type !== 'paragraph') return null
  const match = BOX.exec(doc.body.slice(startOf(item), endOf(item)))
  if (match === null) return null
  const inner = match[0].lastIndexOf(']') - match[1]!.length
  return { mark: match[1]!, offset: startOf(item) + inner, starred: match[2] !== undefined }
}

/** Tasks of tasks.md in file order. */
export function readTasks(doc: Doc): { tasks: RawTask[]; odd: OddBox[] } {
  const boxes = new Map<ListItem, Box>()
  const odd: OddBox[] = []
  const items = listItems(doc.root)
  for (const { item } of items) {
    const box = boxOf(doc, item)
    if (box === null) continue
    if (STATUS[box.mark] !== undefined) boxes.set(item, box)
    else if (looksLikeBox(doc, item, box))
      odd.push({ line: lineOf(item), column: columnOf(doc, lineOf(item), box.offset), mark: box.mark })
  }
  const found = items.flatMap(({ item, around }) => {
    const box = boxes.get(item)
    if (box === undefined) return []
    const outer = around.findLast((one) => boxes.has(one)) ?? null
    return [{ item, outer, read: readTask(doc, item, box, outer !== null, (one) => boxes.has(one)) }]
  })
  return { tasks: withIds(found), odd }
}

/** `[P] tasks can run in parallel` is a legend; `[?] 3. title` is a task with a mark that nobody knows. */
function looksLikeBox(doc: Doc, item: ListItem, box: Box): boolean {
  const after = doc.body.slice(box.offset + box.mark.length + 1, endOf(item)).trimStart()
  return NUMBER.test(after) || (box.mark !== '' && !/[\p{L}\p{N}]/u.test(box.mark))
}

type Read = Omit<RawTask, 'id' | 'parent'> & { number: string | null }

function withIds(found: { item: ListItem; outer: ListItem | null; read: Read }[]): RawTask[] {
  const numbers = new Set(found.map(({ read }) => read.number))
  const ids = new Map<ListItem, string>()
  const positions = new Map<string | null, number>()
  return found.map(({ item, outer, read }) => {
    const { number, ...rest } = read
    const parent = parentNumber(number, numbers) ?? (outer === null ? null : (ids.get(outer) ?? null))
    const position = (positions.get(parent) ?? 0) + 1
    positions.set(parent, position)
    const id = number ?? `${parent ?? ''}/${position}`
    ids.set(item, id)
    return { ...rest, id, parent }
  })
}

/** Number before indentation: many specs write `1.1` flush left below `1`. */
function parentNumber(number: string | null, numbers: ReadonlySet<string | null>): string | null {
  for (let at = number?.lastIndexOf('.') ?? -1; at > 0; at = number!.lastIndexOf('.', at - 1)) {
    const prefix = number!.slice(0, at)
    if (numbers.has(prefix)) return prefix
  }
  return null
}

function readTask(doc: Doc, item: ListItem, box: Box, nested: boolean, isTask: (item: ListItem) => boolean): Read {
  const [head, ...rest] = paragraphs(item.children, isTask)
  const headLines = head === undefined ? [] : linesOf(doc, head)
  const lines = [...headLines, ...rest.flatMap((paragraph) => linesOf(doc, paragraph))]
  const titleEnd = headLines.findIndex((line, index) => index > 0 && readLabel(line.text) !== null)
  const titleLines = titleEnd < 0 ? headLines : headLines.slice(0, titleEnd)
  const below = [titleEnd < 0 ? [] : headLines.slice(titleEnd), ...rest.map((paragraph) => linesOf(doc, paragraph))]
  const annotations = below.flatMap(annotationsOf)
  const { number, title, starred } = readTitle(squeeze(titleLines.map((line) => line.text).join(' ')), nested)
  const values = (name: string) => annotations.filter((one) => one.name === name)
  const verify = values('verify')[0]
  return {
    number,
    title,
    status: STATUS[box.mark]!,
    line: lineAt(doc, item, box.offset),
    boxOffset: box.offset + doc.shift,
    optional: box.starred || starred || /\(optional\)/i.test(title),
    kind: taskKind(title, STATUS[box.mark]!, annotations),
    class: values('class')[0]?.value ?? null,
    statements: values('property').map((one) => one.value),
    test: testWish(values('test').map(({ value, raw }) => ({ value, raw }))),
    verify: verify === undefined || verify.raw === '' ? null : verify.raw,
    allows: values('allows').flatMap(({ raw }) => splitGlobs(raw)),
    text: ownText(doc, item, isTask),
    annotations,
    lines,
  }
}

/** The line of the box: the item's own, or the next where the bullet stands alone above it. */
function lineAt(doc: Doc, item: ListItem, offset: number): number {
  const line = lineOf(item)
  return (doc.starts[line] ?? Number.POSITIVE_INFINITY) <= offset ? line + 1 : line
}

function readTitle(text: string, nested: boolean): { number: string | null; title: string; starred: boolean } {
  // The brackets are part of the text where GitHub's syntax does not know the mark.
  const bare = text.replace(/^\[.?\]\*?(?:\s+|$)/u, '')
  const match = NUMBER.exec(bare)
  if (match !== null) return { number: match[1]!, title: bare.slice(match[0].length), starred: match[2] !== undefined }
  // "3 Add a queue": a number without a dot; below a task it is more likely a count ("3 workers started").
  const loose = nested ? null : /^(\d+)\s+(?=\S)/.exec(bare)
  return { number: loose?.[1] ?? null, title: loose === null ? bare : bare.slice(loose[0].length), starred: false }
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
