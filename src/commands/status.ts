import { nextTask, type Waiting } from '../core/spec/next.ts'
import type { Spec } from '../core/spec/spec.ts'
import { openRepository, readHead, uncommitted } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { table } from '../ui/format.ts'
import { type GlobalOptions, loadConfig } from './options.ts'

interface SpecStatus {
  id: string
  dir: string
  tasks: { total: number; done: number; open: number; blocked: number }
  next: string | null
  waiting: Waiting[]
}

/** `agent status`: specs, progress, the next task and why each other open task is not it. */
export async function statusCommand(options: GlobalOptions): Promise<number> {
  const repository = await openRepository(options.cwd)
  const head = await readHead(repository.root)
  const config = await loadConfig(options, repository.root)
  const { specs, withoutTasks } = await loadSpecs(await openTree(repository.root, head.commit), config.specs)
  const statuses = specs.map(statusOf)
  const changed =
    specs.length > 0
      ? await uncommitted(
          repository.root,
          specs.map((spec) => spec.dir),
        )
      : []
  if (options.json) process.stdout.write(`${JSON.stringify({ specs: statuses, uncommitted: changed, withoutTasks })}\n`)
  else process.stdout.write(describe(specs, statuses, changed, withoutTasks))
  return 0
}

function statusOf(spec: Spec): SpecStatus {
  const next = nextTask(spec)
  const count = (status: string) => spec.tasks.filter((task) => task.status === status).length
  const done = count('done')
  const blocked = count('blocked')
  return {
    id: spec.id,
    dir: spec.dir,
    tasks: { total: spec.tasks.length, done, open: spec.tasks.length - done - blocked, blocked },
    next: next.task?.id ?? null,
    waiting: next.waiting,
  }
}

function describe(specs: Spec[], statuses: SpecStatus[], changed: string[], withoutTasks: string[]): string {
  if (specs.length === 0)
    return `No spec at HEAD. Write specs/<feature>/requirements.md, design.md and tasks.md, and commit them.\n`
  const lines: string[] = []
  for (const status of statuses) {
    const spec = specs.find((one) => one.dir === status.dir)!
    const { total, done } = status.tasks
    const next = spec.tasks.find((task) => task.id === status.next)
    lines.push(`${status.id}  ${done} of ${total} tasks done`, '')
    const rows = spec.tasks.map((task) => {
      const mark = task.status === 'done' ? 'done' : task === next ? 'next' : ''
      return [mark, task.id, task.title, status.waiting.find((one) => one.id === task.id)?.why ?? task.test?.text ?? '']
    })
    lines.push(...table(rows, { indent: 2 }), '')
  }
  for (const dir of withoutTasks) lines.push(`${dir} has no tasks.md.`)
  if (changed.length > 0) lines.push(`Not committed, so not seen by a run: ${changed.join(', ')}`)
  return `${lines.join('\n').trimEnd()}\n`
}
