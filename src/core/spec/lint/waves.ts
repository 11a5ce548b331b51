import { readWaves } from '../depends.ts'
import type { Diagnostic, Task } from '../spec.ts'
import { few, problem, type Reading, tasksPath } from './report.ts'

const MOST = 3

/** Where the wave graph and the rest of tasks.md tell different orders of work. */
export function lintWaves(reading: Reading, open: readonly Task[]): Diagnostic[] {
  const { tasksDoc, spec } = reading
  const graph = tasksDoc === null ? null : readWaves(tasksDoc)
  if (graph === null || graph.problem !== null) return []
  const waves = new Map<string, number>()
  graph.waves.forEach((wave, at) => {
    for (const id of wave) if (!waves.has(id)) waves.set(id, at)
  })
  const place = { file: tasksPath(reading), line: graph.line }
  const found: Diagnostic[] = []
  const swapped = swappedSiblings(spec.tasks, waves)
  if (swapped.length > 0) {
    const pairs = few(
      swapped.map(([early, late]) => `${late} before ${early}`),
      MOST,
    )
    const message = `The wave graph disagrees with the numbering: ${pairs}.`
    const suggestion = 'Number the tasks in the order of the waves, or move them to other waves.'
    found.push(problem(place, 'wave-order', 'info', message, suggestion))
  }
  for (const [task, needed] of backwards(spec.tasks, waves)) {
    const message = `Task ${task.id} depends on ${needed}, which the wave graph puts ${waves.get(needed) === waves.get(task.id) ? 'into the same wave' : 'later'}.`
    const suggestion = `Put ${needed} into an earlier wave than ${task.id}.`
    found.push(problem(place, 'wave-order', 'warning', message, suggestion))
  }
  const left = open.filter(({ id, parent, optional }) => !optional && !waves.has(id) && !waves.has(parent ?? ''))
  if (waves.size > 0 && left.length > 0) {
    const message = `The wave graph does not name ${few(left.map(({ id }) => id))}.`
    found.push(problem(place, 'wave-missing', 'info', message, 'Put each task into a wave.'))
  }
  return found
}

/** Neighbours below one parent of which the later stands in an earlier wave. */
function swappedSiblings(tasks: readonly Task[], waves: ReadonlyMap<string, number>): [string, string][] {
  const last = new Map<string | null, Task>()
  return tasks.flatMap((task): [string, string][] => {
    const wave = waves.get(task.id)
    if (wave === undefined || task.optional) return []
    const before = last.get(task.parent)
    last.set(task.parent, task)
    return before !== undefined && waves.get(before.id)! > wave ? [[before.id, task.id]] : []
  })
}

/** Tasks whose own `Depends:` line names what the graph does not put before them. */
function backwards(tasks: readonly Task[], waves: ReadonlyMap<string, number>): [Task, string][] {
  // Tasks of one wave share one list of what they wait for, so each list is looked through once.
  const latest = new Map<readonly string[], string | undefined>()
  const last = (ids: readonly string[]) => {
    if (!latest.has(ids))
      latest.set(
        ids,
        ids.reduce<string | undefined>(
          (a, b) => ((waves.get(b) ?? -1) > (waves.get(a ?? '') ?? -1) ? b : a),
          undefined,
        ),
      )
    return latest.get(ids)
  }
  return tasks.flatMap((task): [Task, string][] => {
    const wave = waves.get(task.id)
    const late = last(task.depends)
    if (wave === undefined || late === undefined || late === task.id) return []
    return waves.get(late)! >= wave ? [[task, late]] : []
  })
}
