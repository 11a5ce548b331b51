import { sha256 } from '../hash.ts'
import { groupsOf } from './links.ts'
import type { Criterion, Requirement } from './requirement.ts'
import type { DesignSection, GlossaryTerm, Property, Spec, Task } from './spec.ts'

/** The criteria of one requirement that a task must meet. */
export interface SliceRequirement {
  id: string
  title: string
  story: string | null
  criteria: Criterion[]
}

/** A task and everything it links to. */
export interface Slice {
  task: Task
  requirements: SliceRequirement[]
  properties: Property[]
  sections: DesignSection[]
  glossary: GlossaryTerm[]
  /** The task's own `Property:` lines. */
  statements: string[]
}

/** The slice of one task. Throws where the spec has no such task: callers choose from `spec.tasks`. */
export function sliceOf(spec: Spec, taskId: string): Slice {
  const task = spec.tasks.find((one) => one.id === taskId)
  if (task === undefined) throw new Error(`Spec ${spec.id} has no task ${taskId}`)
  const { requirements, properties, sections } = linkedTo(spec, [task])
  const texts = [
    task.text,
    ...requirements.flatMap((one) => [one.title, one.story ?? '', ...one.criteria.map((criterion) => criterion.text)]),
    ...properties.flatMap((property) => [property.title, property.text]),
    ...sections.map((section) => section.text),
  ]
  return {
    task,
    requirements,
    properties,
    sections,
    glossary: termsIn(spec.glossary, texts),
    statements: task.statements,
  }
}

/**
 * What tasks link to: for one task what its prompt holds, for all of them what any prompt can hold. The union of the parts of each
 * task is what all of them together get. Time n log n in the size of the spec.
 */
export function linkedTo(
  spec: Pick<Spec, 'requirements' | 'properties' | 'sections'>,
  tasks: readonly Task[],
): Pick<Slice, 'requirements' | 'properties' | 'sections'> {
  const numbered = Map.groupBy(spec.properties, ({ n }) => n)
  const own = new Set<Property>()
  const wanted = new Set<string>()
  for (const task of tasks) {
    for (const id of task.requirements) wanted.add(id)
    for (const n of task.properties)
      for (const property of numbered.get(n) ?? []) {
        own.add(property)
        // A task that names only a property is still about what that property validates.
        if (task.requirements.length === 0) for (const id of property.validates) wanted.add(id)
      }
  }
  const requirements = linkedRequirements(spec.requirements, wanted)
  // The requirement's own id too: what holds for the whole of it holds for each of its criteria.
  for (const { id, criteria } of requirements) {
    wanted.add(id)
    for (const one of criteria) wanted.add(one.id)
  }
  const isWanted = ({ validates }: { validates: readonly string[] }) => validates.some((id) => wanted.has(id))
  const properties = spec.properties.filter((property) => own.has(property) || isWanted(property))
  const inside = Map.groupBy(properties, ({ section }) => section)
  const linking = spec.sections.filter(
    (section) => isWanted(section) || inside.get(section.path)?.some((property) => holds(section, property)),
  )
  return { requirements, properties, sections: withThoseAbove(spec.sections, linking) }
}

/** What stands above a section (an interface, a rule for all of them) is said for it too. */
function withThoseAbove(all: readonly DesignSection[], linking: readonly DesignSection[]): DesignSection[] {
  const chosen = new Set(linking)
  const paths = linking.map(({ path }) => path).sort()
  return all.filter((section) => chosen.has(section) || startsOne(paths, `${section.path} > `))
}

/** Whether it is more than a heading. */
export function hasText({ text }: DesignSection): boolean {
  return /\n[ \t]*\S/.test(text)
}

/** Sections of the design that say something: those of a task's prompt, and the others, which no link joins to it. */
export function designFor(
  spec: Pick<Spec, 'sections'>,
  { sections }: Slice,
): Record<'shown' | 'left', DesignSection[]> {
  const chosen = new Set(sections)
  const said = spec.sections.filter(hasText)
  return { shown: said.filter((one) => chosen.has(one)), left: said.filter((one) => !chosen.has(one)) }
}

