import { type Dependencies, ownDependencies, phaseDependencies, readWaves, taskTargets, waveOrder } from './depends.ts'
import type { Design, LinkLine, Unlinked } from './design.ts'
import { formOf, nearest, type Reference, type Resolved, references, resolve, type Targets, unique } from './links.ts'
import type { Doc, Line } from './markdown.ts'
import type { DesignSection, Diagnostic, Property, ProtocolEntry, Task } from './spec.ts'
import type { RawTask, TasksFile } from './tasks.ts'
import { matchesOf, wordsOf } from './words.ts'

/** Gives properties and sections the ids that they validate. Reports what names nothing. */
export function connectDesign(doc: Doc, design: Design, targets: Targets) {
  const diagnostics: Diagnostic[] = []
  const ids = <T>(part: Unlinked<T>): string[] => {
    const found = part.links.map((link) => resolve(link.references, targets).ids)
    return [...new Set(found.flat())]
  }
  const suggest = suggester(targets.ids)
  // Each line is reported once, from its section; properties read the same lines again.
  for (const section of design.sections)
    for (const link of section.links) diagnostics.push(...reportLinks(doc, link, targets, suggest))
  const properties = design.properties.map(({ links, ...rest }): Property => ({ ...rest, validates: ids({ links }) }))
  const sections = design.sections.map(({ links, ...rest }): DesignSection => ({ ...rest, validates: ids({ links }) }))
  const protocol = design.protocol.map(({ links, ...rest }): ProtocolEntry => ({ ...rest, validates: ids({ links }) }))
  return { properties, sections, protocol, diagnostics }
}

function reportLinks(doc: Doc, link: LinkLine, targets: Targets, suggest: Suggest): Diagnostic[] {
  return resolve(link.references, targets).missing.flatMap((one) => report(doc, link.line, one, targets, suggest))
}

export interface TaskLinks {
  tasks: Task[]
  diagnostics: Diagnostic[]
}

/** Fills in the requirements, properties and dependencies of tasks. Reports what names nothing. */
export function connectTasks(
  doc: Doc,
  { tasks: raw, phases }: Pick<TasksFile, 'tasks' | 'phases'>,
  targets: Targets,
  properties: readonly Property[],
): TaskLinks {
  const diagnostics: Diagnostic[] = []
  const suggest = suggester(targets.ids)
  const names = raw.map(({ task }) => task.id)
  const targetTasks = taskTargets(names)
  const suggestTask = suggester(names)
  const waves = readWaves(doc)
  const order = waves === null ? null : waveOrder(waves, raw)
  for (const { line, ...rest } of order?.problems ?? [])
    diagnostics.push({ file: doc.file, line, column: 1, code: 'wave-graph', severity: 'warning', ...rest })
  const texts = propertyTexts(properties)
  const inPhases = phaseDependencies(phases, raw, targetTasks)
  for (const one of raw) {
    const { task } = one
    const own = ownDependencies(one, targetTasks)
    const before = order?.before.get(task.id) ?? inPhases.get(task.id) ?? NONE
    task.depends = own.ids.length === 0 ? before : unique([...own.ids, ...before])
    const wanted = linksOf(one, targets)
    for (const { line, resolved } of wanted)
      for (const reference of resolved.missing) diagnostics.push(...report(doc, line, reference, targets, suggest))
    for (const { line, reference } of own.missing) diagnostics.push(missingTask(doc, line, reference, suggestTask))
    task.requirements = namedBy(wanted, 'ids', storyOf(task.story, targets))
    task.unresolved = unresolved(wanted, own.missing)
    task.properties = namedBy(wanted, 'properties', statedBy(task, texts))
  }
  return { tasks: raw.map(({ task }) => task), diagnostics }
}

const NONE: never[] = []

/** What the lines of a task name, each once, and what it means besides. */
function namedBy<Part extends 'ids' | 'properties'>(
  wanted: readonly Linked[],
  part: Part,
  besides: Resolved[Part],
): Resolved[Part] {
  // Most tasks have one such line, and what it names is unique already.
  if (besides.length === 0 && wanted.length < 2) return wanted[0]?.resolved[part] ?? besides
  const found: (string | number)[] = []
  for (const { resolved } of wanted) found.push(...resolved[part])
  found.push(...besides)
  return unique(found) as Resolved[Part]
}

function unresolved(wanted: readonly Linked[], missing: Dependencies['missing']): string[] {
  if (missing.length === 0 && wanted.every(({ resolved }) => resolved.missing.length === 0)) return NONE
  const found: string[] = []
  for (const { resolved } of wanted) for (const { written } of resolved.missing) found.push(written)
  for (const { reference } of missing) found.push(reference.written)
  return unique(found)
}

/** Numbers of the properties that a task states in its own words. */
function statedBy({ statements }: Task, texts: ReadonlyMap<string, number[]>): number[] {
  return statements.length === 0 ? NONE : statements.flatMap((statement) => texts.get(wordsOf(statement)) ?? [])
}

