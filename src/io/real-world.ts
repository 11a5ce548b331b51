import { readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { HooksConfig } from '../core/config.ts'
import type { Event } from '../core/events.ts'
import type { Mask } from '../core/mask.ts'
import type { CheckRequest, ModelRequest, Tree, Unprovided, Unready, World } from '../world.ts'
import type { Checks } from './checks/checks.ts'
import { cacheFolder } from './git/cache-folder.ts'
import { changesOf } from './git/changes.ts'
import { makeCommit } from './git/commit.ts'
import { dropBranch, isMerged, keepOnBranch, land, waitingCommits } from './git/land.ts'
import { projectHook } from './git/project-hooks.ts'
import { reapply } from './git/reapply.ts'
import { type Repository, readHead, uncommitted } from './git/repository.ts'
import { searchTree } from './git/search.ts'
import { decodeBlob, openTree } from './git/tree.ts'
import type { Worktrees } from './git/worktree.ts'
import { createHooks } from './hooks.ts'
import type { Journal } from './journal/journal.ts'
import type { Memory } from './journal/memory.ts'
import type { Model } from './models/model.ts'
import { createSymbols } from './symbols/symbols.ts'

export interface RealWorldOptions {
  repository: Repository
  worktrees: Worktrees
  /** The tree that the run begins on, which is open already. */
  base: Tree
  model: Model
  /** Null before `prepare`. */
  checks(): Promise<Checks | null>
  prepare(tree: Tree, dir?: string): Promise<Unready | null>
  /** Empty before `prepare`. */
  tooling(): Promise<string>
  provide(commit: string): Promise<Unprovided | null>
  journal: Journal
  /** Takes secrets out of what is sent to a model. */
  mask: Mask
  memory: Memory
  recordedSeeds(spec: string, task: string, attempt: number): Promise<number[]>
  /** Before the user's branch moves. Answers what takes it back, for when it does not move. */
  beforeLanding?(): Promise<() => Promise<void>>
  /** Commands of the user around each task. */
  hooks: HooksConfig | undefined
  /** Told when an attempt was red, so that a recording can keep the seeds: its replay must be red too. */
  onRed(last: ModelRequest, seeds: number[]): Promise<void>
  tell(event: Event): void
  now(): number
  seed(): number
  signal: AbortSignal
}

/** The World of a real run: git objects and worktrees, a model over the network, checks in a box. */
export function createRealWorld(options: RealWorldOptions): World {
  const { repository, worktrees, journal, memory, signal } = options
  let asked: ModelRequest | null = null
  const symbols = createSymbols(repository.root, join(cacheFolder(repository), 'symbols'))
  return {
    signal,
    head: () => readHead(repository.root),
    tree: async (commit) => (commit === options.base.commit ? options.base : openTree(repository.root, commit)),
    prepare(tree, dir) {
      // The first prompt will ask for them, and boxes are tried by other processes.
      symbols(tree.commit).catch(() => {})
      return options.prepare(tree, dir)
    },
    tooling: options.tooling,
    provide: options.provide,
    makeCommit: (request) => makeCommit(repository.root, request, worktrees.scratch),
    symbols,
    search: (commit, text, word) => searchTree(repository.root, commit, text, word),
    async openWorktree(commit) {
      // The same patch in another commit (with kept cases, wrong versions, a later time) depends on the same things. What
      // cannot be installed was told when the patch was first provided for.
      await options.provide(commit)
      return worktrees.open(commit)
    },
    closeWorktree: (worktree) => worktrees.close(worktree),
    async runChecks(worktree, request) {
      const checks = await options.checks()
      if (!checks) throw new Error('checks were asked for before the run was prepared')
      const result = await checks.run(worktree, request, signal)
      if (asked && isEvidence(request) && result.status === 'failed')
        await options.onRed(asked, request.intensity.seeds)
      if (request.kind !== 'tests') return result
      const modified = await worktrees.modified(worktree)
      if (modified.length === 0) return result
      const message = `files of the commit were changed while the tests ran: ${modified.join(', ')}`
      return { ...result, problems: [...result.problems, { file: modified[0] ?? null, message }] }
    },
    projectHook: (paths) => projectHook(repository.root, paths),
    async edited(worktree) {
      const paths = await worktrees.modified(worktree)
      return Promise.all(paths.map(async (path) => ({ path, content: await textIn(worktree.dir, path) })))
    },
    async askModel(asking, mayRepeat, back) {
      const request = masked(asking, options.mask)
      const { role, attempt, round } = request
      asked = request
      await journal.prompt(request)
      const result = await options.model.ask(request, {
        signal: back ? AbortSignal.any([signal, back]) : signal,
        onDelta: (text) => options.tell({ type: 'model.delta', chars: text.length }),
        onHidden: (hidden) => options.tell({ type: 'model.delta', chars: 0, hidden }),
        mayRetry: mayRepeat,
        onRetry: (retry) => options.tell({ type: 'model.retrying', role, attempt, round, ...retry }),
        onFallback: (fallback) => options.tell({ type: 'model.fallback', role, attempt, round, ...fallback }),
      })
      if (!result.ok) return result
      // The answer is paid for: a journal that cannot be written must not lose it.
      const lost = await journal.reply(request, result).then(
        () => null,
        (error: Error) => error.message,
      )
      return lost === null
        ? result
        : { ...result, note: [result.note, `not kept in the journal: ${lost}`].filter(Boolean).join('; ') }
    },
    recordedSeeds: options.recordedSeeds,
    async land(commit, head, waitingBranch, now) {
      if (now) {
        const back = await options.beforeLanding?.()
        const result = await land(repository.root, commit, head, waitingBranch)
        if (!result.landed) await back?.()
        return result
      }
      return {
        landed: false,
        branch: await keepOnBranch(repository.root, commit, waitingBranch),
        reason: 'landing was not asked for',
      }
    },
    uncommitted: (dirs) => uncommitted(repository.root, dirs),
    waiting: () => waitingCommits(repository.root),
    isMerged: (commit) => isMerged(repository.root, commit),
    changesOf: (commit) => changesOf(repository.root, commit),
    reapply: (commit, onto, except) => reapply(repository.root, commit, onto, except),
    dropWaiting: (waiting) => dropBranch(repository.root, waiting.branch, waiting.commit),
    recall: memory.recall,
    remember: memory.remember,
    hook: createHooks({ root: repository.root, hooks: options.hooks, tell: options.tell, signal }),
    tell: options.tell,
    now: options.now,
    seed: options.seed,
  }
}

/** Largest file that a hook may have written. */
const LARGEST_EDIT = 1024 ** 2

/** Text of a plain file in a tree that a payload has written; no link is followed. Null: it is none. */
async function textIn(dir: string, path: string): Promise<string | null> {
  const file = join(dir, path)
  try {
    if ((await realpath(file)) !== join(await realpath(dir), path)) return null
    const { size } = await stat(file)
    const read = size > LARGEST_EDIT ? null : decodeBlob(await readFile(file))
    return read?.kind === 'text' ? read.text : null
  } catch {
    return null
  }
}

/** Stars change lengths, so each stable beginning is measured anew; one that is cut in a secret marks nothing. */
function masked(request: ModelRequest, mask: Mask): ModelRequest {
  const prompt = mask(request.prompt)
  const beginnings = (request.stable ?? []).map((length) => mask(request.prompt.slice(0, length)))
  const stable = beginnings.filter((text) => prompt.startsWith(text)).map((text) => text.length)
  return { ...request, system: mask(request.system), prompt, stable }
}

function isEvidence(request: CheckRequest): request is Extract<CheckRequest, { kind: 'tests' }> {
  return request.kind === 'tests' && ['tests', 'property', 'chaos'].includes(request.stage)
}
