import { PLAIN, PROPERTY } from '../design.ts'
import { groupsOf } from '../links.ts'
import { lineOf, linesOf, paragraphs, plain } from '../markdown.ts'
import type { RequirementKind } from '../requirement.ts'
import type { Diagnostic, Property, Task } from '../spec.ts'
import { designPath, few, namedProperties, problem, type Reading, tasksPath } from './report.ts'

/** Rules for what must be linked: requirements to tasks, properties to requirements and tests. */
export function lintTrace(reading: Reading): Diagnostic[] {
  return [...untasked(reading), ...unread(reading), ...unvalidated(reading), ...untested(reading)]
}

interface Cited {
  /** Ids that tasks name. */
  ids: Set<string>
  /** Ids that have a named one below them. */
  above: Set<string>
}

function citedBy(ids: Iterable<string>): Cited {
  const cited: Cited = { ids: new Set(ids), above: new Set() }
  for (const id of cited.ids)
    for (let at = id.indexOf('.'); at > 0; at = id.indexOf('.', at + 1)) cited.above.add(id.slice(0, at))
  return cited
}

function requirementsOf(tasks: readonly Task[]): string[] {
  const found: string[] = []
  for (const { requirements } of tasks) for (const id of requirements) found.push(id)
  return found
}

/** An id is cited where it, one above it or one below it is. */
function cites({ ids, above }: Cited, id: string): boolean {
  return above.has(id) || ids.has(id) || groupsOf(id).some((group) => ids.has(group))
}

/** Requirements that no task names. Where an author links none of a kind (no success criteria, no stories), that is no oversight. */
function untasked(reading: Reading): Diagnostic[] {
  const { spec } = reading
  if (spec.tasks.length === 0 || spec.requirements.length === 0) return []
  const own = new Map(spec.properties.map(({ n, validates }) => [n, validates]))
  const direct = requirementsOf(spec.tasks)
  // "Phase 3: User Story 1 (US1)" is said of all tasks below it.
  const stories = spec.phases.flatMap(({ title }) => title.match(/\bUS\d+\b/g) ?? [])
  const named = namedProperties(spec.tasks)
  const cited = citedBy([...direct, ...stories, ...[...named].flatMap((n) => own.get(n) ?? [])])
  const reached = spec.requirements.filter(({ id }) => cites(cited, id))
  // One property that a task happens to name is no habit of linking.
  if (direct.length === 0 && reached.length * 2 < spec.requirements.length) {
    if (spec.dialect === 'openspec') return []
    const place = { file: tasksPath(reading), line: spec.tasks[0]!.line }
    const message = 'No task names a requirement, so no task is judged by one.'
    const suggestion = 'Add `Validates: Requirement 1.1` lines to the tasks.'
    return [problem(place, 'requirement-without-task', 'info', message, suggestion)]
  }
  const linked = new Set<RequirementKind>(reached.map(({ kind }) => kind))
  return spec.requirements.flatMap(({ id, kind, change, line, file, criteria }) => {
    if (!linked.has(kind) || change === 'removed' || change === 'renamed' || kind === 'defect') return []
    if (!cites(cited, id)) {
      const suggestion = `Add \`Validates: Requirement ${id}\` to the task that builds it.`
      const message = `No task cites requirement ${id}.`
      return [problem({ file, line }, 'requirement-without-task', 'warning', message, suggestion)]
    }
    const left = criteria.filter((one) => one.kind === 'statement' && !cites(cited, one.id))
    if (left.length === 0) return []
    const ids = few(left.map((one) => one.id))
    const message = `No task cites ${ids}, though tasks cite the rest of requirement ${id}.`
    const suggestion = `Add \`Validates: ${left[0]!.id}\` to the task that builds it.`
    return [problem({ file, line: left[0]!.line }, 'criterion-without-task', 'info', message, suggestion)]
  })
}

/** Paragraphs of design.md that open like a property, whose number no property has. */
function unread(reading: Reading): Diagnostic[] {
  const file = designPath(reading)
  const doc = reading.docs.find((one) => one.file === file)
  if (doc === undefined) return []
  // Not those that were numbered by their place, for want of a number of their own.
  const known = new Set(
    reading.spec.properties.flatMap(({ n, line }) => (doc.lines[line - 1]?.includes(String(n)) ? [n] : [])),
  )
  return paragraphs(doc.root.children).flatMap((paragraph) => {
    const [lead] = paragraph.children
    const bold = lead?.type === 'strong' ? PROPERTY.exec(plain(lead)) : null
    const match = bold ?? PLAIN.exec(linesOf(doc, paragraph)[0]?.text ?? '')
    if (match === null || known.has(Number(match[1]))) return []
    const message = `Property ${match[1]} is not read here: the properties of this file have another form.`
    const suggestion = `Give it a heading of its own: \`### Property ${match[1]}: title\`.`
    return [problem({ file, line: lineOf(paragraph) }, 'property-not-read', 'warning', message, suggestion)]
  })
}

function unvalidated(reading: Reading): Diagnostic[] {
  const file = designPath(reading)
  return reading.spec.properties.flatMap(({ n, line, validates }) => {
    if (validates.length > 0) return []
    const suggestion = 'Add `**Validates: Requirements 1.1**` below it.'
    const message = `Property ${n} validates no requirement.`
    return [problem({ file, line }, 'property-without-validates', 'warning', message, suggestion)]
  })
}

/** Properties that come into no task's slice, or that no task names where the others are named. */
function untested(reading: Reading): Diagnostic[] {
  const { tasks, properties, layers } = reading.spec
  if (tasks.length === 0 || properties.length === 0) return []
  const named = namedProperties(tasks)
  for (const { property } of layers) named.add(property)
  const habit = properties.filter(({ n }) => named.has(n)).length * 2 >= properties.length
  if (!habit || properties.every(({ n }) => named.has(n))) return []
  const cited = citedBy(requirementsOf(tasks))
  const linked = (property: Property) => property.validates.some((id) => cites(cited, id))
  return properties.flatMap((property) => {
    const { n, line } = property
    // What no task cites is told at the requirement, and what validates nothing at the property.
    if (named.has(n)) return []
    const severity = linked(property) ? 'info' : 'warning'
    const message = linked(property)
      ? `No task names property ${n}; it comes into tests only through what it validates.`
      : `No task tests property ${n}.`
    const suggestion = `Name it in a task: \`Property ${n}\`, with a \`Test:\` line.`
    return [problem({ file: designPath(reading), line }, 'property-without-test', severity, message, suggestion)]
  })
}