/** Whether one of the sorted texts starts so. */
function startsOne(sorted: readonly string[], start: string): boolean {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < start) low = middle + 1
    else high = middle
  }
  return sorted[low]?.startsWith(start) ?? false
}

/** Design of the tasks that a task depends on: what they have built. */
export function builtText(spec: Spec, task: Task): string {
  const before = task.depends.filter((id) => spec.tasks.some((one) => one.id === id))
  return before.flatMap((id) => sliceOf(spec, id).sections.map((section) => section.text)).join('\n')
}

/** Two sections may share a path; the one that holds the property is the one whose lines do. */
function holds(section: DesignSection, property: Property): boolean {
  const last = section.line + section.text.split(/\r\n|\r|\n/).length - 1
  return section.line <= property.line && property.line <= last
}

/** Requirements with those of their criteria that the ids name; an id of a requirement names all below it. */
export function linkedRequirements(all: readonly Requirement[], wanted: ReadonlySet<string>): SliceRequirement[] {
  const covered = (id: string) => wanted.has(id) || groupsOf(id).some((group) => wanted.has(group))
  return all.flatMap((requirement) => {
    const whole = covered(requirement.id)
    const criteria = whole ? requirement.criteria : requirement.criteria.filter((criterion) => covered(criterion.id))
    if (!whole && criteria.length === 0) return []
    return [{ id: requirement.id, title: requirement.title, story: requirement.story, criteria }]
  })
}

function termsIn(glossary: readonly GlossaryTerm[], texts: readonly string[]): GlossaryTerm[] {
  const used = (among: readonly string[]) => {
    const text = among.join('\n\0\n')
    const folded = text.toLowerCase()
    // Patterns cost a millisecond each, and glossaries have thousands of terms.
    return glossary.filter(({ term }) => folded.includes(term.toLowerCase()) && termPattern(term).test(text))
  }
  const direct = used(texts)
  const kept = new Set([...direct, ...used(direct.map((entry) => entry.text))])
  return glossary.filter((entry) => kept.has(entry))
}

function termPattern(term: string): RegExp {
  const escaped = term.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  // Chinese and Japanese put no spaces between words, so there a term may stand inside others.
  const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(term)
  return new RegExp(unspaced ? escaped : `(?<![\\p{L}\\p{N}_])${escaped}(?:s|es)?(?![\\p{L}\\p{N}_])`, 'iu')
}

/** One thing that a slice says: `criterion 3.2` and its words. */
export interface SlicePart {
  name: string
  text: string
}

/** A slice in parts, without line numbers, line ends and the state of the box. Two parts may have the same name. */
export function sliceParts(slice: Slice): SlicePart[] {
  const clean = (text: string) =>
    text
      .replace(/\r\n?/g, '\n')
      .replace(/[ \t]+$/gm, '')
      .trim()
  const unboxed = slice.task.text.replace(/\[[ xX~!-]\]/, '[ ]')
  const parts: [string, string][] = [
    [`task ${slice.task.id}`, unboxed],
    ...slice.requirements.flatMap((one): [string, string][] => [
      [`requirement ${one.id}`, [one.title, one.story ?? ''].join('\n')],
      ...one.criteria.map((criterion): [string, string] => [`criterion ${criterion.id}`, criterion.text]),
    ]),
    ...slice.properties.map((one): [string, string] => [
      `property ${one.n}`,
      `${one.title}\n${one.text}\n${one.validates.join(', ')}`,
    ]),
    ...slice.sections.map((one): [string, string] => [`section ${one.path}`, one.text]),
    ...slice.glossary.map((one): [string, string] => [`term ${one.term}`, one.text]),
  ]
  return parts.map(([name, text]) => ({ name, text: clean(text) }))
}

/** Canonical text of a slice, for hashing. */
export function sliceText(slice: Slice): string {
  return `${sliceParts(slice)
    .map(({ name, text }) => `## ${name}\n${text}`)
    .join('\n\n')}\n`
}

/** Hash of a slice and of the steering that applies to every task: the `Spec-Hash` of a commit, without `sha256:`. */
export function sliceHash(spec: Spec, slice: Slice): string {
  const steering = spec.steering.filter((one) => one.inclusion === 'always').map((one) => one.text)
  return sha256([sliceText(slice), ...steering].join('\n\0'))
}
