import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskOutcomeStatus } from '../../core/event-parts.ts'
import type { EventOf, StampedEvent } from '../../core/events.ts'
import type { CallRecord } from './calls.ts'

/** A run whose journal is there. */
export interface PastRun {
  id: string
  dir: string
  /** `run.json`; null: it ended before it was written, or cannot be read. */
  described: Record<string, unknown> | null
  /** Its last event; null: it was killed, or is still at work. */
  result: EventOf<'run.result'> | null
}

export function runsFolder(root: string): string {
  return join(root, '.agent', 'runs')
}

/** Oldest first: ids begin with the time. */
export async function listRuns(root: string): Promise<string[]> {
  const entries = await readdir(runsFolder(root), { withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
}

export async function readRun(root: string, id: string): Promise<PastRun> {
  const dir = join(runsFolder(root), id)
  return { id, dir, described: await readDescribed(dir), result: await lastResult(join(dir, 'events.jsonl')) }
}

async function readDescribed(dir: string): Promise<Record<string, unknown> | null> {
  try {
    return JSON.parse(await readFile(join(dir, 'run.json'), 'utf8')) as Record<string, unknown>
  } catch {
    return null
  }
}

/** Results are long where a run did many tasks; they are the last line all the same. */
const TAIL = 1 << 20

async function lastResult(path: string): Promise<EventOf<'run.result'> | null> {
  const [line = ''] = (await lastLines(path)).slice(-1)
  const event = eventIn(line)
  return event?.type === 'run.result' ? (event as EventOf<'run.result'>) : null
}

/** Null: a kill has cut the line off. */
function eventIn(line: string): Partial<StampedEvent> | null {
  try {
    return JSON.parse(line) as Partial<StampedEvent>
  } catch {
    return null
  }
}

async function lastLines(path: string): Promise<string[]> {
  try {
    const { size } = await stat(path)
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read({
        position: Math.max(0, size - TAIL),
        buffer: Buffer.alloc(Math.min(size, TAIL)),
      })
      return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n')
    } finally {
      await file.close()
    }
  } catch {
    return []
  }
}

/** Ends of a task after which the next run goes on; so does one that was killed. */
const OPEN: TaskOutcomeStatus[] = ['interrupted', 'budget', 'provider', 'isolation', 'git', 'environment', 'bug']

/** Ends that the user mends outside of the commits: what ran before the mend may end otherwise after it. */
const MENDED: TaskOutcomeStatus[] = ['isolation', 'environment']

/** A run to go on with. */
export interface Unfinished {
  run: PastRun
  /** How it ended, in words. */
  how: string
  /** This run and those that it went on with itself, oldest first. */
  ids: string[]
  /** Of all of them. */
  calls: CallRecord[]
  /** How long they took together, milliseconds: of one that was killed, until it told something for the last time. */
  ms: number
}

/**
 * The last run, if it has not come to its end. Runs that ended before they were described did nothing, and replays and dry runs are
 * none.
 */
export async function unfinishedRun(root: string): Promise<Unfinished | null> {
  const open = await lastOpen(root)
  return open === null ? null : { ...open, ...(await chainOf(root, open.run)) }
}

async function lastOpen(root: string): Promise<Pick<Unfinished, 'run' | 'how'> | null> {
  const ids = await listRuns(root)
  for (const id of ids.reverse()) {
    const run = await readRun(root, id)
    const { replays, wanted } = run.described ?? {}
    if (run.described === null || replays !== undefined || (wanted as { dryRun?: boolean }).dryRun) continue
    const status = endsOf(run).find((end) => OPEN.includes(end))
    if (run.result !== null && status === undefined) return null
    if (status === 'bug' && (await goesOnWithBug(root, run))) return null
    return { run, how: status === undefined ? 'was killed' : `ended with ${status}` }
  }
  return null
}

/** Where a run was when it ended before its end. */
export interface Cut {
  run: string
  /** In words. */
  how: string
  /** `spec/task`; null: it had begun none. */
  task: string | null
  /** The role or the stage of the checks that was at work last; null: none was. */
  stage: string | null
}

/** The run that the next one goes on with, if there is one, by the last events of its journal alone. */
export async function cutRun(root: string): Promise<Cut | null> {
  const open = await lastOpen(root)
  if (open === null) return null
  const events = (await lastLines(join(open.run.dir, 'events.jsonl'))).flatMap((line) => eventIn(line) ?? [])
  const stages = events.map((event) => ('role' in event ? event.role : 'stage' in event ? event.stage : null))
  const tasks = events.map((event) => event.of ?? ('task' in event ? `${event.spec}/${event.task}` : null))
  const last = <T>(all: (T | null | undefined)[]): T | null => all.findLast((one) => one != null) ?? null
  const how = open.how === 'ended with interrupted' ? 'was interrupted' : open.how
  return { run: open.run.id, how, task: last(tasks), stage: last(stages) }
}

/** How the run ended, and then each of its tasks: the first that failed names the run, and a later one may have been cut short. */
function endsOf({ result }: PastRun): TaskOutcomeStatus[] {
  return result === null ? [] : [result.status, ...(result.tasks ?? []).map(({ status }) => status)]
}

async function chainOf(root: string, last: PastRun): Promise<Pick<Unfinished, 'ids' | 'calls' | 'ms'>> {
  // Most ask only how it ended.
  const { readCalls } = await import('./call-log.ts')
  const chain: CallRecord[][] = []
  const seen = new Set<string>()
  let mended = false
  let wrong = false
  let ms = 0
  for (let run: PastRun | null = last; run !== null && !seen.has(run.id); run = await resumedBy(root, run)) {
    seen.add(run.id)
    ms += await lasted(run)
    mended ||= endsOf(run).some((end) => MENDED.includes(end))
    wrong ||= endsOf(run).includes('bug')
    const calls = await readCalls(run.dir)
    chain.unshift(
      calls.filter(({ call }) => (wrong ? call === 'askModel' || call === 'land' : !mended || call !== 'runChecks')),
    )
  }
  return { ids: [...seen].reverse(), calls: chain.flat(), ms }
}

async function lasted({ dir }: PastRun): Promise<number> {
  const lines = await lastLines(join(dir, 'events.jsonl'))
  // A kill may have cut the last one off.
  return lines.map((line) => eventIn(line)?.t ?? 0).findLast((t) => t > 0) ?? 0
}

async function resumedBy(root: string, { described }: PastRun): Promise<PastRun | null> {
  const before: unknown = described?.['resumes']
  return typeof before === 'string' ? readRun(root, before) : null
}

/** What was paid is tried once more after a mistake of ours; where that ends the same way, the answers may be what it stumbles over. */
async function goesOnWithBug(root: string, run: PastRun): Promise<boolean> {
  const before = await resumedBy(root, run)
  return before !== null && endsOf(before).includes('bug')
}
