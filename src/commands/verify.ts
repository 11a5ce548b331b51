import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/nearest.ts'
import { specRootsOf } from '../core/projects.ts'
import type { Settings } from '../core/settings.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import type { TaskCommit } from '../core/trace/evidence.ts'
import { type Broken, judgeUnstarted, rerunOf, type Since, showsToo } from '../core/verdict/again.ts'
import { countTests } from '../core/verdict/count-tests.ts'
import { firstCounterexample } from '../core/verdict/counterexample.ts'
import type { CheckResult } from '../core/verdict/evidence.ts'
import { propertyRuns } from '../core/verdict/judge.ts'
import { lastChange, lineage, oneCommit } from '../io/git/lineage.ts'
import { openRepository, type Repository, readHead, uncommitted } from '../io/git/repository.ts'
import { openTree } from '../io/git/tree.ts'
import { type Memory, openMemory } from '../io/journal/memory.ts'
import { againAt, type Bench, firstBroken, runAgain } from '../task/again.ts'
import { pinsKeyOf } from '../task/evidence.ts'
import { loadSpecs } from '../task/load-specs.ts'
import { checkOf } from '../task/verify.ts'
import { verifyReport } from '../ui/ci.ts'
import { type Verified, verifiedSummary } from '../ui/verify.ts'
import type { Tree } from '../world.ts'
import { type CiFlags, requireCi, writeCi } from './ci.ts'
import { readEvidence } from './evidence.ts'
import { judgedTests } from './judged-tests.ts'
import { type GlobalOptions, loadConfig } from './options.ts'
import { dirOfTask } from './place.ts'
import { runSession } from './session.ts'
import { commandChecks, levelOf, nightlyOf } from './settings.ts'
import { createVerifyShow } from './verify-show.ts'
import { withWorkbench } from './workbench.ts'

export interface VerifyFlags extends CiFlags {
  spec?: string
  task?: string
  /** `attempt` or `nightly`. */
  level?: string
  isolation?: string
  /** Judge what lies in the checkout as an attempt at the next task, or at `--task`. */
  adopt?: boolean
  model?: string
}

interface Ticked {
  spec: Spec
  task: Task
  commit: TaskCommit | null
}

/**
 * `agent verify`: the evidence of ticked tasks again, at HEAD: seeds of their commits and of earlier failures, then fresh ones.
 * What no longer holds is told with the commit since which. 0: all that could run holds; 1: something does not.
 */
export async function verifyCommand(options: GlobalOptions, flags: VerifyFlags): Promise<number> {
  if (flags.adopt && flags.level !== undefined)
    throw new UserError('--adopt judges at the level of an attempt: leave out --level.')
  if (!flags.adopt && flags.model !== undefined) throw new UserError('--model: no model is asked without --adopt.')
  if (flags.adopt) return adoptCommand(options, flags)
  await requireCi(options.cwd, flags)
  try {
    return await verifyTicked(options, flags)
  } catch (error) {
    const { message } = error as Error
    const title = error instanceof UserError ? error.status : 'bug'
    await writeCi(options.cwd, flags, verifyReport([], '', { title, message }))
    throw error
  }
}

