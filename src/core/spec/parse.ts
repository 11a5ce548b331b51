import { connectDesign, connectTasks } from './connect.ts'
import { NO_DESIGN, readDesign } from './design.ts'
import { readGlossary } from './glossary.ts'
import { idsOf, targetsOf } from './links.ts'
import { type Files, lintDesign, lintFile, lintPresence, lintRequirements, lintTasks } from './lint.ts'
import { dialectOf, isArchived } from './locate.ts'
import { type Doc, readMarkdown } from './markdown.ts'
import { readIntroduction, readRequirements } from './requirements.ts'
import { type Diagnostic, type Spec, type SpecSource, textOf } from './spec.ts'
import { readSteering } from './steering.ts'
import { readTasks } from './tasks.ts'

/** Reads one spec folder. Total: whatever the text, the answer is a Spec, and what is wrong stands in its `diagnostics`. */
export function parseSpec(source: SpecSource): Spec {
  const files = openFiles(source)
  const requirements = files.requirements === null ? [] : readRequirements(files.requirements)
  const design = files.design === null ? NO_DESIGN : readDesign(files.design)
  const targets = targetsOf(
    idsOf(requirements),
    design.properties.map(({ n }) => n),
  )
  const raw = files.tasks === null ? { tasks: [], phases: [], odd: [] } : readTasks(files.tasks)
  const connected = connectDesign(files.design ?? nothing(files.paths.design), design, targets)
  const linked = connectTasks(files.tasks ?? nothing(files.paths.tasks), raw, targets, connected.properties)
  const steering = source.steering.map(readSteering)
  const docs = [files.requirements, files.design, files.tasks].filter((doc): doc is Doc => doc !== null)
  const diagnostics = [
    ...source.problems,
    ...lintPresence(files, linked.tasks, requirements),
    ...docs.flatMap(lintFile),
    ...lintRequirements(files.paths.requirements, requirements, linked.tasks),
    ...connected.diagnostics,
    ...lintDesign(files.paths.design, connected.properties),
    ...linked.diagnostics,
    ...(files.tasks === null ? [] : lintTasks(files.tasks, raw, linked.tasks)),
    ...steering.flatMap((one) => one.diagnostics),
  ]
  return {
    id: source.id,
    dir: source.dir,
    dialect: dialectOf(source),
    archived: isArchived(source.dir),
    introduction: files.requirements === null ? '' : readIntroduction(files.requirements),
    tasks: linked.tasks,
    phases: raw.phases,
    requirements,
    properties: connected.properties,
    sections: connected.sections,
    protocol: connected.protocol,
    decisions: design.decisions,
    layers: design.layers,
    glossary: docs.flatMap((doc) => (doc === files.tasks ? [] : readGlossary(doc))),
    steering: steering.map((one) => one.steering),
    diagnostics: inOrder(diagnostics),
  }
}

function openFiles(source: SpecSource): Files {
  const path = (name: string) => (source.dir === '' ? name : `${source.dir}/${name}`)
  const open = (name: string) => {
    const text = textOf(source, name)
    return text === null ? null : readMarkdown(path(name), text)
  }
  return {
    requirements: open('requirements.md'),
    design: open('design.md'),
    tasks: open('tasks.md'),
    paths: { requirements: path('requirements.md'), design: path('design.md'), tasks: path('tasks.md') },
  }
}

function nothing(file: string): Doc {
  return readMarkdown(file, '')
}

/** By file in the order found, then by place. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))]
  return [...diagnostics].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  )
}
