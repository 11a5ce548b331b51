import type { Spec, Task } from './spec.ts'

export interface Waiting {
  id: string
  why: string
}

export interface Next {
  /** The task to run; null where none can run now. */
  task: Task | null
  /** The task for a person that stands in the way, because file order is work order; then `task` is null. */
  blocked: Task | null
  /** Every other task that is not done, and why it is not the next. */
  waiting: Waiting[]
}

/**
 * The first open leaf task in file order whose dependencies are done, and why each other one is not it. Tasks whose
 * ids are in `tried` stay open and are passed over.
 */
export function nextTask(spec: Spec, tried: ReadonlySet<string> = new Set()): Next {
  const waiting: Waiting[] = []
  let task: Task | null = null
  let blocked: Task | null = null
  for (const one of spec.tasks) {
    if (one.status === 'done') continue
    const reason = tried.has(one.id) ? { why: 'was tried in this run', person: false } : ownReason(spec, one)
    if (reason === null && task === null && blocked === null) task = one
    else if (reason?.person && task === null && blocked === null) blocked = one
    if (one !== task) waiting.push({ id: one.id, why: reason?.why ?? behind(task, blocked) })
  }
  return { task, blocked, waiting }
}

function behind(task: Task | null, blocked: Task | null): string {
  return blocked === null ? `comes after ${task?.id}` : `comes after ${blocked.id}, which needs a person`
}

interface Reason {
  why: string
  person: boolean
}

function ownReason(spec: Spec, task: Task): Reason | null {
  const skip = (why: string): Reason => ({ why, person: false })
  const parts = spec.tasks.filter((one) => one.parent === task.id && one !== task)
  if (parts.length > 0) return skip(parentReason(parts))
  const line = [task, ...ancestors(spec, task)]
  const optional = line.find((one) => one.optional)
  if (optional !== undefined)
    return skip(`optional${optional === task ? '' : ` with ${optional.id}`}: runs only when it is named`)
  const open = line.flatMap((one) => one.depends).filter((id) => !isDone(spec, id))
  if (open.length > 0) return skip(`depends on ${open.join(', ')}`)
  const person = line.find((one) => one.kind === 'human' || one.status === 'blocked')
  if (person !== undefined) return { why: personReason(person), person: true }
  return task.status === 'doing' ? skip('is marked as in progress') : null
}

function parentReason(parts: readonly Task[]): string {
  const open = parts.filter((part) => part.status !== 'done')
  const needed = open.filter((part) => !part.optional)
  if (needed.length > 0) return `its parts are open: ${needed.map((part) => part.id).join(', ')}`
  if (open.length > 0)
    return `all its parts are done but optional ones (${open.map((part) => part.id).join(', ')}): tick it`
  return 'all its parts are done: tick it'
}

function personReason(task: Task): string {
  const human = /^[\s*+_-]*Human[*_]*\s*[:：][*_]*\s*(.+?)[*_\s]*$/im.exec(task.text)?.[1]
  const mark = task.status === 'blocked' ? 'is marked as blocked [!]' : 'needs a person'
  return human === undefined ? mark : `${mark}: ${human}`
}

function ancestors(spec: Spec, task: Task): Task[] {
  const found: Task[] = []
  let at: Task | undefined = task
  while (at?.parent != null && found.length < spec.tasks.length) {
    const parent: string = at.parent
    at = spec.tasks.find((one) => one.id === parent)
    if (at === undefined || found.includes(at)) break
    found.push(at)
  }
  return found
}

/** A task is done when it is ticked, or when all its parts that are not optional are. */
function isDone(spec: Spec, id: string, depth = 0): boolean {
  const same = spec.tasks.filter((one) => one.id === id)
  if (same.length > 0 && same.every((one) => one.status === 'done')) return true
  const parts = spec.tasks.filter((one) => one.parent === id && one.id !== id && !one.optional)
  return parts.length > 0 && depth < 20 && parts.every((part) => isDone(spec, part.id, depth + 1))
}
