import type { Nodes } from 'mdast'
import { type Reference, references, resolve, type Targets, targetsOf } from './links.ts'
import { type Doc, type Line, lineOf } from './markdown.ts'
import type { Phase } from './spec.ts'
import type { RawTask } from './tasks.ts'

/** Dependencies of one task as its lines name them. */
export interface Dependencies {
  ids: readonly string[]
  /** What a `Depends:` line names and no task is. */
  missing: readonly { line: Line; reference: Reference }[]
}

const NONE: Dependencies = { ids: [], missing: [] }
/** Without one of these words no prose names a dependency. */
const WAITS = /depends|blocked|requires/i

/** Labels whose value must be task ids; "Dependencies: Node 20" may be anything. */
const STRICT = /^[\s*_-]*(?:depends(?: on)?)[*_]*\s*[:：]/i
const IDS = String.raw`(?:tasks?\s+)?(?:T-?\d+[a-z]?|[A-Z][A-Z0-9_]*-\d+|\d+(?:\.\d+)+[a-z]?)`
const PROSE = new RegExp(
  String.raw`\b(?:depends\s+on|blocked\s+by|requires)\s+(?<ids>${IDS}(?:(?:\s*[,&]\s*(?:and\s+)?|\s+and\s+|\s*[-–]\s*)${IDS})*)(?![\w.]*\w)`,
  'gi',
)

/** The tasks of a file, made when the first line names one: in most files none does. */
export type TaskTargets = () => Targets

export function taskTargets(ids: readonly string[]): TaskTargets {
  let made: Targets | null = null
  return () => {
    made ??= targetsOf(ids, [])
    return made
  }
}

function take(text: string, targets: TaskTargets) {
  const bare = text.replace(/\b(?:tasks?|задач[аи]?|tareas?)\s+(?=\S*\d)|(?:任务|タスク)\s*(?=\d)/gi, '')
  return resolve(references(bare), targets())
}

/** What a task waits for by its own lines: `_Depends: 1.1_`, "(depends on T012, T013)". */
export function ownDependencies({ task, annotations, lines }: RawTask, targets: TaskTargets): Dependencies {
  const said = lines.filter(({ text }) => WAITS.test(text))
  if (said.length === 0 && !annotations.some(({ name }) => name === 'depends')) return NONE
  const ids: string[] = []
  const missing: { line: Line; reference: Reference }[] = []
  for (const { name, value, line } of annotations) {
    if (name !== 'depends') continue
    const resolved = take(value, targets)
    ids.push(...resolved.ids)
    const lost = STRICT.test(line.raw)
      ? resolved.missing
      : resolved.missing.filter(({ kind }) => kind === 'id' && resolved.ids.length > 0)
    missing.push(...lost.map((reference) => ({ line, reference })))
  }
  for (const line of said) {
    if (annotations.some((one) => one.line.line === line.line)) continue
    for (const match of line.text.matchAll(PROSE)) ids.push(...take(match.groups!['ids']!, targets).ids)
  }
  return { ids: ids.length === 0 ? ids : [...new Set(ids)].filter((id) => id !== task.id), missing }
}

/** By task id: what its phase waits for (`**Dependencies**: SETUP-003` below a heading). Tasks of one phase share one list. */
export function phaseDependencies(
  phases: readonly Phase[],
  tasks: readonly RawTask[],
  targets: TaskTargets,
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  if (phases.every(({ depends }) => depends === null)) return found
  const lines = new Map(tasks.map(({ task }) => [task.id, task.line]))
  const next = new Map(phases.map(({ line }, index) => [line, phases[index + 1]?.line ?? Number.POSITIVE_INFINITY]))
  let waits: { until: number; ids: string[] } = { until: 0, ids: [] }
  const rest = [...phases]
  for (const { task } of tasks) {
    while (rest.length > 0 && rest[0]!.line < task.line) {
      const { line, depends } = rest.shift()!
      // A phase waits for what stands above it; a line that names later tasks tells what it is good for.
      const ids = depends === null ? [] : take(depends, targets).ids.filter((id) => lines.get(id)! < line)
      waits = { until: next.get(line)!, ids }
    }
    if (waits.ids.length > 0 && task.line < waits.until) found.set(task.id, waits.ids)
  }
  return found
}

/** A fenced JSON graph: `{"waves": [{"id": 0, "tasks": ["1.1", "2.1"]}]}`. */
export interface Waves {
  line: number
  /** Task ids of each wave, in the order of work. */
  waves: string[][]
  problem: string | null
}

/** The wave graph of tasks.md; null where there is none. */
export function readWaves(doc: Doc): Waves | null {
  for (const node of codeOf(doc.root.children)) {
    if (node.type !== 'code' || !/"waves"\s*:/.test(node.value)) continue
    const line = lineOf(node)
    try {
      const waves = wavesOf(JSON.parse(node.value))
      return { line, waves: waves ?? [], problem: waves === null ? 'has no list of waves with task ids' : null }
    } catch (error) {
      return { line, waves: [], problem: `is no JSON: ${(error as Error).message}` }
    }
  }
  return null
}

function codeOf(nodes: readonly Nodes[]): Nodes[] {
  return nodes.filter((node) => node.type === 'code')
}

function wavesOf(value: unknown): string[][] | null {
  const list = typeof value === 'object' && value !== null && 'waves' in value ? value.waves : null
  if (!Array.isArray(list)) return null
  const waves = list.map((wave: unknown): string[] | null => {
    const tasks: unknown = Array.isArray(wave)
      ? wave
      : typeof wave === 'object' && wave !== null && 'tasks' in wave
        ? wave.tasks
        : null
    return Array.isArray(tasks)
      ? tasks.filter((id) => typeof id === 'string' || typeof id === 'number').map(String)
      : null
  })
  return waves.includes(null) ? null : (waves as string[][])
}

export interface WaveOrder {
  /** By task id: what the wave before it holds. Tasks of one wave share one list. */
  before: Map<string, readonly string[]>
  problems: { line: number; message: string; suggestion: string }[]
}

/** What each task waits for by the wave graph: the required tasks of the nearest wave before its own that has any. */
export function waveOrder(found: Waves, tasks: readonly RawTask[]): WaveOrder {
  const problems: WaveOrder['problems'] = []
  const add = (message: string, suggestion: string) => problems.push({ line: found.line, message, suggestion })
  if (found.problem !== null)
    add(`The wave graph ${found.problem}.`, 'Write `{"waves": [{"id": 0, "tasks": ["1.1"]}]}`.')
  const byId = new Map(tasks.map(({ task }) => [task.id, task]))
  const before = new Map<string, readonly string[]>()
  const seen = new Set<string>()
  let last: readonly string[] = []
  for (const wave of found.waves) {
    const here: string[] = []
    for (const id of wave) {
      const task = byId.get(id)
      if (task === undefined)
        add(`The wave graph names task ${id}, which does not exist.`, 'Take it out, or add the task.')
      else if (seen.has(id)) add(`The wave graph names task ${id} twice.`, 'Name each task in one wave.')
      else {
        before.set(id, last)
        if (!task.optional && !task.struck) here.push(id)
      }
      seen.add(id)
    }
    if (here.length > 0) last = here
  }
  return { before, problems }
}
