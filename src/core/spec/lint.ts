import type { OddBox } from './boxes.ts'
import { hasShall } from './ears.ts'
import { type Doc, openFences } from './markdown.ts'
import { sliceOf } from './slice.ts'
import type { Diagnostic, Property, Requirement, Severity, Spec, Task } from './spec.ts'
import type { TasksFile } from './tasks.ts'

/** The three files, null where one does not exist, and their paths. */
export interface Files {
  requirements: Doc | null
  design: Doc | null
  tasks: Doc | null
  paths: { requirements: string; design: string; tasks: string }
}

/** Codes that concern a file as a whole, so every task of the spec. */
const FILE_LEVEL = new Set([
  'unreadable',
  'unreadable-file',
  'not-utf8',
  'file-too-large',
  'symbolic-link',
  'tasks-missing',
  'requirements-missing',
  'no-tasks',
  'no-requirements',
])

type Place = { file: string; line: number; column?: number }

function diagnostic(place: Place, code: string, severity: Severity, message: string, suggestion: string): Diagnostic {
  return { file: place.file, line: place.line, column: place.column ?? 1, code, severity, message, suggestion }
}

/** What is wrong with a file by itself. */
export function lintFile(doc: Doc): Diagnostic[] {
  const { file } = doc
  const fences = openFences(doc).map((line) =>
    diagnostic(
      { file, line },
      'unbalanced-fence',
      'warning',
      'This code fence is never closed.',
      'Close it with a line of the same marks.',
    ),
  )
  if (doc.failure === null) return fences
  return [
    ...fences,
    diagnostic({ file, line: 1 }, 'unreadable', 'error', doc.failure, 'Write the file as plain Markdown.'),
  ]
}

/** What is missing altogether. */
export function lintPresence(files: Files, tasks: readonly Task[], requirements: readonly Requirement[]): Diagnostic[] {
  const found: Diagnostic[] = []
  const add = (file: string, code: string, severity: Severity, message: string, suggestion: string) =>
    found.push(diagnostic({ file, line: 1 }, code, severity, message, suggestion))
  // Without a requirement in sight every link hangs in the air; without links the tasks can still be run from their own text.
  const linked = tasks.some((task) => task.unresolved.length > 0)
  const severity = linked ? 'error' : 'warning'
  if (files.tasks === null)
    add(files.paths.tasks, 'tasks-missing', 'error', 'There is no tasks.md.', 'Write one with `- [ ] 1. title` items.')
  else if (tasks.length === 0) {
    add(files.paths.tasks, 'no-tasks', 'error', 'tasks.md holds no checkbox.', 'Write each task as `- [ ] 1. title`.')
  }
  if (files.requirements === null) {
    add(
      files.paths.requirements,
      'requirements-missing',
      severity,
      `There is no ${files.paths.requirements.split('/').at(-1)}.`,
      'Write one with `### Requirement 1: title` sections.',
    )
  } else if (requirements.length === 0) {
    const suggestion = 'Head each requirement with `### Requirement 1: title` and number its criteria.'
    add(files.paths.requirements, 'no-requirements', severity, 'No numbered requirement was found.', suggestion)
  }
  return found
}

