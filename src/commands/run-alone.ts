import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { boxVariables } from '../core/box-variables.ts'
import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import type { Event } from '../core/events.ts'
import { sha256 } from '../core/hash.ts'
import { createDeny } from '../core/prompt/deny.ts'
import { seedsOf } from '../core/random.ts'
import { modelsInWords } from '../core/settings.ts'
import type { CheckProgress } from '../io/checks/checks.ts'
import { createBoxGits } from '../io/git/box-git.ts'
import { cacheFolder } from '../io/git/cache-folder.ts'
import { mayHaveOurs } from '../io/git/our-branches.ts'
import { recover } from '../io/git/recover.ts'
import { type Repository, readHead } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { createWorktrees } from '../io/git/worktree.ts'
import { cutLanding, hasAnswers } from '../io/journal/calls.ts'
import { excludeFromGit } from '../io/journal/journal.ts'
import { openMemory } from '../io/journal/memory.ts'
import { type Unfinished, unfinishedRun } from '../io/journal/past-runs.ts'
import { DEFAULT_JOURNAL_MB } from '../io/journal/room.ts'
import { openJournaled } from '../io/models/journaled.ts'
import { createRealWorld } from '../io/real-world.ts'
import { run } from '../run.ts'
import type { RunOptions, RunResult } from '../run-options.ts'
import type { Head, World } from '../world.ts'
import { chooseIsolation, type Isolation, tryBoxes } from './isolation.ts'
import { priceNote } from './models.ts'
import { nothingLeft, unlessNothingIsLeft } from './nothing-left.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { createPreparation, identified } from './project.ts'
import { type Believing, believe, NOTHING_KNOWN, openReadiness, standing } from './readiness.ts'
import { isSame, recordedWorlds } from './resume.ts'
import { type JournaledRun, RUN_VERSION, type RunDescription } from './run-description.ts'
import type { SessionTools } from './run-in-repository.ts'
import { folderOfRecording, openForRun, recorder } from './run-models.ts'
import type { RunFlags } from './settings.ts'
import { surroundings } from './surroundings.ts'
import { type TokenCounters, tokenCounters } from './tokens.ts'

/** What was asked of a run, and what is known before it. */
export interface Asked {
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

/** Runs tasks in a repository that no other run works in: opens all that they need, and clears it up. */
export async function runAlone(
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
      }).catch(async (error: unknown) => {
        throw await unlessNothingIsLeft(error, repository, flags, config, memory, wanted)
      })
  const isolation = chooseIsolation(flags.isolation, config)
  const lookBack = async () => {
    const past = wanted.dryRun || journaled ? null : await unfinishedRun(repository.root)
    return { past, found: wanted.dryRun ? [] : await recover(repository, cutLanding(past?.calls ?? [])) }
  }
  const { commit } = earlyHead ?? (await readHead(repository.root))
  const earlyTree = await openTree(repository.root, commit)
  const nothing = journaled || adopted ? null : await nothingLeft(earlyTree, config, wanted)
  const cleared = nothing ? await lookBack() : null
  if (nothing && cleared && !cleared.past && cleared.found.length === 0 && !(await mayHaveOurs(repository.root))) {
    await model.close?.()
    throw nothing
  }
  await excludeFromGit(repository.commonDir)
  // Where nothing is known of it nothing is paid for before the box has held, and nothing takes longer: it is tried while all else is read.
  const early = !wanted.dryRun && !journaled
  const readiness = early ? await openReadiness(memory, await standing(), [flags.isolation, config]) : NOTHING_KNOWN
  if (early) begun.push(identified(repository))
  if (early && !readiness.any) begun.push(tryBoxes(isolation, repository.root))
  const { past, found } = cleared ?? (await lookBack())
  tools.maskAlso(boxVariables(config.env ?? [], {}).env)
  const head = await (journaled ? replayedHead(journaled) : (earlyHead ?? readHead(repository.root)))
  const fresh = journaled !== null || wanted.dryRun || adopted !== null || flags.record !== undefined
  const then = past?.run.described as RunDescription | undefined
  const before = !fresh && past && then && isSame(then, settings, head, tools.mask) ? past : null
  const journal = await tools.open(repository.root, id, config.limits?.journalMB ?? DEFAULT_JOURNAL_MB)
  const tree = head.commit === commit ? earlyTree : await openTree(repository.root, head.commit)
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
        worktrees: {
          ...worktrees,
          async open(commit) {
            await preparation.onItsWay()
            return worktrees.open(commit)
          },
        },
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
      ...(journaled ? { replays: journaled.run.run } : {}),
      ...(before ? { earlierMs: before.ms } : {}),
    })
    if (before) found.unshift(`run ${before.run.id} ${before.how}: ${takenOver(before.calls)}`)
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

/** `task`: whom its events are marked with; null: nobody. */
type MakeWorld = (task: string | null, seed: number) => World

function seedOf(runSeed: number, task: string): number {
  return Number.parseInt(sha256(`${runSeed} ${task}`).slice(0, 8), 16)
}

function takenOver(calls: Unfinished['calls']): string {
  return hasAnswers(calls) ? 'what it was answered is not asked or paid again' : 'no model had answered it'
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
