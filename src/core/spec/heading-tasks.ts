import type { Heading, Paragraph, Root } from 'mdast'
import { readLabel } from './labels.ts'
import { type Doc, endOf, lineOf, linesOf, paragraphs, plain, startOf } from './markdown.ts'
import { pattern } from './pattern.ts'
import type { Phase, TaskStatus } from './spec.ts'

/** `### Task 1.1: title` without a checkbox anywhere below it. */
export interface HeadingTask {
  heading: Heading
  number: string
  title: string
  status: TaskStatus
  paragraphs: Paragraph[]
  text: string
}

const HEADING = pattern(
  String.raw`^(?:task|任务|任務|タスク|задача|tarea)\s*#?(\d+(?:\.\d+)*[a-z]?|T\d+)\s*(?:[.:：)–—-]\s*|\s+|$)(.*)$`,
  'iu',
)
const DONE_MARK = pattern(
  String.raw`^(?:\[x\]|✅|☑|✔️?)\s*|\s*(?:\[x\]|✅|☑|✔️?|[(（](?:done|completed?|完了|完成|已完成)[)）])$`,
  'iu',
)
const DONE_LINE = pattern(
  String.raw`^(?:status|状态|ステータス|статус|estado)\s*[:：]\s*(?:✅\s*)?(?:done|completed?|完了|完成|已完成|готово)`,
  'iu',
)
const CHECKPOINT = pattern(String.raw`^(?:checkpoint|检查点|チェックポイント|контрольная точка)\s*[:：]\s*(.+)$`, 'iu')

interface Section {
  heading: Heading
  /** Index of the heading among the root's children, and of the first node behind its own part. */
  from: number
  /** Behind everything below it, sub-sections included. */
  end: number
}

function sectionsOf(root: Root): Section[] {
  const open: Section[] = []
  const all: Section[] = []
  root.children.forEach((node, index) => {
    if (node.type !== 'heading') return
    while (open.length > 0 && open.at(-1)!.heading.depth >= node.depth) open.pop()!.end = index
    const section = { heading: node, from: index, end: root.children.length }
    open.push(section)
    all.push(section)
  })
  return all
}

/** Headings that are tasks by themselves, because nothing below them has a checkbox. `boxes`: lines of checkboxes, ascending. */
export function headingTasks(doc: Doc, boxes: readonly number[]): HeadingTask[] {
  return sectionsOf(doc.root).flatMap(({ heading, from, end }) => {
    if (heading.depth < 2) return []
    const written = plain(heading)
    const match = HEADING.exec(written.replace(DONE_MARK.on(written), ''))
    if (match === null) return []
    const next = doc.root.children[end]
    const last = next === undefined ? Number.POSITIVE_INFINITY : lineOf(next)
    if (boxes.some((line) => line > lineOf(heading) && line < last)) return []
    const content = paragraphs(doc.root.children.slice(from + 1, end))
    const done = DONE_MARK.test(written) || content.some((one) => DONE_LINE.test(plain(one)))
    const stop = next === undefined ? doc.body.length : startOf(next)
    return [
      {
        heading,
        number: match[1]!,
        title: match[2]!.trim(),
        status: done ? 'done' : 'open',
        paragraphs: content,
        text: doc.body.slice(startOf(heading), Math.max(stop, endOf(heading))).trimEnd(),
      },
    ]
  })
}

/** Parts of tasks.md with a heading of their own that hold one of the tasks, and the phase of each task by its line. */
export function phasesOf(
  doc: Doc,
  taskLines: readonly number[],
): { phases: Phase[]; phaseOf(line: number): string | null } {
  const headings = doc.root.children.filter((node): node is Heading => node.type === 'heading' && node.depth > 1)
  const starts = headings.map(lineOf)
  const titles = headings.map(plain)
  const at = (line: number) => lastBelow(starts, line)
  const holding = new Set(taskLines.map(at))
  const phases = new Map<number, Phase>()
  for (const index of [...holding].sort((a, b) => a - b))
    if (index >= 0) phases.set(index, { title: titles[index]!, line: starts[index]!, checkpoint: null, depends: null })
  for (const node of doc.root.children) {
    if (node.type !== 'paragraph' || node.children[0]?.type !== 'strong') continue
    const phase = phases.get(at(lineOf(node)))
    if (phase === undefined) continue
    for (const { text } of linesOf(doc, node)) {
      phase.checkpoint ??= CHECKPOINT.exec(text)?.[1] ?? null
      const label = readLabel(text)
      if (label?.name === 'depends') phase.depends ??= label.value
    }
  }
  return { phases: [...phases.values()], phaseOf: (line) => titles[at(line)] ?? null }
}

/** Index of the last of ascending numbers that is not above `line`; -1 where none is. */
function lastBelow(ascending: readonly number[], line: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! <= line) low = middle + 1
    else high = middle
  }
  return low - 1
}