export function lintRequirements(requirements: readonly Requirement[], tasks: readonly Task[]): Diagnostic[] {
  const found = duplicates(
    requirements.flatMap((one) => [
      { id: one.id, line: one.line, file: one.file, what: 'Requirement' },
      ...one.criteria.map(({ id, line }) => ({ id, line, file: one.file, what: 'Criterion' })),
    ]),
  )
  // An id is cited where it, one above it or one below it is.
  const cited = new Set<string>()
  const below = new Set<string>()
  for (const task of tasks) {
    for (const id of task.requirements) {
      cited.add(id)
      for (const above of groupsOf(id)) below.add(above)
    }
  }
  const groups = new Set(requirements.flatMap(({ id }) => groupsOf(id)))
  for (const one of requirements) {
    const { file } = one
    const place = { file, line: one.line }
    for (const criterion of one.criteria.filter(({ text }) => !hasShall(text))) {
      const message = `Criterion ${criterion.id} does not say SHALL.`
      const at = { file, line: criterion.line }
      found.push(
        diagnostic(
          at,
          'criterion-without-shall',
          'warning',
          message,
          'Write `WHEN <event>, THE <system> SHALL <response>`.',
        ),
      )
    }
    const grouped = groups.has(one.id)
    if (one.criteria.length === 0 && !grouped) {
      const message = `Requirement ${one.id} has no criteria.`
      found.push(
        diagnostic(
          place,
          'requirement-without-criteria',
          'warning',
          message,
          'Number them below `#### Acceptance Criteria`.',
        ),
      )
    }
    if (tasks.length > 0 && !below.has(one.id) && ![one.id, ...groupsOf(one.id)].some((id) => cited.has(id))) {
      const message = `No task cites requirement ${one.id}.`
      found.push(
        diagnostic(
          place,
          'requirement-without-task',
          'info',
          message,
          `Add \`Validates: Requirement ${one.id}\` to the task that builds it.`,
        ),
      )
    }
  }
  return found
}

/** `3` and `3.1` for `3.1.2`. */
function groupsOf(id: string): string[] {
  const found: string[] = []
  for (let at = id.indexOf('.'); at > 0; at = id.indexOf('.', at + 1)) found.push(id.slice(0, at))
  return found
}

export function lintDesign(file: string, properties: readonly Property[]): Diagnostic[] {
  const found = duplicates(properties.map(({ n, line }) => ({ id: String(n), line, file, what: 'Property' })))
  for (const one of properties.filter(({ validates }) => validates.length === 0)) {
    const message = `Property ${one.n} validates no requirement.`
    const suggestion = 'Add `**Validates: Requirements 1.1**` below it.'
    found.push(diagnostic({ file, line: one.line }, 'property-without-validates', 'warning', message, suggestion))
  }
  return found
}

export function lintTasks(doc: Doc, read: TasksFile, tasks: readonly Task[]): Diagnostic[] {
  const { file } = doc
  const found: Diagnostic[] = []
  const add = (line: number, code: string, severity: Severity, message: string, suggestion: string, column = 1) =>
    found.push(diagnostic({ file, line, column }, code, severity, message, suggestion))
  const first = new Map(read.tasks.map(({ task }) => [task.id, task]))
  const inPhase = new Set<string>()
  for (const {
    repeats,
    task: { id, phase, line },
  } of read.tasks) {
    const key = `${phase}\n${repeats ?? id}`
    // Counting anew in each phase is a habit; the same number twice in one is a slip, and links to it are a guess.
    const severity = inPhase.has(key) ? 'error' : 'warning'
    inPhase.add(key)
    if (repeats === null) continue
    const message = `Task ${repeats} stands already in line ${first.get(repeats)?.line}; this one goes by the id ${id}.`
    add(line, 'duplicate-id', severity, message, 'Give each task of the file a number of its own.')
  }
  for (const task of tasks) {
    if (task.title === '')
      add(
        task.line,
        'task-without-text',
        'error',
        `Task ${task.id} has no text.`,
        'Say in one line what is to be built.',
      )
    if (task.boxOffset === null && task.status !== 'done')
      add(
        task.line,
        'task-without-checkbox',
        'warning',
        `Task ${task.id} is a heading without a checkbox, so it can be neither run nor ticked.`,
        `Write it as \`- [ ] ${task.id}. ${task.title}\`.`,
      )
  }
  for (const box of read.odd) add(box.line, ...describeOdd(box), box.column)
  for (const task of inCycles(tasks))
    add(
      task.line,
      'dependency-cycle',
      'error',
      `Task ${task.id} waits for itself through its dependencies.`,
      'Take one of the `Depends:` links out.',
    )
  return found
}

