import { sliceHash, sliceOf } from '../spec/slice.ts'
import type { Spec } from '../spec/spec.ts'
import { readTrailers } from '../verdict/message.ts'

/** One commit that HEAD holds and whose message speaks of tasks or of reverts. */
export interface LoggedCommit {
  hash: string
  /** Committer's date, ISO 8601. */
  date: string
  message: string
  /** Paths that it changed against its parent, those it removed included. */
  files: string[]
  /** Full or shortened hashes of the commits that it takes back. */
  undoes: string[]
}

/** What a commit says it has shown for one task. */
export interface TaskCommit {
  hash: string
  date: string
  spec: string
  task: string
  verdict: 'verified' | 'checked'
  /** `sha256:...` of the slice that was judged; null where the commit does not say. */
  specHash: string | null
  evidence: string
  /** On which its properties held. */
  seeds: number[]
  model: string | null
  run: string | null
  files: string[]
  /** The commit that took it back; null while it counts. */
  revertedBy: string | null
}

/**
 * Commits of tasks in the order given. `log` is newest first, so that a revert that was reverted itself is known before it is met, and
 * takes nothing back.
 */
export function taskCommits(log: readonly LoggedCommit[]): TaskCommit[] {
  const undone = undoneBy()
  return log.flatMap((commit) => {
    const revertedBy = undone.of(commit.hash)
    if (commit.undoes.length > 0) {
      if (revertedBy === null) undone.add(commit)
      return []
    }
    return evidenceIn(commit.message).map((trailers) => ({
      hash: commit.hash,
      date: commit.date,
      files: commit.files,
      revertedBy,
      ...trailers,
    }))
  })
}

function undoneBy() {
  const whole = new Map<string, string>()
  const short: { start: string; by: string }[] = []
  return {
    add({ hash, undoes }: LoggedCommit) {
      for (const one of undoes) {
        if (one.length === hash.length) whole.set(one, hash)
        else short.push({ start: one, by: hash })
      }
    },
    of: (hash: string) => whole.get(hash) ?? short.find(({ start }) => hash.startsWith(start))?.by ?? null,
  }
}

/** Blocks of trailers with a task and a verdict: one in a commit of ours, several where a forge squashed a branch into one commit. */
function evidenceIn(message: string): Omit<TaskCommit, 'hash' | 'date' | 'files' | 'revertedBy'>[] {
  return message.split(/\n[ \t\r]*\n/).flatMap((block) => {
    const trailers = readTrailers(block)
    const { Spec: spec, Task: task, Verdict: verdict } = trailers
    if (!spec || !task || (verdict !== 'verified' && verdict !== 'checked')) return []
    return {
      spec,
      task,
      verdict,
      specHash: trailers['Spec-Hash'] || null,
      evidence: trailers['Evidence'] ?? '',
      seeds: seedsIn(trailers['Seeds'] ?? ''),
      model: trailers['Model'] || null,
      run: trailers['Run'] || null,
    }
  })
}

function seedsIn(text: string): number[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => /^-?\d+$/.test(part))
    .map(Number)
}

/** The commits of one task, newest first: the one that counts, and those taken back since. */
export interface TaskHistory {
  current: TaskCommit | null
  reverted: TaskCommit[]
}

/** Commits by the folder of their spec and by task. */
export type Histories = ReadonlyMap<string, ReadonlyMap<string, TaskHistory>>

/**
 * A commit belongs to the spec whose name it carries. A name that two specs have had belongs to the one whose tasks.md the commit
 * ticked; a folder that has moved is known by its name alone.
 */
export function historiesOf(specs: readonly Pick<Spec, 'id' | 'dir'>[], commits: readonly TaskCommit[]): Histories {
  const byName = new Map<string, Pick<Spec, 'id' | 'dir'>[]>()
  for (const spec of specs) for (const name of namesOf(spec)) byName.set(name, [...(byName.get(name) ?? []), spec])
  const histories = new Map<string, Map<string, TaskHistory>>(specs.map(({ dir }) => [dir, new Map()]))
  for (const commit of commits) {
    const named = byName.get(commit.spec) ?? []
    const spec =
      named.find(({ dir }) => commit.files.includes(`${dir}/tasks.md`)) ??
      named.find(({ id }) => id === commit.spec) ??
      named[0]
    if (spec === undefined) continue
    const tasks = histories.get(spec.dir)!
    const history = tasks.get(commit.task) ?? { current: null, reverted: [] }
    tasks.set(commit.task, history)
    if (commit.revertedBy !== null) history.reverted.push(commit)
    else history.current ??= commit
  }
  return histories
}

/** `specs/login`, and every name it may have gone by: `login`, and below a root `auth/login` too. */
function namesOf({ id, dir }: Pick<Spec, 'id' | 'dir'>): string[] {
  const parts = dir.split('/')
  return [...new Set([id, ...parts.map((_, at) => parts.slice(at).join('/'))])]
}

/** Commits that count and were made for another slice than today's: what they were made for has to be read from them. */
export function toCompare(spec: Spec, tasks: ReadonlyMap<string, TaskHistory>): TaskCommit[] {
  return spec.tasks.flatMap(({ id, status }) => {
    const current = tasks.get(id)?.current
    if (status !== 'done' || current == null) return []
    return current.specHash === `sha256:${sliceHash(spec, sliceOf(spec, id))}` ? [] : [current]
  })
}
