import { createHash } from 'node:crypto'
import type { Event } from '../../src/core/events.ts'
import type { FileChange } from '../../src/core/patch/patch.ts'
import type { CheckResult, TestResult } from '../../src/core/verdict/evidence.ts'
import { loadTemplates } from '../../src/io/templates.ts'
import type { Surroundings } from '../../src/task/state.ts'
import type { CheckRequest, ModelRequest, ModelResult, Waiting, Worktree, World } from '../../src/world.ts'
import { settingsForTest } from './settings.ts'

type FilesOf = ReadonlyMap<string, string>

interface Commit {
  parent: string | null
  files: FilesOf
  message: string
}

export interface SmallWorldOptions {
  files: Record<string, string>
  /** The reply to a question, on the files of the commit that it is asked about. */
  reply(request: ModelRequest, files: FilesOf): string
  /** What a command or the whole suite finds in the files of a commit: tests by name. */
  judge(request: CheckRequest, files: FilesOf): Record<string, boolean>
  /** Turns of the event loop that the next call takes. */
  delay(): number
  usage?: { input: number; output: number }
  /** The project's own pre-commit: how it ends on the files of a commit, and what it writes. Left out: there is none. */
  hook?(files: FilesOf): { status: CheckResult['status']; writes?: Record<string, string> }
}

/** A repository, a model and checks in memory, by which the loops can be run thousands of times. */
export interface SmallWorld {
  world: World
  /** Subjects of the commits of the branch, oldest first. */
  landed(): string[]
  head(): FilesOf
  branches(): string[]
  events: Event[]
  /** Calls of the user's hooks: `after_task 1 verified`. */
  hooks: string[]
  /** Questions under way now, and at most so far. */
  asking: { now: number; most: number }
  /** Commits on the branch whose very tree no last run has judged. */
  unjudged(): string[]
  /** Somebody else commits. */
  commit(files: Record<string, string>): void
}

const hashOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 40)
const treeOf = (files: FilesOf) => hashOf([...files].sort())