function describeOdd({ why, mark }: OddBox): [string, Severity, string, string] {
  const shift = 'Indent it by two spaces below its parent.'
  if (why === 'text')
    return [
      'checkbox-in-text',
      'warning',
      'This checkbox stands where Markdown reads it as text of the line above.',
      shift,
    ]
  if (why === 'code')
    return ['checkbox-in-text', 'warning', 'This checkbox is indented so far that Markdown reads it as code.', shift]
  if (why === 'quote' || why === 'comment') {
    const place = why === 'quote' ? 'a quote' : 'HTML'
    return [
      'checkbox-in-text',
      'info',
      `This checkbox stands in ${place} and is not read as a task.`,
      'Move it out, if it is one.',
    ]
  }
  const suggestion = 'Use `[ ]` open, `[x]` done, `[~]` in progress or `[!]` blocked.'
  return ['unknown-status', 'warning', `"[${mark}]" is no known mark; the line is not read as a task.`, suggestion]
}

function duplicates(named: readonly { id: string; line: number; file: string; what: string }[]): Diagnostic[] {
  const first = new Map<string, number>()
  return named.flatMap(({ id, line, file, what }) => {
    const before = first.get(id)
    if (before === undefined) {
      first.set(id, line)
      return []
    }
    const message = `${what} ${id} stands already in line ${before}.`
    return [diagnostic({ file, line }, 'duplicate-id', 'error', message, 'Give each one a number of its own.')]
  })
}

/** Tasks that wait for themselves, found in one walk over all dependencies (Tarjan's components, without recursion). */
function inCycles(tasks: readonly Task[]): Task[] {
  if (tasks.every(({ depends }) => depends.length === 0)) return []
  const byId = new Map(tasks.map((one) => [one.id, one]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const cyclic = new Set<string>()
  for (const { id: start } of tasks) {
    if (index.has(start)) continue
    const walk = [{ id: start, next: 0 }]
    while (walk.length > 0) {
      const frame = walk.at(-1)!
      const { id } = frame
      if (frame.next === 0) {
        index.set(id, index.size)
        low.set(id, index.get(id)!)
        stack.push(id)
        onStack.add(id)
      }
      const depends = byId.get(id)?.depends ?? []
      const to = depends[frame.next]
      frame.next++
      if (to !== undefined) {
        if (to === id) cyclic.add(id)
        if (!index.has(to)) walk.push({ id: to, next: 0 })
        else if (onStack.has(to)) low.set(id, Math.min(low.get(id)!, index.get(to)!))
        continue
      }
      walk.pop()
      const above = walk.at(-1)
      if (above !== undefined) low.set(above.id, Math.min(low.get(above.id)!, low.get(id)!))
      if (low.get(id) !== index.get(id)) continue
      const component = stack.splice(stack.lastIndexOf(id))
      for (const one of component) {
        onStack.delete(one)
        if (component.length > 1) cyclic.add(one)
      }
    }
  }
  return tasks.filter(({ id }) => cyclic.has(id))
}

/** The errors that concern one task: of the files as a whole, of the task, and of what it links to. */
export function lintSlice(spec: Spec, taskId: string): Diagnostic[] {
  // A second task of the same number (`1#2`) makes it a guess which of the two is meant.
  const tasks = spec.tasks.filter(({ id }) => id === taskId || id.startsWith(`${taskId}#`))
  const lines = (text: string) => text.split(/\r\n|\r|\n/).length
  const inFile = (name: string) => (spec.dir === '' ? name : `${spec.dir}/${name}`)
  const near: { file: string; from: number; to: number }[] = []
  for (const task of tasks)
    near.push({ file: inFile('tasks.md'), from: task.line, to: task.line + lines(task.text) - 1 })
  if (tasks.length > 0) {
    const slice = sliceOf(spec, taskId)
    const ids = new Set(slice.requirements.flatMap((one) => [one.id, ...one.criteria.map(({ id }) => id)]))
    for (const requirement of spec.requirements)
      for (const one of [requirement, ...requirement.criteria])
        if (ids.has(one.id)) near.push({ file: requirement.file, from: one.line, to: one.line })
    for (const one of slice.sections) near.push({ file: one.file, from: one.line, to: one.line + lines(one.text) - 1 })
  }
  return spec.diagnostics.filter(
    (one) =>
      one.severity === 'error' &&
      (FILE_LEVEL.has(one.code) ||
        near.some(({ file, from, to }) => one.file === file && from <= one.line && one.line <= to)),
  )
}
