import { connectDesign, connectTasks } from './connect.ts'
import { NO_DESIGN, readDesign } from './design.ts'
import { readGlossary } from './glossary.ts'
import { idsOf, targetsOf } from './links.ts'
import { lintSpec, settled } from './lint.ts'
import { dialectOf, isArchived } from './locate.ts'
import { type Doc, readMarkdown } from './markdown.ts'
import { readAll } from './pattern.ts'
import { readRequirementSide } from './requirement-side.ts'
import { readIntroduction } from './requirements.ts'
import { type SpecSource, textOf } from './source.ts'
import type { Diagnostic, Spec } from './spec.ts'
import { frontMatter, readSteering } from './steering.ts'
import { readTasks } from './tasks.ts'

/** Reads one spec folder. Total: whatever the text, the answer is a Spec, and what is wrong stands in its `diagnostics`. */
export function parseSpec(source: SpecSource): Spec {
  const texts = [...source.files, ...source.steering].map(({ text }) => text)
  return readAll([...texts, source.id, source.dir], () => parseFiles(source))
}

function parseFiles(source: SpecSource): Spec {
  const files = openFiles(source)
  const requirementDocs = openHolders(source, files)
  const { requirements, introduction, docs: holders, diagnostics: found } = readRequirementSide(requirementDocs)
  const design = files.design === null ? NO_DESIGN : readDesign(files.design)
  const targets = targetsOf(
    idsOf(requirements),
    design.properties.map(({ n }) => n),
    files.paths.requirements.split('/').at(-1),
  )
  const tasksFile = files.tasks === null ? { tasks: [], phases: [], odd: [] } : readTasks(files.tasks)
  const connected = connectDesign(files.design ?? nothing(files.paths.design), design, targets)
  const linked = connectTasks(files.tasks ?? nothing(files.paths.tasks), tasksFile, targets, connected.properties)
  const steering = source.steering.map(readSteering)
  const docs = [...holders, ...[files.design, files.tasks].filter((doc): doc is Doc => doc !== null)]
  const spec = {
    id: source.id,
    dir: source.dir,
    ...workDirOf(source),
    dialect: dialectOf(source),
    archived: isArchived(source.dir),
    introduction: introduction === '' ? proposalOf(source) : introduction,
    tasks: linked.tasks,
    phases: tasksFile.phases,
    requirements,
    properties: connected.properties,
    sections: connected.sections,
    protocol: connected.protocol,
    decisions: design.decisions,
    layers: design.layers,
    glossary: docs.flatMap((doc) => (doc === files.tasks ? [] : readGlossary(doc))),
    steering: steering.map((one) => one.steering),
  }
  const unread = new Set(source.problems.map(({ file }) => file))
  const reading = { source, spec, docs, requirementDocs, tasksDoc: files.tasks, tasksFile }
  const diagnostics = [
    ...source.problems,
    ...found,
    ...connected.diagnostics,
    ...linked.diagnostics,
    // A file that cannot be read is not missing.
    ...lintSpec(reading).filter(({ code, file }) => !code.endsWith('-missing') || !unread.has(file)),
    ...steering.flatMap((one) => one.diagnostics),
  ]
  const order = [...requirementDocs, files.design, files.tasks].flatMap((doc) => (doc === null ? [] : [doc.file]))
  return { ...spec, diagnostics: inOrder(settled(diagnostics, spec), order) }
}

/** The files that a spec is made of, and where they lie or would lie. */
interface Files {
  requirements: Doc | null
  design: Doc | null
  tasks: Doc | null
  paths: { requirements: string; design: string; tasks: string }
}

/** Names of the file with the requirements and of the one with the design, the usual one first. */
const REQUIREMENTS = ['requirements.md', 'bugfix.md', 'spec.md']
const DESIGN = ['design.md', 'plan.md']
/** Further files that hold requirements: the deltas of an OpenSpec change. */
const DELTA = /^specs\/(?:.+\/)?spec\.md$/

function openFiles(source: SpecSource): Files {
  const has = (name: string) => textOf(source, name) !== null
  const usual = dialectOf(source) === 'spec-kit' ? 'spec.md' : 'requirements.md'
  const delta = source.files.find(({ path }) => DELTA.test(path))?.path
  const requirements = REQUIREMENTS.find(has) ?? delta ?? usual
  const design = DESIGN.find(has) ?? 'design.md'
  return {
    requirements: open(source, requirements),
    design: open(source, design),
    tasks: open(source, 'tasks.md'),
    paths: {
      requirements: pathIn(source, requirements),
      design: pathIn(source, design),
      tasks: pathIn(source, 'tasks.md'),
    },
  }
}

function pathIn({ dir }: SpecSource, name: string): string {
  return dir === '' ? name : `${dir}/${name}`
}

function open(source: SpecSource, name: string): Doc | null {
  const text = textOf(source, name)
  return text === null ? null : readMarkdown(pathIn(source, name), text)
}

/** Every file that may hold requirements; the first is open already. */
function openHolders(source: SpecSource, { requirements }: Files): Doc[] {
  if (requirements === null) return []
  const more = source.files.filter(({ path }) => REQUIREMENTS.includes(path) || DELTA.test(path))
  const opened = more.flatMap(({ path }) =>
    pathIn(source, path) === requirements.file ? [requirements] : (open(source, path) ?? []),
  )
  return opened
}

/** Why a change is made: what OpenSpec has in place of an introduction. */
function proposalOf(source: SpecSource): string {
  const doc = open(source, 'proposal.md')
  return doc === null ? '' : readIntroduction(doc)
}

/** `dir: packages/api` above tasks.md. */
function workDirOf(source: SpecSource): { workDir?: string } {
  const dir = frontMatter(textOf(source, 'tasks.md') ?? '')?.['dir']
  return typeof dir === 'string' && dir.trim() !== '' ? { workDir: dir.trim() } : {}
}

function nothing(file: string): Doc {
  return readMarkdown(file, '')
}

/** By file (requirements, design, tasks, then others as found), then by place. */
function inOrder(diagnostics: readonly Diagnostic[], first: readonly string[]): Diagnostic[] {
  const rank = new Map([...new Set([...first, ...diagnostics.map(({ file }) => file)])].map((file, at) => [file, at]))
  return [...diagnostics].sort(
    (a, b) => rank.get(a.file)! - rank.get(b.file)! || a.line - b.line || a.column - b.column,
  )
}