export function smallWorld(options: SmallWorldOptions): SmallWorld {
  const commits = new Map<string, Commit>()
  const branches = new Map<string, string>()
  const memory = new Map<string, unknown>()
  const events: Event[] = []
  const hooks: string[] = []
  const judged = new Set<string>()
  const asking = { now: 0, most: 0 }
  const written = new Map<Worktree, Record<string, string>>()
  let seeds = 0
  const store = (commit: Commit): string => {
    const hash = hashOf([commit.parent, [...commit.files].sort(), commit.message])
    commits.set(hash, commit)
    return hash
  }
  const at = (hash: string) => commits.get(hash)!
  const first = store({ parent: null, files: new Map(Object.entries(options.files)), message: 'base' })
  let head = first
  const pause = async () => {
    for (let turns = options.delay(); turns > 0; turns--) await new Promise(setImmediate)
  }
  const apply = (files: FilesOf, changes: FileChange[]): FilesOf => {
    const next = new Map(files)
    for (const { path, content } of changes) {
      if (content === null) next.delete(path)
      else next.set(path, content)
    }
    return next
  }
  const changesOf = (hash: string, except = ''): FileChange[] => {
    const { parent, files } = at(hash)
    const before = parent === null ? new Map<string, string>() : at(parent).files
    const paths = [...new Set([...before.keys(), ...files.keys()])].filter((path) => path !== except)
    return paths
      .filter((path) => before.get(path) !== files.get(path))
      .map((path) => ({
        path,
        action: before.has(path) ? 'edit' : 'create',
        content: files.get(path) ?? null,
        blocks: [],
      }))
  }
  /** Under the first free name, as the real one does. */
  const keep = (commit: string, wanted: string): string => {
    for (let n = 1; ; n++) {
      const branch = n === 1 ? wanted : `${wanted}-${n}`
      const there = branches.get(branch)
      if (there !== undefined && there !== commit) continue
      branches.set(branch, commit)
      return branch
    }
  }
  const lineage = (): string[] => {
    const line: string[] = []
    for (let hash = head; hash !== first; hash = at(hash).parent!) line.unshift(hash)
    return line
  }
  const world: World = {
    signal: new AbortController().signal,
    head: async () => ({ branch: 'refs/heads/main', commit: head }),
    async tree(commit) {
      await pause()
      const { files } = at(commit)
      const read = async (path: string) => {
        const text = files.get(path)
        return text === undefined ? { kind: 'absent' as const } : { kind: 'text' as const, text }
      }
      return { commit, hash: treeOf(files), paths: [...files.keys()].sort(), read, ignored: async () => [] }
    },
    async makeCommit({ parent, changes, message }) {
      await pause()
      const files = apply(at(parent).files, changes)
      return { commit: store({ parent, files, message }), tree: treeOf(files) }
    },
    prepare: async () => {
      await pause()
      return null
    },
    search: async () => [],
    symbols: async () => ({ files: [], signatures: async () => new Map() }),
    provide: async () => null,
    openWorktree: async (commit) => {
      await pause()
      return { commit, dir: '' }
    },
    closeWorktree: async () => {},
    ...(options.hook
      ? {
          projectHook: async () => '.githooks/pre-commit',
          edited: async (worktree) =>
            Object.entries(written.get(worktree) ?? {}).map(([path, content]) => ({ path, content })),
        }
      : {}),
    async runChecks(worktree, request): Promise<CheckResult> {
      await pause()
      const { files } = at(worktree.commit)
      const none = { stage: request.stage, problems: [], running: null, limit: null, output: '', durationMs: 1 }
      if (request.kind === 'build') return { ...none, status: 'empty', tests: [] }
      if (request.stage === 'hooks') {
        const { status, writes = {} } = options.hook!(files)
        written.set(worktree, writes)
        return { ...none, status, tests: [] }
      }
      if (request.stage === 'final') judged.add(treeOf(files))
      const found = Object.entries(options.judge(request, files))
      const tests = found.map(([name, good]): TestResult => {
        const error = good ? null : { name: 'Error', message: 'no', assertion: true }
        const status = good ? 'passed' : 'failed'
        return { id: name, file: 'f', name, status, durationMs: 0, error, properties: [] }
      })
      return { ...none, status: tests.every(({ status }) => status === 'passed') ? 'passed' : 'failed', tests }
    },
    async askModel(request): Promise<ModelResult> {
      asking.most = Math.max(asking.most, ++asking.now)
      await pause()
      asking.now--
      const { input, output } = options.usage ?? { input: 10, output: 10 }
      const text = options.reply(request, at(request.base!.commit).files)
      const billed = { usage: { input, output, cached: 0 }, usd: 0 }
      return { ok: true, text, truncated: false, ...billed, model: request.model, note: null }
    },
    recordedSeeds: async () => [],
    async land(commit, start, branch, now) {
      await pause()
      if (!now) return { landed: false, branch: keep(commit, branch), reason: 'not asked for' }
      if (head !== start.commit) return { landed: false, branch: keep(commit, branch), reason: 'moved', moved: true }
      if (at(commit).parent !== head) throw new Error('only a commit on top of HEAD can land')
      head = commit
      return { landed: true, ref: 'refs/heads/main' }
    },
    uncommitted: async () => [],
    waiting: async () =>
      [...branches].map(
        ([branch, commit]): Waiting => ({ branch, commit, parent: at(commit).parent!, message: at(commit).message }),
      ),
    isMerged: async (commit) => commit === first || lineage().includes(commit),
    changesOf: async (commit) => changesOf(commit),
    async reapply(commit, onto, except) {
      await pause()
      const before = at(at(commit).parent!).files
      const changes = changesOf(commit, except)
      const conflicts = changes.map(({ path }) => path).filter((path) => before.get(path) !== at(onto).files.get(path))
      return conflicts.length > 0 ? { ok: false, conflicts } : { ok: true, changes }
    },
    async dropWaiting({ branch, commit }) {
      if (branches.get(branch) === commit) branches.delete(branch)
    },
    recall: async (key) => structuredClone(memory.get(key) ?? null),
    remember: async (key, value) => void memory.set(key, structuredClone(value)),
    async hook(name, event) {
      const { task, status } = event as { task: string; status?: string }
      hooks.push([name, task, status].filter(Boolean).join(' '))
      return null
    },
    tell: (event) => void events.push(event),
    now: () => 0,
    seed: () => ++seeds,
  }
  return {
    world,
    landed: () => lineage().map((hash) => at(hash).message.split('\n')[0]!),
    head: () => at(head).files,
    branches: () => [...branches.keys()].sort(),
    events,
    hooks,
    asking,
    unjudged: () => lineage().filter((hash) => at(hash).message !== 'somebody' && !judged.has(treeOf(at(hash).files))),
    commit(files) {
      head = store({ parent: head, files: new Map([...at(head).files, ...Object.entries(files)]), message: 'somebody' })
    },
  }
}

const templates = await loadTemplates()

/** Surroundings of the loops. */
export function smallSurroundings(settings: Partial<Surroundings['settings']> = {}): Surroundings {
  return {
    run: 'run',
    settings: { ...settingsForTest(), ...settings },
    templates,
    count: (text) => Math.ceil(text.length / 4),
    promptAim: 3_000,
    steering: [],
    deny: () => false,
    framework: '',
    singleFiles: true,
  }
}
