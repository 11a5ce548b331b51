import { hasContract, isRequired } from './contract.ts'
import { readMarkdown } from './markdown.ts'
import type { Task } from './spec.ts'
import { readTasks } from './tasks.ts'

export type Tick =
  | {
      ok: true
      text: string
      /** Ids of the tasks whose box changed: the task, then each parent that goes with it. */
      ticked: string[]
    }
  | { ok: false; reason: string }

/**
 * `text` (the whole of tasks.md as it is now) with the box of `task` ticked, and with the box of each parent that has no
 * contract of its own and no other required part open: one UTF-16 unit a box, nothing else. Refuses where the file does
 * not hold the task any more as it was read.
 */
export function tick(text: string, task: Pick<Task, 'id' | 'title' | 'boxOffset'>): Tick {
  const refuse = (reason: string): Tick => ({ ok: false, reason: `Task ${task.id}: ${reason}` })
  const tasks = readTasks(readMarkdown('tasks.md', text)).tasks.map((one) => one.task)
  const now = tasks.find(({ id }) => id === task.id)
  if (now === undefined) return refuse('tasks.md holds it no more')
  if (now.boxOffset === null) return refuse('it has no checkbox to tick; write it as `- [ ] title`')
  if (now.boxOffset !== task.boxOffset || now.title !== task.title) return refuse('tasks.md changed since it was read')
  if (now.status !== 'open') return refuse(`its checkbox is not open (it is ${now.status})`)
  const closed = [now, ...closedParents(tasks, now)]
  let ticked = text
  for (const { boxOffset } of closed) ticked = `${ticked.slice(0, boxOffset!)}x${ticked.slice(boxOffset! + 1)}`
  return { ok: true, text: ticked, ticked: closed.map(({ id }) => id) }
}

function closedParents(tasks: readonly Task[], ticked: Task): Task[] {
  const done = new Set(tasks.filter(({ status }) => status === 'done').map(({ id }) => id)).add(ticked.id)
  const closed: Task[] = []
  for (let at = ticked; ; ) {
    const parent = tasks.find(({ id }) => id === at.parent && id !== at.id)
    if (parent === undefined || done.has(parent.id) || !closesWithParts(parent)) return closed
    const open = tasks.some((one) => one.parent === parent.id && isRequired(one) && !done.has(one.id))
    if (open) return closed
    closed.push(parent)
    done.add(parent.id)
    at = parent
  }
}

/** An open box that only its parts fill: what a person marked, what a person must do and what has tests of its own stay. */
function closesWithParts(task: Task): boolean {
  return task.boxOffset !== null && task.status === 'open' && task.kind !== 'human' && !hasContract(task)
}

/** `text` with the box of a ticked task open again, and with those of its parents that had closed with their last part. */
export function untick(text: string, id: string): Tick {
  const tasks = readTasks(readMarkdown('tasks.md', text)).tasks.map((one) => one.task)
  const now = tasks.find((one) => one.id === id)
  const refuse = (reason: string): Tick => ({ ok: false, reason: `Task ${id}: ${reason}` })
  if (now === undefined) return refuse('tasks.md holds it no more')
  if (now.status !== 'done' || now.boxOffset === null) return refuse(`its checkbox is not ticked (it is ${now.status})`)
  const opened = [now]
  for (let at = now; ; ) {
    const parent = tasks.find((one) => one.id === at.parent && one.id !== at.id)
    if (parent === undefined || parent.boxOffset === null || parent.status !== 'done' || hasContract(parent)) break
    opened.push(parent)
    at = parent
  }
  let open = text
  for (const { boxOffset } of opened) open = `${open.slice(0, boxOffset!)} ${open.slice(boxOffset! + 1)}`
  return { ok: true, text: open, ticked: opened.map((one) => one.id) }
}
