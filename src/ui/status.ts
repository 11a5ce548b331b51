import { oneLine, plural, shortHash, table } from './format.ts'
import { blank, type Line, type Span, spanOf } from './line.ts'
import { readFromWords } from './read-from.ts'

/** What is shown of one spec. */
export interface SpecProgress {
  id: string
  dialect: string
  tasks: { total: number; done: number; blocked: number }
  next: string | null
  waiting: readonly { id: string; why: string }[]
  lint: { error: number; warning: number }
  branches: readonly { branch: string; task: string }[]
  stale: readonly string[]
  title(id: string): string
}

/** A run at work; times are ISO 8601. */
export interface RunAtWork {
  run: string
  /** The machine that it runs on, where nobody here can look whether it lives. */
  host: string | null
  since: string
  tasks: readonly { task: string; since: string; attempt: number; stage: string }[]
}

export interface Progress {
  atWork?: RunAtWork | null
  /** The run that the next one goes on with. */
  unfinished?: { run: string; how: string; task: string | null; stage: string | null } | null
  specs: readonly SpecProgress[]
  /** The newest commit of a task that counts. */
  last?: { spec: string; task: string; verdict: string; commit: string } | null
  uncommitted: readonly string[]
  withoutTasks: readonly string[]
}

export interface StatusLook {
  /** Columns of the terminal; null where there is none: then nothing is cut. */
  width: number | null
  unicode: boolean
}

/** Each spec with what is not done yet, the next task first to be seen. `now`: for what day it is. */
export function statusLines(progress: Progress, look: StatusLook, now: Date): Line[] {
  if (progress.specs.length === 0 && progress.withoutTasks.length === 0 && progress.uncommitted.length > 0)
    return [line(`No spec at HEAD: commit ${progress.uncommitted.join(', ')}, since a run reads what is committed.`)]
  if (progress.specs.length === 0 && progress.withoutTasks.length === 0)
    return [line('No spec at HEAD. Write specs/<feature>/requirements.md, design.md and tasks.md, and commit them.')]
  const remarks = [
    ...(progress.unfinished ? [unfinishedWords(progress.unfinished)] : []),
    ...progress.withoutTasks.map((dir) => `${dir} has no tasks.md.`),
    ...readFromWords('HEAD', progress.uncommitted, look.width === null ? null : 'agent status | less'),
  ]
  const busy = progress.atWork ? atWorkWords(progress.atWork, now) : []
  const at = new Set(progress.atWork?.tasks.map(({ task }) => task))
  const specs = progress.specs.flatMap((spec) => [...specLines(spec, at, look), blank()])
  const last = progress.last ? [line(lastWords(progress.last))] : []
  const below = [...last, ...busy.map((text) => line(text, 'bold')), ...remarks.map((text) => line(text, 'warn'))]
  return [...specs, ...below].slice(0, below.length > 0 ? undefined : -1)
}

/** `first/1  at work since 12:03, attempt 2, tests (run 20260114-101502-7f3a)`: a line for each task. */
export function atWorkWords({ run, host, since, tasks }: RunAtWork, now: Date): string[] {
  const where = host === null ? '' : ` on ${host}, where nobody here can look whether it still lives`
  if (tasks.length === 0) return [oneLine(`Run ${run} is at work since ${clock(new Date(since), now)}${where}`)]
  return tasks.map(({ task, since: begun, attempt, stage }) => {
    const words = [
      `at work since ${clock(new Date(begun), now)}`,
      ...(attempt > 0 ? [`attempt ${attempt}`] : []),
      stage,
    ]
    return `${oneLine(task)}  ${oneLine(`${words.join(', ')} (run ${run}${where})`)}`
  })
}

/** `12:03` by the clock of this machine, with the date where that is another day. */
function clock(at: Date, now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.toDateString() === now.toDateString()) return time
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
}

function lastWords({ spec, task, verdict, commit }: NonNullable<Progress['last']>): string {
  return oneLine(`Last ${verdict}: ${spec}/${task}, commit ${shortHash(commit)}`)
}

function unfinishedWords({ run, how, task, stage }: NonNullable<Progress['unfinished']>): string {
  const where = [stage === null ? '' : ` at ${stage}`, task === null ? '' : ` of ${task}`].join('')
  return oneLine(`Run ${run} ${how}${where}; the next one with the same settings goes on from there.`)
}

function specLines(spec: SpecProgress, busy: ReadonlySet<string>, look: StatusLook): Line[] {
  const { total, done, blocked } = spec.tasks
  const facts = [
    `${done} of ${plural(total, 'task')} done`,
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
    ...(spec.dialect === 'specproof' ? [] : [spec.dialect]),
  ]
  const rows = [...(spec.next === null ? [] : [{ id: spec.next, why: '' }]), ...spec.waiting]
  const mark = (id: string) => (busy.has(`${spec.id}/${id}`) ? 'at work' : id === spec.next ? 'next' : '')
  const cells = rows.map(({ id, why }) => [mark(id), id, oneLine(spec.title(id)), oneLine(why)])
  const fitted = look.width === null ? {} : { width: look.width }
  const body = table(cells, { indent: 2, unicode: look.unicode, ...fitted })
  return [
    { kind: 'key', spans: [spanOf(spec.id, 'bold'), spanOf(`  ${facts.join(', ')}`)] },
    ...body.map((text, at) => line(text, rows[at]!.id === spec.next ? 'good' : undefined)),
    ...hints(spec).map((text) => line(`  ${text}`, 'warn')),
  ]
}

function hints({ id, lint, branches, stale }: SpecProgress): string[] {
  const found = [
    ...(lint.error > 0 ? [plural(lint.error, 'error')] : []),
    ...(lint.warning > 0 ? [plural(lint.warning, 'warning')] : []),
  ]
  return [
    ...branches.map(({ branch, task }) => `task ${task} is verified and waits on branch ${branch}`),
    ...(stale.length > 0
      ? [
          `evidence is stale for ${plural(stale.length, 'task')} (${stale.slice(0, 5).join(', ')}${stale.length > 5 ? ', ...' : ''}): see agent trace --spec ${id}`,
        ]
      : []),
    ...(found.length > 0 ? [`${found.join(', ')}: see agent lint ${id}`] : []),
  ]
}

function line(text: string, style?: Span['style']): Line {
  return { kind: 'key', spans: [spanOf(text, style)] }
}
