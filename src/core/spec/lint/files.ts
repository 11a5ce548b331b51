import { type Doc, isFenced, openFences } from '../markdown.ts'
import type { Diagnostic, Dialect } from '../spec.ts'
import { inFolder, problem, type Reading, tasksPath } from './report.ts'

const HOME: Record<Dialect, { path: string; form: string }> = {
  specproof: { path: 'requirements.md', form: '`### Requirement 1: title` sections with numbered criteria' },
  kiro: { path: 'requirements.md', form: '`### Requirement 1: title` sections with numbered criteria' },
  'cc-sdd': { path: 'requirements.md', form: '`### Requirement 1: title` sections with numbered criteria' },
  'spec-kit': { path: 'spec.md', form: '`### User Story 1 - title` sections and `- **FR-001**: ...` items' },
  openspec: { path: 'specs/<capability>/spec.md', form: '`### Requirement: name` sections' },
}

/** What is wrong with a file by itself. */
export function lintFile(doc: Doc): Diagnostic[] {
  const { file } = doc
  const suggestion = 'Close it with a line of the same marks.'
  const fences = (isFenced(doc) ? openFences(doc) : []).map((line) =>
    problem({ file, line }, 'unbalanced-fence', 'warning', 'This code fence is never closed.', suggestion),
  )
  if (doc.failure === null) return fences
  return [
    ...fences,
    problem({ file, line: 1 }, 'unreadable', 'error', doc.failure, 'Write the file as plain Markdown.'),
  ]
}

/** What is missing altogether. */
export function lintPresence(reading: Reading): Diagnostic[] {
  const { spec, requirementDocs, tasksDoc } = reading
  const tasks = { file: tasksPath(reading), line: 1 }
  const found: Diagnostic[] = []
  if (tasksDoc === null) {
    const suggestion = 'Write one with `- [ ] 1. title` items.'
    found.push(problem(tasks, 'tasks-missing', 'error', 'There is no tasks.md.', suggestion))
  } else if (spec.tasks.length === 0) {
    const suggestion = 'Write each task as `- [ ] 1. title`.'
    found.push(problem(tasks, 'no-tasks', 'error', 'tasks.md holds no task.', suggestion))
  }
  if (spec.requirements.length > 0) return found
  // Without a requirement in sight every link hangs in the air; without links the tasks can still be run from their own text.
  const linked = spec.tasks.some((task) => task.unresolved.length > 0)
  const { path, form } = HOME[spec.dialect]
  const [first] = requirementDocs
  if (first === undefined) {
    const severity = linked ? 'error' : spec.dialect === 'openspec' ? 'info' : 'warning'
    const place = { file: inFolder(spec, path.replace(/\/<.*$/, '')), line: 1 }
    found.push(problem(place, 'requirements-missing', severity, `There is no ${path}.`, `Write one with ${form}.`))
  } else {
    const severity = linked ? 'error' : 'warning'
    const place = { file: first.file, line: 1 }
    found.push(problem(place, 'no-requirements', severity, 'No requirement was found here.', `Write ${form}.`))
  }
  return found
}
