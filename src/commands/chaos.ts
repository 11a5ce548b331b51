import { randomInt } from 'node:crypto'
import { relative, resolve, sep } from 'node:path'
import { begun, type Campaign, judge } from '../core/chaos/campaign.ts'
import { EXIT, exitCodeOf, UserError } from '../core/errors.ts'
import { dirHolding, listedDirs } from '../core/projects.ts'
import { seededIntegers } from '../core/random.ts'
import type { Runner } from '../io/checks/choose-runner.ts'
import { openRepository, type Repository, readHead } from '../io/git/repository.ts'
import { snapshot } from '../io/git/snapshot.ts'
import { openTree } from '../io/git/tree.ts'
import { keepCase } from '../io/keep-case.ts'
import type { Bench } from '../task/again.ts'
import type { Tree, Worktree } from '../world.ts'
import { createShow, type Show } from './chaos-show.ts'
import { type GlobalOptions, loadConfig, numberFlag } from './options.ts'
import { projectOf } from './project.ts'
import { withWorkbench } from './workbench.ts'

export interface ChaosFlags {
  /** How long, s. */
  seconds?: string
  /** Least schedules of each property in a round. */
  schedules?: string
  seed?: string
  isolation?: string
  /** Whether failing cases become regression tests. */
  save: boolean
}

const DEFAULTS = { seconds: 60, schedules: 1_000 }
/** ms that each property goes on in a round, where its schedules took less. */
const ROUND_MS = 2_000
/** Beside the time that was asked for: starting the runner, shrinking, ending. */
const SLACK_MS = 300_000

/**
 * `agent chaos TARGET`: round after round of fresh fault schedules for the chaos tests of a file or folder, as they lie in the
 * checkout, in the box; ends when the time is up or one fails. 0: all held; 1: one failed.
 */
export async function chaosCommand(options: GlobalOptions, target: string, flags: ChaosFlags): Promise<number> {
  const seconds = numberFlag('--seconds', flags.seconds, 1, false) ?? DEFAULTS.seconds
  const schedules = numberFlag('--schedules', flags.schedules, 1, true) ?? DEFAULTS.schedules
  const seed = numberFlag('--seed', flags.seed, 0, true) ?? randomInt(2 ** 31)
  const repository = await openRepository(options.cwd)
  const config = await loadConfig(options, repository.root)
  const commit = await snapshot(repository.root, (await readHead(repository.root)).commit)
  const tree = await openTree(repository.root, commit)
  const files = await filesOf(tree, relativeTarget(repository, options, target), target)
  const view = createShow(options, seconds)
  const dirs = [...new Set(files.map((file) => dirHolding(listedDirs(config), file) ?? ''))]
  const { isolation } = flags
  const { tell, progress: onProgress } = view
  return withWorkbench(
    { repository, config, commit, dirs, isolation, purpose: 'chaos', tell, onProgress },
    async (bench) => {
      const worktree = await bench.openWorktree(commit)
      const campaign = begun({ target, files, seed, seconds })
      await run(campaign, { bench, worktree, schedules, view })
      const { runner } = await projectOf(tree, config, dirs[0])
      if (campaign.status === 'failed' && flags.save) await keepFailures(repository, campaign, runner)
      view.end(campaign)
      return codeOf(campaign)
    },
  )
}

interface Rounds {
  bench: Bench
  worktree: Worktree
  schedules: number
  view: Show
}

/** Round after round, each over seeds of its own, until the time is up or something fails. */
async function run(campaign: Campaign, { bench, worktree, schedules, view }: Rounds): Promise<void> {
  const nextSeed = seededIntegers(campaign.seed)
  const started = performance.now()
  const left = () => campaign.seconds * 1_000 - (performance.now() - started)
  while (campaign.status === 'held' && (campaign.rounds === 0 || left() > 0)) {
    const minMs = Math.max(0, Math.min(ROUND_MS, left()))
    const intensity = { seeds: [nextSeed()], runs: schedules, minMs }
    const maxMs = campaign.seconds * 1_000 + SLACK_MS
    const { files } = campaign
    const result = await bench.runChecks(worktree, { stage: 'chaos', kind: 'tests', files, intensity, maxMs })
    if (bench.signal.aborted) {
      campaign.status = 'interrupted'
      return
    }
    judge(campaign, result)
    view.round(campaign, result)
  }
}

async function keepFailures({ root }: Repository, campaign: Campaign, runner: Runner | null): Promise<void> {
  for (const failure of campaign.failures) failure.kept = await keepCase(root, failure.id, failure.kept, runner)
}

function codeOf({ status }: Campaign): number {
  if (status === 'held') return EXIT.done
  if (status === 'interrupted') return EXIT.interrupted
  return status === 'failed' ? EXIT.problems : exitCodeOf('environment')
}

/** Path from the top of the repository, with forward slashes; empty for the repository itself. */
function relativeTarget({ root }: Repository, { cwd }: GlobalOptions, target: string): string {
  const path = relative(root, resolve(cwd, target))
  if (path === '..' || path.startsWith(`..${sep}`)) throw new UserError(`${target} lies outside of the repository.`)
  return path.split(sep).join('/')
}

const TEST_FILE = /\.(test|spec)\.[cm]?[jt]sx?$/

/** A file as it is named; of a folder those test files that use the simulation kit. */
async function filesOf(tree: Tree, path: string, target: string): Promise<string[]> {
  if (tree.paths.includes(path)) return [path]
  const inside = tree.paths.filter((one) => TEST_FILE.test(one) && (path === '' || one.startsWith(`${path}/`)))
  const chaotic: string[] = []
  for (const one of inside) {
    const file = await tree.read(one)
    if (file.kind === 'text' && /['"]specproof\/sim['"]/.test(file.text)) chaotic.push(one)
  }
  if (chaotic.length > 0) return chaotic
  if (inside.length > 0) throw new UserError(`No test file in ${target} imports \`specproof/sim\`.`)
  throw new UserError(`There is no test file or folder with test files ${target} (what git ignores is left out).`)
}
