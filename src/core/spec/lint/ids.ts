import { groupsOf } from '../links.ts'
import type { Diagnostic } from '../spec.ts'
import { designPath, namedProperties, problem, type Reading, tasksPath } from './report.ts'

interface Named {
  id: string
  file: string
  line: number
  what: string
}

/** Numbers that were given twice. An error only where something refers to one of them: then it is a guess which is meant. */
export function lintIds(reading: Reading): Diagnostic[] {
  const { spec } = reading
  const named = namedProperties(spec.tasks)
  const file = designPath(reading)
  const properties = spec.properties.map(({ n, line }) => ({ id: String(n), line, file, what: 'Property' }))
  return [
    ...(repeatsRequirements(spec) ? duplicates(requirementsOf(spec), meantBy(spec)) : []),
    ...duplicates(properties, (n) => named.has(Number(n))),
    ...lintTaskIds(reading),
  ]
}

/** Whether any id of a requirement or criterion comes twice. In most specs none does. */
function repeatsRequirements({ requirements }: Reading['spec']): boolean {
  const taken = new Set<string>()
  let count = 0
  for (const { id, criteria } of requirements) {
    taken.add(id)
    for (const one of criteria) taken.add(one.id)
    count += 1 + criteria.length
  }
  return taken.size < count
}

function requirementsOf({ requirements }: Reading['spec']): Named[] {
  const taken = new Set<string>()
  return requirements.flatMap(({ id, line, file, criteria }): Named[] => {
    const head = { id, line, file, what: 'Requirement' }
    // Told of the requirement, it need not be told of each of its criteria.
    if (taken.has(id)) return [head]
    taken.add(id)
    return [head, ...criteria.map((one) => ({ id: one.id, line: one.line, file, what: 'Criterion' }))]
  })
}

/** Whether anything refers to an id or to one above it. */
function meantBy(spec: Reading['spec']): (id: string) => boolean {
  const cited = new Set(spec.tasks.flatMap((task) => task.requirements))
  for (const { validates } of [...spec.properties, ...spec.sections]) for (const id of validates) cited.add(id)
  return (id) => [id, ...groupsOf(id)].some((one) => cited.has(one))
}

function duplicates(named: readonly Named[], meant: (id: string) => boolean): Diagnostic[] {
  const first = new Map<string, Named>()
  return named.flatMap(({ id, file, line, what }) => {
    const before = first.get(id)
    if (before === undefined) {
      first.set(id, { id, file, line, what })
      return []
    }
    const where = before.file === file ? `line ${before.line}` : `${before.file}:${before.line}`
    const message = `${what} ${id} stands already in ${where}.`
    const severity = meant(id) ? 'error' : 'warning'
    return [problem({ file, line }, 'duplicate-id', severity, message, 'Give each one a number of its own.')]
  })
}

function lintTaskIds(reading: Reading): Diagnostic[] {
  const { tasks } = reading.tasksFile
  if (tasks.every(({ repeats }) => repeats === null)) return []
  const first = new Map(tasks.map(({ task }) => [task.id, task]))
  const inPhase = new Set<string>()
  return tasks.flatMap(({ repeats, task: { id, phase, line, status } }) => {
    const key = `${phase}\n${repeats ?? id}`
    // Counting anew in each phase is a habit; the same number twice in one is a slip, and links to it are a guess.
    const severity = inPhase.has(key) && status !== 'done' ? 'error' : 'warning'
    inPhase.add(key)
    if (repeats === null) return []
    const message = `Task ${repeats} stands already in line ${first.get(repeats)?.line}; this one goes by the id ${id}.`
    const suggestion = 'Give each task of the file a number of its own.'
    return [problem({ file: tasksPath(reading), line }, 'duplicate-id', severity, message, suggestion)]
  })
}