async function verifyTicked(options: GlobalOptions, flags: VerifyFlags): Promise<number> {
  const repository = await openRepository(options.cwd)
  const config = await loadConfig(options, repository.root)
  const level = levelNamed(flags.level ?? 'attempt', config)
  const head = await readHead(repository.root)
  const tree = await openTree(repository.root, head.commit)
  const { specs } = await loadSpecs(tree, specRootsOf(config))
  const ticked = await tickedTasks(repository.root, specs, flags)
  const show = createVerifyShow(options)
  show.begin(head, ticked.length)
  if (ticked.length === 0) {
    await writeCi(options.cwd, flags, verifyReport([], verifiedSummary([])))
    return show.end([], head.commit)
  }
  const found: Verified[] = []
  const anyToRun = ticked.some(({ task, commit }) => commit !== null && rerunOf(task, commit) !== null)
  let interrupted = false
  if (!anyToRun) for (const one of ticked) found.push(show.task(withoutRun(one)))
  else
    await withWorkbench(
      {
        repository,
        config,
        commit: head.commit,
        dirs: await dirsOf(ticked, config, tree),
        isolation: flags.isolation,
        purpose: 'verify',
        tell: show.tell,
        onProgress: show.progress,
      },
      async (bench) => {
        const again = verifier(repository, config, level, tree, bench, openMemory(repository.root))
        for (const one of ticked) {
          show.start(one.spec.id, one.task.id)
          const verified = await again(one)
          interrupted = bench.signal.aborted
          if (interrupted) return
          found.push(show.task(verified))
        }
      },
    )
  const changed = await uncommitted(repository.root, ['.'])
  show.note(changed.length > 0 ? `HEAD was judged; the checkout has changes that are not committed.` : null)
  const code = show.end(found, head.commit, interrupted)
  const looked = `interrupted: ${found.length} of ${ticked.length} ticked tasks were looked at`
  const cut = interrupted ? { title: 'interrupted', message: looked } : null
  await writeCi(options.cwd, flags, verifyReport(found, verifiedSummary(found), cut))
  return code
}

/** `agent verify --adopt`: a person's own change through the gates of `agent next`, in one attempt. */
function adoptCommand(options: GlobalOptions, flags: VerifyFlags): Promise<number> {
  const { spec = null, task = null } = flags
  const wanted = { spec, task, most: 1, until: null, keepGoing: false, dryRun: false }
  return runSession(options, { ...flags, land: true, attempts: '1' }, wanted)
}

function levelNamed(name: string, config: Config): Settings['level'] {
  if (name === 'attempt') return levelOf(config)
  if (name === 'nightly') return nightlyOf(config)
  throw new UserError(`--level ${name}: there are attempt and nightly.${didYouMean(name, ['attempt', 'nightly'])}`)
}

async function tickedTasks(root: string, specs: Spec[], { spec, task }: VerifyFlags): Promise<Ticked[]> {
  const wanted = specs.filter(({ id, dir }) => spec === undefined || id === spec || dir === spec)
  if (wanted.length === 0) {
    const known = specs.map(({ id }) => id).join(', ') || 'none'
    throw new UserError(
      spec === undefined
        ? 'No spec found at HEAD.'
        : `There is no spec "${spec}" at HEAD; there are: ${known}.${didYouMean(
            spec,
            specs.map(({ id }) => id),
          )}`,
    )
  }
  const { histories } = await readEvidence(root, wanted)
  const all = wanted.flatMap((one) => one.tasks.map((task) => ({ spec: one, task })))
  const named = all.filter(({ task: { id } }) => task === undefined || id === task)
  if (named.length === 0) throw new UserError(`There is no task "${task}" in ${wanted.map(({ id }) => id).join(', ')}.`)
  const parents = new Set(all.flatMap(({ spec, task: { parent } }) => (parent ? [`${spec.dir} ${parent}`] : [])))
  const ticked = named.filter(({ task }) => task.status === 'done')
  if (task !== undefined && ticked.length === 0) throw new UserError(`Task ${task} is not ticked at HEAD.`)
  return ticked.flatMap((one) => {
    const commit = histories.get(one.spec.dir)?.get(one.task.id)?.current ?? null
    // A parent is ticked with its last child and has nothing of its own to show.
    const group = parents.has(`${one.spec.dir} ${one.task.id}`) && commit === null
    return group && task === undefined ? [] : [{ ...one, commit }]
  })
}

const NOTHING_RAN = {
  tests: 0,
  runs: 0,
  seeds: { pinned: 0, fresh: 0 },
  counterexample: null,
  since: null,
  changed: [],
  ms: 0,
}

/** The packages that ticked tasks work in. One whose folder is gone is judged at the top. */
async function dirsOf(ticked: readonly Ticked[], config: Config, tree: Tree): Promise<string[]> {
  const placed = await Promise.all(ticked.map(({ spec, task }) => dirOfTask(spec, task, config, tree)))
  return [...new Set(placed.flatMap((place) => ('dir' in place ? [place.dir] : [])))]
}

