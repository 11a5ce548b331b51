import type { Design, LinkLine, Unlinked } from './design.ts'
import { nearest, type Reference, type Resolved, references, resolve, type Targets } from './links.ts'
import type { Doc, Line } from './markdown.ts'
import type { DesignSection, Diagnostic, Property, Task } from './spec.ts'
import type { RawTask } from './tasks.ts'

/** Gives properties and sections the ids that they validate. Reports what names nothing. */
export function connectDesign(doc: Doc, design: Design, targets: Targets) {
  const diagnostics: Diagnostic[] = []
  const ids = <T>(part: Unlinked<T>): string[] => {
    const found = part.links.map((link) => resolve(link.references, targets).ids)
    return [...new Set(found.flat())]
  }
  // Each line is reported once, from its section; properties read the same lines again.
  for (const section of design.sections)
    for (const link of section.links) diagnostics.push(...reportLinks(doc, link, targets))
  const properties = design.properties.map(({ links, ...rest }): Property => ({ ...rest, validates: ids({ links }) }))
  const sections = design.sections.map(({ links, ...rest }): DesignSection => ({ ...rest, validates: ids({ links }) }))
  return { properties, sections, diagnostics }
}

function reportLinks(doc: Doc, link: LinkLine, targets: Targets): Diagnostic[] {
  return resolve(link.references, targets).missing.flatMap((one) => report(doc, link.line, one, targets))
}

/** Gives tasks their requirements, properties and dependencies. Reports what names nothing. */
export function connectTasks(doc: Doc, raw: readonly RawTask[], targets: Targets, properties: readonly Property[]) {
  const diagnostics: Diagnostic[] = []
  const taskIds = raw.map((task) => task.id)
  const tasks = raw.map((one): Task => {
    const { annotations, lines, ...task } = one
    const wanted: { line: Line; resolved: Resolved }[] = []
    for (const { name, value, line } of annotations) {
      if (name === 'requirements' || name === 'validates')
        wanted.push({ line, resolved: resolve(references(value), targets) })
    }
    wanted.push(...lines.flatMap((line) => propertyMentions(line, targets)))
    const depends = dependenciesOf(one, taskIds)
    for (const { line, resolved } of wanted) {
      for (const reference of resolved.missing) diagnostics.push(...report(doc, line, reference, targets))
    }
    diagnostics.push(...depends.missing.map(({ line, reference }) => missingTask(doc, line, reference, taskIds)))
    const missing = [
      ...wanted.flatMap(({ resolved }) => resolved.missing),
      ...depends.missing.map(({ reference }) => reference),
    ]
    return {
      ...task,
      depends: depends.ids,
      requirements: unique(wanted.flatMap(({ resolved }) => resolved.ids)),
      unresolved: unique(missing.map((reference) => reference.written)),
      properties: unique([
        ...wanted.flatMap(({ resolved }) => resolved.properties),
        ...sameText(one.statements, properties),
      ]),
    }
  })
  return { tasks, diagnostics }
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}

/** `Property 2` anywhere in a task. Only a line that starts with it must name one that exists: elsewhere it may be prose. */
function propertyMentions(line: Line, targets: Targets): { line: Line; resolved: Resolved }[] {
  const mention =
    /\bpropert(?:y|ies)\s+\d+(?:(?:\s*,\s*|\s*(?:and|&)\s*|\s*[-–]\s*)(?:property\s+)?\d+)*(?![\d.]*\d|\w)/gi
  return [...line.text.matchAll(mention)].map((match) => {
    const resolved = resolve(references(match[0]), targets)
    const must = match.index === 0 && targets.properties.length > 0
    return { line, resolved: { ...resolved, missing: must ? resolved.missing : [] } }
  })
}

function sameText(statements: readonly string[], properties: readonly Property[]): number[] {
  const key = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  return statements.flatMap((statement) =>
    properties
      .filter((one) => key(statement) !== '' && [one.text, one.title].some((text) => key(text) === key(statement)))
      .map(({ n }) => n),
  )
}

function dependenciesOf(task: RawTask, taskIds: readonly string[]) {
  const ids: string[] = []
  const missing: { line: Line; reference: Reference }[] = []
  for (const { name, value, line } of task.annotations) {
    if (name !== 'depends') continue
    const found = references(value.replace(/\btasks?\s+(?=\d)/gi, ''))
    const resolved = resolve(
      found.filter((reference) => reference.kind !== 'all'),
      { ids: taskIds, properties: [] },
    )
    ids.push(...resolved.ids)
    const lost = [...resolved.missing, ...found.filter((reference) => reference.kind === 'all')]
    missing.push(...lost.map((reference) => ({ line, reference })))
  }
  return { ids: unique(ids), missing }
}

function at(
  doc: Doc,
  line: Line,
  written: string,
  rest: Pick<Diagnostic, 'code' | 'severity' | 'message' | 'suggestion'>,
): Diagnostic {
  // Not the `1` of `11` or of `3.1`.
  const exact = new RegExp(`(?<![\\w.])${written.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?!\\.?\\w)`).exec(
    line.raw,
  )?.index
  const inLine = exact ?? line.raw.indexOf(written)
  return { file: doc.file, line: line.line, column: line.column + Math.max(0, inLine), ...rest }
}

function report(doc: Doc, line: Line, reference: Reference, targets: Targets): Diagnostic[] {
  const { written } = reference
  if (reference.kind === 'property') {
    const near = nearest(String(reference.n), targets.properties.map(String))
    return [
      at(
        doc,
        line,
        written,
        broken(`Property ${reference.n} does not exist in design.md.`, near === null ? null : `Property ${near}`),
      ),
    ]
  }
  // Without a single readable requirement every link would be "broken": that is one problem, reported once for the file.
  if (targets.ids.length === 0) return []
  if (
    reference.kind === 'text' ||
    reference.kind === 'all' ||
    (reference.kind === 'id' && /^[A-Z]+-/i.test(reference.id))
  ) {
    const message = `"${written}" names no numbered requirement.`
    const suggestion = 'Write ids from requirements.md, such as `Requirements: 1.1, 1.2`, or leave the line out.'
    return [at(doc, line, written, { code: 'unknown-reference', severity: 'warning', message, suggestion })]
  }
  const id = reference.kind === 'range' ? reference.from : reference.id
  const what = reference.kind === 'range' ? `The range ${written}` : `Requirement ${id}`
  return [at(doc, line, written, broken(`${what} does not exist in requirements.md.`, nearest(id, targets.ids)))]
}

function broken(
  message: string,
  near: string | null,
): Pick<Diagnostic, 'code' | 'severity' | 'message' | 'suggestion'> {
  const suggestion =
    near === null ? 'Add it, or take the link out.' : `Write ${near} (the nearest that exists), or add the missing one.`
  return { code: 'broken-link', severity: 'error', message, suggestion }
}

function missingTask(doc: Doc, line: Line, reference: Reference, taskIds: readonly string[]): Diagnostic {
  if (reference.kind === 'id') {
    return at(
      doc,
      line,
      reference.written,
      broken(`Task ${reference.id} does not exist in tasks.md.`, nearest(reference.id, taskIds)),
    )
  }
  return at(doc, line, reference.written, {
    code: 'unknown-reference',
    severity: 'warning',
    message: `"${reference.written}" names no task of this file.`,
    suggestion: 'Write task ids, such as `Depends: 1, 2.1`.',
  })
}
