import { chooseRemovals, type Item, type Removal } from '../core/clean.ts'
import { counted } from '../core/counted.ts'
import { EXIT } from '../core/errors.ts'
import { removeItem, survey, type Unmerged, unmergedBranches } from '../io/clean.ts'
import { recover } from '../io/git/recover.ts'
import { openRepository } from '../io/git/repository.ts'
import { lockRepository } from '../io/git/run-lock.ts'
import { type GlobalOptions, numberFlag } from './options.ts'

export interface CleanFlags {
  days?: string
  maxMb?: string
  dryRun?: boolean
}

const DAYS = 14
const MAX_MB = 1_000
const MB = 1024 ** 2

interface Cleaned {
  type: 'clean.result'
  dryRun: boolean
  /** What killed runs had left and was cleared up; empty with `--dry-run`. */
  recovered: string[]
  removed: Removal[]
  kept: { runs: Item[]; baselines: Item[]; cache: Item[] }
  /** Branches of ours that are not merged: they stay. */
  unmerged: Unmerged[]
}

/** `agent clean`: removes what old runs have left; commits that are not merged are listed and stay. */
export async function cleanCommand(options: GlobalOptions, flags: CleanFlags): Promise<number> {
  const days = numberFlag('--days', flags.days, 0, false) ?? DAYS
  const bytes = (numberFlag('--max-mb', flags.maxMb, 0, false) ?? MAX_MB) * MB
  const dryRun = flags.dryRun ?? false
  const repository = await openRepository(options.cwd)
  const lock = dryRun ? null : await lockRepository(repository.commonDir, 'agent clean')
  try {
    const recovered = dryRun ? [] : await recover(repository)
    const { runs, baselines, cache } = await survey(repository, Date.now())
    const limits = { days, bytes }
    const removed = [runs, baselines, cache].flatMap((items) => chooseRemovals(items, limits))
    if (!dryRun) for (const item of removed) await removeItem(item)
    const gone = new Set(removed.map(({ path }) => path))
    const left = (items: Item[]) => items.filter(({ path }) => !gone.has(path))
    const kept = { runs: left(runs), baselines: left(baselines), cache: left(cache) }
    const unmerged = await unmergedBranches(repository.root)
    const cleaned: Cleaned = { type: 'clean.result', dryRun, recovered, removed, kept, unmerged }
    process.stdout.write(options.json ? `${JSON.stringify(cleaned)}\n` : describe(cleaned))
    return EXIT.done
  } finally {
    await lock?.release()
  }
}

const size = (items: readonly Item[]) => `${(items.reduce((sum, { bytes }) => sum + bytes, 0) / MB).toFixed(1)} MB`

function describe({ dryRun, recovered, removed, kept, unmerged }: Cleaned): string {
  const verb = dryRun ? 'would be removed' : 'removed'
  const lines = [
    ...recovered,
    ...removed.map((item) => `${verb}: ${item.path} (${size([item])}): ${item.why}`),
    `${removed.length} ${verb} (${size(removed)})`,
    `kept: ${counted(kept.runs.length, 'run')} (${size(kept.runs)}), ${counted(kept.baselines.length, 'result')} of past trees (${size(kept.baselines)}), cache (${size(kept.cache)})`,
    ...kept.cache.map((item) => `  ${item.path} (${size([item])})`),
    ...kept.runs.flatMap(({ path, needed }) => (needed === undefined ? [] : [`  ${path}: ${needed}`])),
  ]
  if (unmerged.length > 0) lines.push('not merged, and yours to remove (`git branch -D`):')
  for (const { branch, commit, subject } of unmerged) lines.push(`  ${branch} ${commit.slice(0, 7)} ${subject}`)
  return `${lines.join('\n')}\n`
}