/** What may name something in a line without a label: a requirement, or a property. */
const MENTION = /propert|[A-Z]-\d|[(（]Req/i

/** What the label lines and the words of a task name, line by line. */
function linksOf({ annotations, lines }: RawTask, targets: Targets): Linked[] {
  const found: Linked[] = []
  for (const { name, value, line } of annotations)
    if (name === 'requirements' || name === 'validates')
      found.push({ line, resolved: resolve(references(value), targets) })
  for (const line of lines) {
    if (!MENTION.test(line.text)) continue
    propertyMentions(line, targets, found)
    if (!annotations.some((one) => one.line.line === line.line)) idMentions(line, targets, found)
  }
  return found
}

interface Linked {
  line: Line
  resolved: Resolved
}

/** The requirement that a `[US1]` mark stands for, where user stories are requirements. */
function storyOf(story: string | null, { places }: Targets): string[] {
  if (story === null) return NONE
  return [story, `US-${story.slice(2)}`].filter((id) => places.has(id)).slice(0, 1)
}

const PROPERTIES =
  /\bpropert(?:y|ies)\s+\d+(?:(?:\s*,\s*|\s*(?:and|&)\s*|\s*[-–]\s*)(?:property\s+)?\d+)*(?![\d.]*\d|\w)/gi

/** `Property 2` anywhere in a task. Only a line that starts with it must name one that exists: elsewhere it may be prose. */
function propertyMentions(line: Line, targets: Targets, found: Linked[]): void {
  for (const match of matchesOf(PROPERTIES, line.text)) {
    const resolved = resolve(references(match[0]), targets)
    const must = match.index === 0 && targets.properties.length > 0
    found.push({ line, resolved: must ? resolved : { ...resolved, missing: [] } })
  }
}

/**
 * `FR-007` or `(Req 3)` in the words of a task, where a requirement has that id: no label is needed, and none is missed. An
 * id that is formed like those of this spec and that none has is reported: `FR-999` beside `FR-001`.
 */
function idMentions(line: Line, { places, forms }: Targets, found: Linked[]): void {
  const { text } = line
  if (!/[A-Z]-\d|[(（]Req/i.test(text)) return
  const resolved: Resolved = { ids: [], properties: [], missing: [] }
  for (const [id] of text.matchAll(/(?<![\w-])[A-Z]{1,6}-\d+[a-z]?(?:[.-]\w+)*/g)) {
    if (places.has(id)) resolved.ids.push(id)
    else if (forms.has(formOf(id))) resolved.missing.push({ kind: 'id', written: id, id })
  }
  for (const [, id] of text.matchAll(/[(（]Req(?:uirement)?\.?\s+(\d+(?:\.\d+)*)[)）]/gi))
    if (places.has(id!)) resolved.ids.push(id!)
  if (resolved.ids.length + resolved.missing.length > 0) found.push({ line, resolved })
}

/** Numbers of properties by their title and by their text. */
function propertyTexts(properties: readonly Property[]): Map<string, number[]> {
  const texts = new Map<string, number[]>()
  for (const { n, title, text } of properties)
    for (const key of new Set([wordsOf(title), wordsOf(text)]))
      if (key !== '') texts.set(key, [...(texts.get(key) ?? []), n])
  return texts
}

type Suggest = (id: string) => string | null

// Looking for the nearest id goes through all of them: a file of nothing but broken links must not take for ever.
const MOST_SUGGESTIONS = 100

function suggester(ids: readonly string[]): Suggest {
  const known = new Map<string, string | null>()
  return (id) => {
    if (!known.has(id)) known.set(id, known.size < MOST_SUGGESTIONS ? nearest(id, ids) : null)
    return known.get(id) ?? null
  }
}

function at(
  doc: Doc,
  line: Line,
  written: string,
  problem: Pick<Diagnostic, 'code' | 'severity' | 'message' | 'suggestion'>,
): Diagnostic {
  // Not the `1` of `11` or of `3.1`.
  const exact = new RegExp(`(?<![\\w.])${written.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?!\\.?\\w)`)
  // A wrapped list of ids goes on in the lines below.
  for (let step = 0; step < 12; step++) {
    const whole = doc.lines[line.line - 1 + step]
    if (whole === undefined) break
    const from = step === 0 ? Math.min(line.column - 1, whole.length) : 0
    const rest = whole.slice(from)
    const found = exact.exec(rest)?.index ?? rest.indexOf(written)
    if (found >= 0) return { file: doc.file, line: line.line + step, column: from + found + 1, ...problem }
  }
  return { file: doc.file, line: line.line, column: line.column, ...problem }
}

function report(doc: Doc, line: Line, reference: Reference, targets: Targets, suggest: Suggest): Diagnostic[] {
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
    const suggestion = `Write ids from ${targets.where}, such as \`Requirements: 1.1, 1.2\`, or leave the line out.`
    return [at(doc, line, written, { code: 'unknown-reference', severity: 'warning', message, suggestion })]
  }
  const id = reference.kind === 'range' ? reference.from : reference.id
  const what = reference.kind === 'range' ? `The range ${written}` : `Requirement ${id}`
  return [at(doc, line, written, broken(`${what} does not exist in ${targets.where}.`, suggest(id)))]
}

function broken(
  message: string,
  near: string | null,
): Pick<Diagnostic, 'code' | 'severity' | 'message' | 'suggestion'> {
  const suggestion =
    near === null ? 'Add it, or take the link out.' : `Write ${near} (the nearest that exists), or add the missing one.`
  return { code: 'broken-link', severity: 'error', message, suggestion }
}

function missingTask(doc: Doc, line: Line, reference: Reference, suggest: Suggest): Diagnostic {
  if (reference.kind === 'id') {
    return at(
      doc,
      line,
      reference.written,
      broken(`Task ${reference.id} does not exist in tasks.md.`, suggest(reference.id)),
    )
  }
  return at(doc, line, reference.written, {
    code: 'unknown-reference',
    severity: 'warning',
    message: `"${reference.written}" names no task of this file.`,
    suggestion: 'Write task ids, such as `Depends: 1, 2.1`.',
  })
}
