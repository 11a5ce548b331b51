import { createHash } from 'node:crypto'
import type { FileChange } from '../../src/core/patch/patch.ts'
import type { Head, LandResult, Tree, Waiting, World } from '../../src/world.ts'

interface Commit {
  id: string
  parent: string | null
  tree: string
  files: ReadonlyMap<string, string>
  message: string
}

/** Between the two places of a file. */
export const PLACES = '// --\n'

function merge(base: string, mine: string, theirs: string): string | null {
  const [b, m, t] = [base, mine, theirs].map((text) => text.split(PLACES))
  if ([b!, m!, t!].some(({ length }) => length !== 2)) return null
  const parts = [0, 1].map((at) => (b![at] === m![at] ? t![at]! : b![at] === t![at] ? m![at]! : null))
  return parts.includes(null) ? null : parts.join(PLACES)
}

const hash = (text: string) => createHash('sha1').update(text).digest('hex')

/** What lies on the disk of one simulated machine: it survives every kill. */
export class Repo {
  readonly commits = new Map<string, Commit>()
  readonly branches = new Map<string, string>()
  /** The branch that is checked out; null: HEAD is detached at `detached`. */
  branch: string | null = 'main'
  detached = ''
  /** Files of the checkout that differ from HEAD. */
  readonly uncommitted = new Map<string, string>()
  readonly memory = new Map<string, string>()
  readonly worktrees = new Set<string>()
  #clock = 0

  constructor(files: Record<string, string>) {
    this.branches.set('main', this.commit(null, new Map(Object.entries(files)), 'first'))
  }

  head(): Head {
    const commit = this.branch === null ? this.detached : this.branches.get(this.branch)!
    return { branch: this.branch === null ? null : `refs/heads/${this.branch}`, commit }
  }

  at(commit: string): Commit {
    const found = this.commits.get(commit)
    if (!found) throw new Error(`no commit ${commit}`)
    return found
  }

  /** As with git, the time makes each commit another one. */
  commit(parent: string | null, files: ReadonlyMap<string, string>, message: string): string {
    const tree = hash(JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1))))
    const id = hash(JSON.stringify([parent, tree, message, this.#clock++]))
    this.commits.set(id, { id, parent, tree, files, message })
    return id
  }

  with(parent: string, changes: readonly FileChange[]): Map<string, string> {
    const files = new Map(this.at(parent).files)
    for (const { path, content } of changes) {
      if (content === null) files.delete(path)
      else files.set(path, content)
    }
    return files
  }

  tree(commit: string): Tree {
    const { files, tree } = this.at(commit)
    return {
      commit,
      hash: tree,
      paths: [...files.keys()].sort(),
      async read(path) {
        const text = files.get(path)
        return text === undefined ? { kind: 'absent' } : { kind: 'text', text }
      },
      ignored: async () => [],
    }
  }

  /** Commits of a branch, newest first. */
  history(branch: string): Commit[] {
    const found: Commit[] = []
    for (let id: string | null = this.branches.get(branch) ?? null; id !== null; id = this.at(id).parent)
      found.push(this.at(id))
    return found
  }

  isMerged(commit: string): boolean {
    for (let id: string | null = this.head().commit; id !== null; id = this.at(id).parent)
      if (id === commit) return true
    return false
  }

  isOnABranch(commit: string): boolean {
    return [...this.branches.keys()].some((branch) => this.history(branch).some(({ id }) => id === commit))
  }

  waiting(): Waiting[] {
    return [...this.branches].flatMap(([branch, commit]) => {
      if (!branch.startsWith('specproof/') || this.isMerged(commit)) return []
      const { parent, message } = this.at(commit)
      return [{ branch, commit, parent: parent ?? '', message }]
    })
  }

  changesOf(commit: string): FileChange[] {
    const { files, parent } = this.at(commit)
    const before = parent === null ? new Map<string, string>() : this.at(parent).files
    const changed = [...files].filter(([path, text]) => before.get(path) !== text)
    const gone = [...before.keys()].filter((path) => !files.has(path))
    return [
      ...changed.map(([path, content]): FileChange => ({ path, action: 'edit', content, blocks: [] })),
      ...gone.map((path): FileChange => ({ path, action: 'delete', content: null, blocks: [] })),
    ]
  }

  /** Where both sides changed a file they conflict, but for the one that has two places: nothing else is as long. */
  reapply(commit: string, onto: string, except: string): Awaited<ReturnType<World['reapply']>> {
    const before = this.at(this.at(commit).parent!).files
    const now = this.at(onto).files
    const changes = this.changesOf(commit).filter(({ path }) => path !== except)
    const conflicts: string[] = []
    const merged = changes.map((change) => {
      const [base, mine, theirs] = [before.get(change.path), change.content, now.get(change.path)]
      if (base === theirs) return change
      const content = base && mine && theirs ? merge(base, mine, theirs) : null
      if (content === null) conflicts.push(change.path)
      return { ...change, content }
    })
    return conflicts.length > 0 ? { ok: false, conflicts } : { ok: true, changes: merged }
  }

  keep(commit: string, wanted: string, reason: string): LandResult & { landed: false } {
    for (let n = 1; ; n++) {
      const branch = n === 1 ? wanted : `${wanted}-${n}`
      const there = this.branches.get(branch)
      if (there !== undefined && there !== commit) continue
      this.branches.set(branch, commit)
      return { landed: false, branch, reason }
    }
  }

  /** On the terms of the real one: HEAD as at the start, a fast-forward, and nothing of the user in the way. */
  land(commit: string, start: Head, wanted: string): LandResult {
    const now = this.head()
    if (start.branch === null || now.branch !== start.branch) return this.keep(commit, wanted, 'another branch')
    if (now.commit !== start.commit) return { ...this.keep(commit, wanted, 'HEAD moved'), moved: true }
    if (this.at(commit).parent !== now.commit) return this.keep(commit, wanted, 'not a fast-forward')
    if (this.changesOf(commit).some(({ path }) => this.uncommitted.has(path)))
      return this.keep(commit, wanted, 'local changes are in the way')
    this.branches.set(this.branch!, commit)
    return { landed: true, ref: now.branch! }
  }

  switchTo(branch: string): void {
    if (!this.branches.has(branch)) this.branches.set(branch, this.head().commit)
    this.branch = branch
  }

  detach(): void {
    this.detached = this.head().commit
    this.branch = null
  }

  /** What somebody else commits on top of a branch. */
  meanwhile(branch: string, change: Record<string, string>, message = 'Meanwhile'): void {
    const on = this.branches.get(branch)
    if (on === undefined) return
    const files = new Map([...this.at(on).files, ...Object.entries(change)])
    this.branches.set(branch, this.commit(on, files, message))
  }
}
