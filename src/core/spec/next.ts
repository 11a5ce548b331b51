import { hasContract, isRequired } from './contract.ts'
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
 * The first open task in file order that has no parts, or a contract beyond them, and whose dependencies are done; and
 * why each other one is not it. Tasks whose ids are in `tried` stay open and are passed over.
 */
export function nextTask(spec: Spec, tried: ReadonlySet<string> = new Set()): Next {
  const family = familyOf(spec.tasks)
  const waiting: Waiting[] = []
  let task: Task | null = null
  let blocked: Task | null = null
  for (const one of spec.tasks) {
    if (one.status === 'done') continue
    const reason = reasonOf(spec, family, one, tried)
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

interface Family {
  byId: ReadonlyMap<string, Task>
  parts: ReadonlyMap<string, Task[]>
  /** Ids of tasks that are ticked, or whose required parts are all done. */
  done: ReadonlySet<string>
}

function familyOf(tasks: readonly Task[]): Family {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const parts = new Map<string, Task[]>()
  for (const task of tasks) {
    if (task.parent === null || task.parent === task.id) continue
    const siblings = parts.get(task.parent)
    if (siblings === undefined) parts.set(task.parent, [task])
    else siblings.push(task)
  }
  const done = new Set(tasks.filter(({ status }) => status === 'done').map(({ id }) => id))
  // Parts usually stand below their parent, so from the end each parent finds its parts settled.
  for (const task of [...tasks].reverse()) {
    const required = parts.get(task.id)?.filter(isRequired) ?? []
    if (required.length > 0 && !hasContract(task) && required.every(({ id }) => done.has(id))) done.add(task.id)
  }
  return { byId, parts, done }
}

function reasonOf(spec: Spec, family: Family, task: Task, tried: ReadonlySet<string>): Reason | null {
  const skip = (why: string): Reason => ({ why, person: false })
  if (spec.archived) return skip('belongs to an archived change')
  if (tried.has(task.id)) return skip('was tried in this run')
  if (task.struck) return skip('is struck through')
  const parts = family.parts.get(task.id) ?? []
  if (parts.length > 0) {
    const why = parentReason(parts, family, hasContract(task))
    if (why !== null) return skip(why)
  }
  const line = [task, ...ancestors(family, task)]
  const off = line.find((one) => one.struck)
  if (off !== undefined) return skip(`belongs to ${off.id}, which is struck through`)
  const optional = line.find((one) => one.optional)
  if (optional !== undefined)
    return skip(`optional${optional === task ? '' : ` with ${optional.id}`}: runs only when it is named`)
  const open = new Set(line.flatMap((one) => one.depends.filter((id) => !family.done.has(id))))
  if (open.size > 0) return skip(`depends on ${listed([...open])}`)
  const person = line.find((one) => one.kind === 'human' || one.status === 'blocked' || one.blocked !== null)
  if (person !== undefined) return { why: personReason(person), person: true }
  if (task.status === 'doing') return skip('is marked as in progress')
  return task.boxOffset === null ? skip('is a heading without a checkbox, so it cannot be ticked') : null
}

/** Why a task with parts is not to be run; null where it is: its parts are done and it has a contract of its own. */
function parentReason(parts: readonly Task[], family: Family, contract: boolean): string | null {
  const open = parts.filter((part) => !family.done.has(part.id) && !part.struck)
  const needed = open.filter(isRequired)
  if (needed.length > 0) return `its parts are open: ${listed(needed.map((part) => part.id))}`
  if (contract) return null
  if (open.length > 0)
    return `all its parts are done but optional ones (${listed(open.map((part) => part.id))}): tick it`
  return 'all its parts are done: tick it'
}

function listed(ids: readonly string[]): string {
  return ids.length > 12 ? `${ids.slice(0, 10).join(', ')} and ${ids.length - 10} more` : ids.join(', ')
}

function personReason(task: Task): string {
  if (task.blocked !== null)
    return task.blocked === '' ? 'is marked as blocked' : `is marked as blocked: ${task.blocked}`
  const human = /^[\s*+_-]*Human[*_]*\s*[:：][*_]*\s*(.+?)[*_\s]*$/im.exec(task.text)?.[1]
  const mark = task.status === 'blocked' ? 'is marked as blocked [!]' : 'needs a person'
  return human === undefined ? mark : `${mark}: ${human}`
}

function ancestors({ byId }: Family, task: Task): Task[] {
  const found: Task[] = []
  for (let at = task; at.parent !== null; ) {
    const parent = byId.get(at.parent)
    if (parent === undefined || parent === task || found.includes(parent)) break
    found.push(parent)
    at = parent
  }
  return found
}