function withoutRun({ spec, task, commit }: Ticked): Verified {
  const told = { spec: spec.id, task: task.id, title: task.title, commit: commit?.hash ?? null, ...NOTHING_RAN }
  if (commit === null) return { ...told, standing: 'none', reason: 'no commit of this tool stands for the tick' }
  return { ...told, standing: 'no-tests', reason: 'its commit brought no tests of its own' }
}

/** Judges one ticked task after the other. */
function verifier(
  { root }: Repository,
  config: Config,
  level: Settings['level'],
  tree: Tree,
  bench: Bench & { seed(): number },
  memory: Memory,
): (ticked: Ticked) => Promise<Verified> {
  const maxMs = level.maxMinutes * 60_000
  return async (ticked) => {
    const { spec, task, commit } = ticked
    const rerun = commit && rerunOf(task, commit)
    if (!commit || !rerun) return withoutRun(ticked)
    const started = performance.now()
    const told = { ...withoutRun(ticked), reason: null }
    const gone = rerun.files.find((path) => !tree.paths.includes(path))
    if (gone !== undefined) {
      const change = await lastChange(root, tree.commit, gone)
      const since = change && { ...change, exact: true }
      return { ...told, standing: 'broken', reason: `its test file ${gone} is gone`, since }
    }
    const judged = await judgedTests(root, tree, commit.hash, rerun.files)
    const place = await dirOfTask(spec, task, config, tree)
    const dir = 'dir' in place ? place.dir : ''
    const check = task.verify === null ? null : { dir, ...checkOf(task.verify, commandChecks(config, dir)) }
    const pinned = ((await memory.recall(pinsKeyOf(spec.id, task.id))) as number[] | null) ?? []
    const intensity = againAt(level, rerun, pinned.slice(-10), bench.seed)
    const run = async (at: string, asked = intensity) =>
      runAgain(bench, await judged.on(at), rerun, asked, { check, maxMs })
    const { verdict: onHead, result } = await run(tree.commit)
    const unstarted = onHead.standing === 'not-run' && onHead.unstarted && commit.hash !== tree.commit
    const verdict = unstarted ? judgeUnstarted(onHead, (await run(commit.hash)).verdict) : onHead
    const known = new Set([...pinned, ...rerun.seeds])
    const found = verdict.standing === 'broken' ? verdict.seeds.filter((seed) => !known.has(seed)) : []
    // Whoever mends this sees these seeds first, and so does the next verify.
    if (found.length > 0) await memory.remember(pinsKeyOf(spec.id, task.id), [...pinned, ...found])
    const old = intensity.seeds.filter((seed) => known.has(seed)).length
    const ran = rerun.by === 'command' ? NOTHING_RAN.seeds : { pinned: old, fresh: intensity.seeds.length - old }
    return {
      ...told,
      ...counted(result),
      changed: judged.changed,
      standing: verdict.standing,
      reason: verdict.standing === 'holds' ? null : verdict.reason,
      seeds: ran,
      counterexample: verdict.standing === 'broken' && result ? firstCounterexample(result) : null,
      since: verdict.standing === 'broken' ? await since(commit, verdict) : null,
      ms: Math.round(performance.now() - started),
    }

    /** The commit since which it is red on the seeds that showed it. */
    async function since({ hash }: TaskCommit, shown: Broken): Promise<Since | null> {
      const asked = shown.seeds.length > 0 ? { ...intensity, seeds: shown.seeds } : intensity
      const broken = async (at: string): Promise<boolean | null> => {
        if (bench.signal.aborted) return null
        return showsToo(shown, (await run(at, asked)).verdict)
      }
      const own = await oneCommit(root, hash)
      // Seeds that nobody had tried may show what was wrong from the beginning.
      if (own && (await broken(hash))) return { ...own, exact: true }
      return firstBroken(await lineage(root, hash, tree.commit), broken)
    }
  }
}

function counted(result: CheckResult | null): { tests: number; runs: number } {
  const runs = propertyRuns(result).reduce((sum, { runs }) => sum + runs, 0)
  return { tests: countTests((result?.tests ?? []).map(({ id }) => id)), runs }
}
