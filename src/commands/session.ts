import { NOTHING_SPENT, spend } from '../core/budget.ts'
import { errorOf } from '../core/calibration.ts'
import { diskTrouble, diskWords, UserError } from '../core/errors.ts'
import { EVENT_VERSION } from '../core/event-version.ts'
import type { Event, StampedEvent } from '../core/events.ts'
import { createMask, type Mask, maskValue } from '../core/mask.ts'
import { resultWithoutRun, tasksTold } from '../core/result.ts'
import { type Journal, openJournal } from '../io/journal/journal.ts'
import { roomOf } from '../io/journal/room.ts'
import { ModelNameError } from '../io/models/model-name.ts'
import type { RunOptions, RunResult } from '../run-options.ts'
import { wantsCi, writeCi } from './ci.ts'
import { createHold } from './hold.ts'
import { interruption } from './interruption.ts'
import type { GlobalOptions } from './options.ts'
import { createPeek } from './peek.ts'
import type { JournaledRun } from './run-description.ts'
import { type ClearUp, runInRepository } from './run-in-repository.ts'
import type { RunFlags } from './settings.ts'
import { openViews } from './views.ts'

/** Signs of life, of which there are thousands. */
const FREQUENT: Event['type'][] = ['model.delta', 'check.progress']

/** Runs tasks and shows what happens. On every way out the last event is `run.result`; answers the exit code. */
export async function runSession(options: GlobalOptions, flags: RunFlags, wanted: RunOptions): Promise<number> {
  return (await session(options, flags, wanted, null)).exitCode
}

/** Runs what a journal describes once more, on its commit, with its answers; nothing lands. Answers what happened. */
export async function replaySession(
  options: GlobalOptions,
  flags: RunFlags,
  journaled: JournaledRun,
): Promise<{ exitCode: number; events: Event[] }> {
  return session(options, flags, journaled.run.wanted, journaled)
}

async function session(
  options: GlobalOptions,
  flags: RunFlags,
  wanted: RunOptions,
  journaled: JournaledRun | null,
): Promise<{ exitCode: number; events: Event[] }> {
  const stop = interruption()
  const hold = createHold(stop.signal)
  const peek = createPeek(options)
  const views = await openViews(options, {
    stop: stop.interrupt,
    pause: (on) => hold.set(on),
    show: (kind, state) => peek.show(kind, state),
    report: () => peek.report(),
  })
  const started = performance.now()
  const now = () => performance.now() - started
  let journal: Journal | null = null
  let billed = NOTHING_SPENT
  let maskNow = createMask(process.env)
  const mask: Mask = (text) => maskNow(text)
  const maskAlso = (env: Record<string, string>) => {
    maskNow = createMask({ ...process.env, ...env })
  }
  /** What must not stay when nothing is waited for; the last one is done first. */
  const clearUps: ClearUp[] = []
  const events: Event[] = []
  const outcomes: Event[] = []
  const forCi: StampedEvent[] = []
  const prompts: { estimated: number; counted: number }[] = []
  const tell = (told: Event, of?: string) => {
    const event = masked(told, mask)
    if (journaled) events.push(event)
    if (event.type === 'verdict' || event.type === 'landed') outcomes.push(event)
    if (event.type === 'model.finished') {
      billed = spend(billed, event.usage, event.usd)
      const { estimated, counted } = event
      if (estimated !== undefined && counted !== undefined) prompts.push({ estimated, counted })
    }
    const mark = of === undefined ? {} : { of }
    const stamped = journal
      ? journal.write(event, now(), of)
      : { v: EVENT_VERSION, t: Math.round(now()), ...mark, ...event }
    views.listen(stamped)
    if (wantsCi(flags) && !FREQUENT.includes(event.type)) forCi.push(stamped)
  }
  const open = async (root: string, id: string, journalMB: number) => {
    const full = () => tell({ type: 'limit.reached', limit: 'limits.journalMB', message: fullJournal(journalMB) })
    journal = await openJournal(root, id, mask, roomOf(journalMB * 1024 ** 2, full))
    peek.at(root, journal.dir)
    if (views.expect) void import('./times.ts').then(({ pastTimes }) => pastTimes(root, id)).then(views.expect)
    return journal
  }
  /** What is known where the loop does not come to its end. */
  const soFar = () => ({
    tokens: billed.usage,
    usd: billed.usdKnown ? billed.usd : null,
    tasks: tasksTold(outcomes, flags.land),
  })
  let result: RunResult
  try {
    const tools = {
      tell,
      now,
      open,
      mask,
      maskAlso,
      signal: stop.signal,
      hold,
      peek,
      onForced: (one: ClearUp) => void clearUps.push(one),
    }
    const work = runInRepository(options, flags, wanted, tools, journaled)
    // Whatever it still comes to is not waited for.
    work.catch(() => {})
    const forced = stop.forced.then(async () => {
      for (const clearUp of clearUps.reverse()) await clearUp().catch(() => {})
      return { ...resultWithoutRun('interrupted', 'interrupted twice: ended at once'), ...soFar() }
    })
    result = await Promise.race([work, forced])
  } catch (error) {
    result = { ...failed(error, stop.signal.aborted), ...soFar() }
  }
  const written = journal as Journal | null
  const estimate = errorOf(prompts)
  tell({ ...result, journal: written?.dir ?? null, ...(estimate ? { estimate } : {}) })
  written?.close()
  if (wantsCi(flags)) {
    const { runReport } = await import('../ui/ci.ts')
    await writeCi(options.cwd, flags, runReport(forCi))
  }
  await views.close()
  stop.release()
  return { exitCode: result.exitCode, events }
}

function fullJournal(journalMB: number): string {
  return `the journal has reached ${journalMB} MB: prompts and long outputs are left out of it from here on (\`limits.journalMB\` in agent.yaml)`
}

/** An event without secrets, for the journal and every view alike. Progress holds nothing but numbers. */
function masked(event: Event, mask: Mask): Event {
  if (event.type === 'model.delta' || event.type === 'check.progress') return event
  return maskValue(event, mask)
}

function failed(error: unknown, interrupted: boolean): RunResult {
  if (interrupted) return resultWithoutRun('interrupted', 'interrupted')
  const disk = diskTrouble(error)
  if (disk !== null) return resultWithoutRun('environment', diskWords(disk))
  if (error instanceof ModelNameError) return resultWithoutRun('usage', error.message)
  if (error instanceof UserError) return resultWithoutRun(error.status, error.message)
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return resultWithoutRun('bug', `This is a bug of agent, not of yours: ${text}`)
}
