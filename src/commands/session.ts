import { randomBytes, randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { boxVariables } from '../core/box-variables.ts'
import { NOTHING_SPENT, spend } from '../core/budget.ts'
import { errorOf } from '../core/calibration.ts'
import type { Config } from '../core/config.ts'
import { diskTrouble, diskWords, UserError } from '../core/errors.ts'
import { EVENT_VERSION } from '../core/event-version.ts'
import type { Event, StampedEvent } from '../core/events.ts'
import { sha256 } from '../core/hash.ts'
import { createMask, type Mask, maskValue } from '../core/mask.ts'
import { createDeny } from '../core/prompt/deny.ts'
import { seedsOf } from '../core/random.ts'
import { resultWithoutRun, tasksTold } from '../core/result.ts'
import { modelsInWords, type Settings } from '../core/settings.ts'
import type { CheckProgress } from '../io/checks/checks.ts'
import { createBoxGits } from '../io/git/box-git.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { recover } from '../io/git/recover.ts'
import { openAtHead, type Repository, readHead } from '../io/git/repository.ts'
import { lockRepository } from '../io/git/run-lock.ts'
import { openTree } from '../io/git/tree.ts'
import { createWorktrees } from '../io/git/worktree.ts'
import { cutLanding } from '../io/journal/calls.ts'
import { excludeFromGit, type Journal, openJournal } from '../io/journal/journal.ts'
import { type Memory, openMemory } from '../io/journal/memory.ts'
import { unfinishedRun } from '../io/journal/past-runs.ts'
import { DEFAULT_JOURNAL_MB, roomOf } from '../io/journal/room.ts'
import { openJournaled } from '../io/models/journaled.ts'
import type { Model } from '../io/models/model.ts'
import { ModelNameError } from '../io/models/model-name.ts'
import { createPool } from '../io/models/pool.ts'
import type { TreeSource } from '../io/models/scratch-tree.ts'
import { createRealWorld } from '../io/real-world.ts'
import { type Hold, type RunOptions, type RunResult, run } from '../run.ts'
import type { Head, World } from '../world.ts'
import { requireCi, wantsCi, writeCi } from './ci.ts'
import { createHold } from './hold.ts'
import { interruption } from './interruption.ts'
import { chooseIsolation, type Isolation, tryBoxes } from './isolation.ts'
import { isRecorded, modelNames, openModels, priceNote, recallRatios } from './models.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { createPeek, type Peek } from './peek.ts'
import { createPreparation, identified } from './project.ts'
import { type Believing, believe, NOTHING_KNOWN, openReadiness, standing } from './readiness.ts'
import { isSame, recordedWorlds } from './resume.ts'
import { parallelOf, type RunFlags, settingsOf } from './settings.ts'
import { surroundings } from './surroundings.ts'
import { type TokenCounters, tokenCounters, vocabularyOf } from './tokens.ts'
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

/** Goes up when a journal of before could no longer be replayed. */
export const RUN_VERSION = 4

/** What a replay has to know of a run, beside the answers that it got. */
export interface RunDescription {
  version: typeof RUN_VERSION
  run: string
  seed: number
  base: string
  branch: string | null
  wanted: RunOptions
  settings: Settings
  config: Config
  /** The run that this one goes on with; left out: none. */
  resumes?: string
  /** The run that this one is a replay of; left out: it is none. */
  replays?: string
}

export interface JournaledRun {
  /** Folder of the run in the journal. */
  dir: string
  run: RunDescription
}

type ClearUp = () => Promise<void>

interface SessionTools {
  /** Is to be done also when the run is ended at once. */
  onForced(clearUp: ClearUp): void
  /** `of`: the task that it is about, where several are at work. */
  tell(event: Event, of?: string): void
  now(): number
  open(root: string, id: string, journalMB: number): Promise<Journal>
  mask: Mask
  /** Further variables whose values are secret by their names. */
  maskAlso(env: Record<string, string>): void
  signal: AbortSignal
  hold: Hold
  peek: Peek
}

async function runInRepository(
  options: GlobalOptions,
  flags: RunFlags,
  wanted: RunOptions,
  tools: SessionTools,
  journaled: JournaledRun | null,
): Promise<RunResult> {
  const parallel = parallelOf(flags)
  await requireCi(options.cwd, flags)
  const { repository, head } = await openAtHead(options.cwd)
  const id = runId()
  // A dry run changes nothing.
  const begun: Promise<unknown>[] = []
  const lock = wanted.dryRun ? null : await lockRepository(repository.commonDir, id)
  if (lock) tools.onForced(() => lock.release())
  try {
    const all = parallel > 1 ? { ...wanted, parallel } : wanted
    return await runAlone(repository, id, { options, flags, wanted: all, tools, journaled, begun, early: head })
  } finally {
    await Promise.allSettled(begun)
    await lock?.release()
  }
}

interface Asked {
  options: GlobalOptions
  flags: RunFlags
  wanted: RunOptions
  tools: SessionTools
  journaled: JournaledRun | null
  /** Gets what is begun before it is needed, and has to end before the run does. */
  begun: Promise<unknown>[]
  /** HEAD as it was a moment ago; null: it has to be asked for. */
  early: Head | null
}

async function runAlone(
  repository: Repository,
  id: string,
  { options, flags, wanted, tools, journaled, begun, early: earlyHead }: Asked,
): Promise<RunResult> {
  const config = journaled?.run.config ?? (await loadConfig(options, repository.root))
  const memory = openMemory(repository.root)
  const adopted = flags.adopt && !journaled ? await (await import('./adopt.ts')).adopt(repository) : null
  const { model, settings } = journaled
    ? { model: openJournaled(journaled.dir), settings: journaled.run.settings }
    : await openForRun(options, flags, config, memory, {
        root: repository.root,
        commonDir: repository.commonDir,
        deny: createDeny(config.context?.deny ?? []),
        mask: tools.mask,
        scratch: () => join(worktrees.scratch, 'models'),
        adopted: adopted?.model ?? null,
      })
  const isolation = chooseIsolation(flags.isolation, config)
  await excludeFromGit(repository.commonDir)
  // Nothing is paid for before the box has held, and nothing takes longer: it is tried while all else is read.
  const early = !wanted.dryRun && !journaled
  const readiness = early ? await openReadiness(memory, await standing(), [flags.isolation, config]) : NOTHING_KNOWN
  if (early) begun.push(identified(repository))
  if (early && !readiness.any) begun.push(tryBoxes(isolation, repository.root))
  const past = wanted.dryRun || journaled ? null : await unfinishedRun(repository.root)
  const found = wanted.dryRun ? [] : await recover(repository, cutLanding(past?.calls ?? []))
  tools.maskAlso(boxVariables(config.env ?? [], {}).env)
  const head = await (journaled ? replayedHead(journaled) : (earlyHead ?? readHead(repository.root)))
  const fresh = journaled !== null || wanted.dryRun || adopted !== null || flags.record !== undefined
  const then = past?.run.described as RunDescription | undefined
  const before = !fresh && past && then && isSame(then, settings, head, tools.mask) ? past : null
  const journal = await tools.open(repository.root, id, config.limits?.journalMB ?? DEFAULT_JOURNAL_MB)
  const tree = await openTree(repository.root, head.commit)
  const worktrees = await createWorktrees(repository, id, isolation.prepareTree)
  tools.onForced(() => worktrees.closeAll())
  const recording = flags.record ? resolve(options.cwd, flags.record) : null
  const replayed = folderOfRecording(settings, options.cwd)
  const { tell, now, signal, hold, peek } = tools
  const runSeed = journaled?.run.seed ?? (before?.run.described?.['seed'] as number | undefined) ?? randomInt(2 ** 31)
  const many = wanted.parallel !== undefined && wanted.parallel > 1 && settings.land
  if (many) requireApart(isolation, config)
  const asked = recording ? await recorder(model, recording, repository) : model
  /** Worker 0 uses the run's own folder for what is thrown away, the others one below it. */
  const equipped = new Map<number, MakeWorld>()
  const preparations: Believing[] = []
  const boxGits = createBoxGits(repository.root, worktrees.scratch)
  if (early && !readiness.any) boxGits.begin(head.commit)
  const worldOf = (worker: number): MakeWorld => {
    let current: string | undefined
    const tellOf = (event: Event) => tell(event, current)
    const onProgress = (progress: CheckProgress) => tellOf({ type: 'check.progress', ...progress })
    const own = worker === 0 ? worktrees : { ...worktrees, scratch: join(worktrees.scratch, `worker-${worker}`) }
    const options = { repository, isolation, config, worktrees: own, boxGits, onProgress, signal, tell: tellOf }
    const preparation = believe(createPreparation(options), readiness, () => identified(repository))
    preparations.push(preparation)
    return (task, seed) => {
      current = task ?? undefined
      const seeds = seedsOf(seed)
      return createRealWorld({
        repository,
        worktrees,
        base: tree,
        model: {
          ...asked,
          ask(...question) {
            preparation.asked()
            return asked.ask(...question)
          },
        },
        checks: preparation.checks,
        prepare(tree, dir) {
          const prepared = preparation.prepare(tree, dir === undefined ? [] : [dir])
          // What it starts runs beside us.
          asked.warmUp?.()
          return prepared
        },
        provide: preparation.provide,
        tooling: async () => `${settings.checksKey}; ${await preparation.tooling()}`,
        journal,
        mask: tools.mask,
        memory,
        hooks: journaled ? undefined : config.hooks,
        ...(adopted ? { beforeLanding: adopted.beforeLanding } : {}),
        recordedSeeds: async (spec, task, attempt) =>
          replayed ? (await recordedSeeds()).readSeeds(replayed, spec, task, attempt) : [],
        onRed: async (asked, seeds) => {
          if (recording)
            await (await recordedSeeds()).writeSeeds(recording, asked.spec, asked.task, asked.attempt, seeds)
        },
        tell(event) {
          if (event.type === 'task.selected') seeds.begin(`${event.spec}/${event.task}`)
          tell(event, task ?? undefined)
        },
        now,
        seed: seeds.next,
        signal,
      })
    }
  }
  const made = new Map<string | null, number>()
  const workerWorld = (worker: number, task: string | null): World => {
    const make = equipped.get(worker) ?? worldOf(worker)
    equipped.set(worker, make)
    const times = made.get(task) ?? 0
    made.set(task, times + 1)
    // The seeds of a task depend on how often it was begun, and not on what else is at work.
    return make(task, task === null ? runSeed : seedOf(runSeed, `${task} ${times}`))
  }
  const logged = await recordedWorlds(repository, journal, journaled?.dir ?? null, before)
  const recorded = (real: World) => peek.watching(logged(real))
  const world = recorded(workerWorld(0, null))
  let counters: TokenCounters | null = null
  try {
    const { commit: base, branch } = head
    counters = await tokenCounters(Object.keys(settings.models), join(cacheFolder(repository), 'tokens'))
    const around = await surroundings(id, settings, config, tree, counters)
    const described: RunDescription = {
      version: RUN_VERSION,
      run: id,
      seed: runSeed,
      base,
      branch,
      wanted,
      settings,
      config,
      ...(before ? { resumes: before.run.id } : {}),
      ...(journaled ? { replays: journaled.run.run } : {}),
    }
    await journal.describe(described)
    const note = journaled
      ? `replay of ${journaled.run.run}: no model is asked and nothing lands`
      : priceNote(settings, config)
    const { limits } = settings
    tell({
      type: 'run.started',
      run: id,
      model: modelsInWords(settings),
      base,
      branch,
      journal: journal.dir,
      note,
      limits,
    })
    if (before) found.unshift(`run ${before.run.id} ${before.how}: what it was answered is not asked or paid again`)
    if (found.length > 0) tell({ type: 'run.recovered', found })
    if (!many) return await run(world, around, wanted, hold)
    for (let worker = 1; worker <= (wanted.parallel ?? 1); worker++)
      await mkdir(join(worktrees.scratch, `worker-${worker}`), { recursive: true })
    const { runParallel } = await import('../parallel.ts')
    return await runParallel(world, around, wanted, {
      most: wanted.parallel ?? 1,
      hold,
      world: (worker, task) => recorded(workerWorld(worker, task)),
    })
  } finally {
    for (const preparation of preparations) await preparation.settled()
    await boxGits.settled()
    await counters?.save?.()
    await worktrees.closeAll()
    await model.close?.()
  }
}

// What is about recordings is loaded with them: most runs have none.
const recordedSeeds = () => import('../io/models/recorded-seeds.ts')

async function recorder(model: Model, dir: string, { root }: Repository): Promise<Model> {
  const { record } = await import('../io/models/record.ts')
  return record(model, dir, basename(root))
}

/** `task`: whom its events are marked with; null: nobody. */
type MakeWorld = (task: string | null, seed: number) => World

function seedOf(runSeed: number, task: string): number {
  return Number.parseInt(sha256(`${runSeed} ${task}`).slice(0, 8), 16)
}

/** Without a box all workers have the machine's ports. */
function requireApart({ boxes }: Isolation, { services = [] }: Config): void {
  if (boxes.some(({ name }) => name !== 'none') || services.length === 0) return
  throw new UserError(
    '--parallel needs a box where agent.yaml names `services:`: with `--isolation none` all have the same ports.',
  )
}

async function replayedHead({ run }: JournaledRun): Promise<Head> {
  return { commit: run.base, branch: run.branch }
}

async function openForRun(
  options: GlobalOptions,
  flags: RunFlags,
  config: Config,
  memory: Memory,
  { adopted, ...tree }: TreeSource & { adopted: Model | null },
): Promise<{ model: Model; settings: Settings }> {
  const names = modelNames(flags, config, adopted?.name)
  const models = await openModels(names, config, options.cwd, tree, adopted ?? undefined)
  const known = new Set<string>()
  for (const name of models.keys()) if ((await vocabularyOf(name)) !== null) known.add(name)
  const ratios = await recallRatios(memory, models.keys())
  const settings = settingsOf(flags, config, { names, models, ratios, known })
  return { model: createPool(models, names.fallback), settings }
}

/** The recording that a run replays, for the seeds that lie in it. */
function folderOfRecording({ roles }: Settings, cwd: string): string | null {
  const recorded = roles.implementer.models.find(isRecorded)
  return recorded === undefined ? null : resolve(cwd, recorded.slice('recorded/'.length))
}

function runId(): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*/, '')
  return `${stamp}-${randomBytes(3).toString('hex')}`
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
