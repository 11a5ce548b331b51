import { hasText, linkedTo } from '../slice.ts'
import type { DesignSection, Diagnostic } from '../spec.ts'
import { few, problem, type Reading } from './report.ts'

/**
 * Sections of the design that no task links to, as prompts are filled: what they say reaches no model. Headings without text and
 * decision records and test plans are left alone, and so is a spec in which nothing is open.
 */
export function lintSections(reading: Reading): Diagnostic[] {
  const { spec } = reading
  if (spec.archived || spec.tasks.every(({ status, struck }) => status === 'done' || struck)) return []
  const reached = new Set(linkedTo(spec, spec.tasks).sections)
  const said = spec.sections.filter(hasText)
  const aside = new Set([...recordsOf(spec), ...loneProperties(spec)])
  const left = said.filter((section) => !reached.has(section) && !aside.has(section))
  if (left.length === 0) return []
  const habit = left.length === said.length && left.length > FEW
  // Other dialects have no line that links a section: what their prompts lack is worth a word, and no slip.
  const severity = spec.dialect === 'specproof' ? 'warning' : 'info'
  if (left.length === 1 || (spec.dialect === 'specproof' && !habit))
    return left.map((section) => problem(section, 'section-without-task', severity, ...alone(section, reading)))
  return [problem(left[0]!, 'section-without-task', severity, ...together(left, said.length, reading))]
}

/** So many sections that reach nothing are told one by one, also where none reaches anything. */
const FEW = 3

/** Decisions, and where properties are tested: they are for readers. */
function recordsOf({ sections, decisions, layers }: Reading['spec']): DesignSection[] {
  const records = new Set(decisions.map(({ section }) => section))
  const plans = sectionsAt(
    sections,
    layers.map(({ line }) => line),
  )
  return [...plans, ...sections.filter(({ path }) => records.has(path))]
}

/** Those that hold a property which validates nothing: that is told of the property. */
function loneProperties({ sections, properties }: Reading['spec']): DesignSection[] {
  const lone = properties.filter(({ validates }) => validates.length === 0)
  return sectionsAt(
    sections,
    lone.map(({ line }) => line),
  )
}

/** The sections, which are in order of line, that these lines stand in. */
function sectionsAt(sections: readonly DesignSection[], lines: readonly number[]): DesignSection[] {
  const rows = lines.toSorted((one, other) => one - other)
  let at = 0
  return sections.filter((section, n) => {
    const end = sections[n + 1]?.line ?? Number.POSITIVE_INFINITY
    const before = at
    while (at < rows.length && rows[at]! < end) at++
    return rows.slice(before, at).some((row) => row >= section.line)
  })
}

function alone({ title, validates }: DesignSection, reading: Reading): [message: string, suggestion: string] {
  const name = `Section "${short(title)}" reaches no task`
  const [first] = validates
  if (first !== undefined)
    return [`${name}: no task names ${few(validates)}.`, `Add \`Validates: ${first}\` to the task that it is for.`]
  return [`${name}, so no prompt has it.`, `Add ${linkFor(reading, 'below its heading')}, or say it in the task.`]
}

function together(
  left: readonly DesignSection[],
  all: number,
  reading: Reading,
): [message: string, suggestion: string] {
  const which =
    left.length === all
      ? `None of the ${all} sections of the design reaches`
      : `${left.length} of ${all} sections of the design do not reach`
  const names = few(
    left.map(({ title }) => short(title)),
    4,
  )
  const where = 'below the heading of each that a task needs'
  return [`${which} a task, so no prompt has ${names}.`, `Add ${linkFor(reading, where)}.`]
}

function short(title: string): string {
  return title.length > 60 ? `${title.slice(0, 59)}…` : title
}

/** The line that links a section, with an id that a task names, and where it belongs. */
function linkFor({ spec }: Reading, where: string): string {
  const cited = spec.tasks.find(({ requirements }) => requirements.length > 0)?.requirements[0]
  const first = spec.requirements.find(({ criteria }) => criteria.length > 0)
  const id = cited ?? first?.criteria[0]?.id ?? spec.requirements[0]?.id ?? '1.1'
  return `\`Validates: Requirements ${id}\` ${where}${cited === undefined ? ' and to the task that it is for' : ''}`
}
