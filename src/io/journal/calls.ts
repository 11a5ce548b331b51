import { sha256 } from '../../core/hash.ts'
import type { CheckResult } from '../../core/verdict/evidence.ts'
import type { CheckRequest, ModelRequest, ModelResult, Worktree, World } from '../../world.ts'

/** Goes up when a field of a record changes its meaning or goes away. */
export const CALLS_VERSION = 1

/** One call of the World. Of a call that spends money or moves a branch there is a record before and one after it. */
export interface CallRecord {
  v: typeof CALLS_VERSION
  /** Milliseconds since the start of the run. */
  t: number
  call: string
  /** Hash of what it was asked. */
  key: string
  /** The answer of an earlier run, whose journal holds it too. */
  again?: true
  /** It is about to happen; what came of it stands in a later record, if the run lived to write one. */
  begins?: true
  /** The commit that begins to land; left out: it is no such record. */
  commit?: string
  /** What it answered; left out: nothing, or what can be read from git again. */
  value?: unknown
  /** What it threw. */
  error?: string
}

/** Where records go. Throws where the disk does not take them. */
export interface CallLog {
  /** `lasting`: it must survive a loss of power from here on. */
  append(record: CallRecord, lasting: boolean): void
}

/** Calls whose answers stand in git under the hash that they were asked for. */
const FROM_GIT = ['tree', 'symbols', 'search', 'changesOf', 'reapply'] as const
const ANSWERED = [
  ...['head', 'makeCommit', 'prepare', 'provide', 'openWorktree', 'closeWorktree', 'runChecks', 'askModel'],
  ...['recordedSeeds', 'land', 'uncommitted', 'waiting', 'dropWaiting', 'recall', 'remember'],
] as const
type Called = (typeof FROM_GIT)[number] | 'head' | 'makeCommit' | 'runChecks' | 'askModel' | 'land' | 'recall'

/** A kill between the two records of such a call leaves open whether it happened. */
const GRAVE = ['askModel', 'land']

/** Names a question by all that its answer may depend on. */
export function keyOf(call: string, args: readonly unknown[]): string {
  return sha256(JSON.stringify(asked(call, args))).slice(0, 32)
}

function asked(call: string, args: readonly unknown[]): unknown {
  if (call === 'askModel') {
    // What is left of a budget, and marks for caches, do not change what is asked.
    const { maxOutputTokens: _, stable: __, ...question } = args[0] as ModelRequest
    return question
  }
  // A worktree is its commit, wherever it lies.
  if (call === 'runChecks') return [(args[0] as Worktree).commit, args[1] as CheckRequest, args[2] ?? '']
  // A commit made anew has another hash.
  if (call === 'land') return []
  if (call === 'closeWorktree') return [(args[0] as Worktree).commit]
  if (call === 'prepare') return [(args[0] as { commit: string }).commit]
  return args
}

/** The same World; every call that reaches outside is told to the log before its answer is used. */
export function recordCalls(world: World, log: CallLog): World {
  const record = (call: string, key: string, more: Partial<CallRecord>) =>
    log.append({ v: CALLS_VERSION, t: Math.round(world.now()), call, key, ...more }, GRAVE.includes(call))
  const told =
    (call: string, kept: boolean) =>
    async (...args: never[]) => {
      const key = keyOf(call, call === 'runChecks' ? [...args, await world.tooling?.()] : args)
      const commit = call === 'land' && args[3] === true ? { commit: String(args[0]) } : {}
      if (GRAVE.includes(call)) record(call, key, { begins: true, ...commit })
      let value: unknown
      try {
        value = await (world[call as Called] as (...args: never[]) => Promise<unknown>)(...args)
      } catch (error) {
        quietly(() => record(call, key, { error: error instanceof Error ? error.message : String(error) }))
        throw error
      }
      const answer = kept && value !== undefined ? { value } : {}
      // It has happened: that a full disk does not take the record must not lose what was paid for or has landed.
      if (GRAVE.includes(call)) quietly(() => record(call, key, answer))
      else record(call, key, answer)
      return value
    }
  const calls = [
    ...ANSWERED.map((call) => [call, told(call, true)]),
    ...FROM_GIT.map((call) => [call, told(call, false)]),
  ]
  return { ...world, ...(Object.fromEntries(calls) as Partial<World>) }
}

function quietly(write: () => void): void {
  try {
    write()
  } catch {}
}

/** The commit whose landing was begun, and of which nobody knows what came; null: there is none. */
export function cutLanding(records: readonly CallRecord[]): string | null {
  const last = records.findLast(({ call }) => call === 'land')
  return last?.begins ? (last.commit ?? null) : null
}

/** Answers that are facts for as long as the question is the same. */
const FACTS = ['makeCommit', 'runChecks', 'askModel', 'recordedSeeds', 'recall']
/** What somebody else may have changed since: it is asked again, and compared. */
const COMPARED = ['head', 'waiting']

/** What was billed is in the books of the run that asked. */
const RESUMED = {
  usage: { input: 0, output: 0, cached: 0 },
  usd: 0,
  note: 'answered to the run before, not asked again',
}

export interface Resuming {
  /** Of the runs that are gone on with; all Worlds of a run draw on one. */
  past: Past
  /** Of this run: what is answered from there is written down again. */
  log: CallLog
  /** Whether a commit is still there. */
  has(commit: string): Promise<boolean>
  /** Told of each answer of a model that is not asked for again. */
  onAnswer?(request: ModelRequest, answer: ModelResult & { ok: true }): Promise<void>
}

/**
 * Goes on where a run was ended: what its journal answers is not asked, run or paid again, as long as the questions are the
 * same. A worktree is made when something has to run in it.
 */
export function resumeCalls(world: World, { past, log, has, onAnswer }: Resuming): World {
  const { take } = past
  const opened = new Map<Worktree, Worktree>()
  const compared =
    <A extends unknown[], T>(call: 'head' | 'waiting', live: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      const value = await live(...args)
      const before = take(call, keyOf(call, args))
      if (before !== undefined && JSON.stringify(before.value) !== JSON.stringify(value)) past.same = false
      return value
    }
  const known = (call: string, args: readonly unknown[]): { value: unknown } | null => {
    const key = keyOf(call, args)
    const found = take(call, key)
    if (found === undefined) return null
    log.append({ v: CALLS_VERSION, t: Math.round(world.now()), call, key, value: found.value, again: true }, false)
    return { value: found.value }
  }
  const answered = async <T>(call: string, args: readonly unknown[], live: () => Promise<T>): Promise<T> => {
    const found = known(call, args)
    return found === null ? live() : (found.value as T)
  }
  return {
    ...world,
    async makeCommit(request) {
      const made = known('makeCommit', [request])?.value as Awaited<ReturnType<World['makeCommit']>> | undefined
      return made !== undefined && (await has(made.commit)) ? made : world.makeCommit(request)
    },
    head: compared('head', world.head),
    waiting: compared('waiting', world.waiting),
    recall: (key) => (past.same ? answered('recall', [key], () => world.recall(key)) : world.recall(key)),
    recordedSeeds: (...args) => answered('recordedSeeds', args, () => world.recordedSeeds(...args)),
    async askModel(request, mayRepeat, back) {
      const found = known('askModel', [request])
      if (found === null) return world.askModel(request, mayRepeat, back)
      const then = found.value as ModelResult & { ok: true }
      const answer = { ...then, ...RESUMED, earlier: then.usage }
      await onAnswer?.(request, answer)
      return answer
    },
    async openWorktree(commit) {
      return { commit, dir: '' }
    },
    ...(world.edited
      ? { edited: async (worktree) => (opened.has(worktree) ? world.edited!(opened.get(worktree)!) : []) }
      : {}),
    async closeWorktree(worktree) {
      const real = opened.get(worktree)
      opened.delete(worktree)
      if (real) await world.closeWorktree(real)
    },
    async runChecks(worktree, request) {
      const live = async () => {
        const real = opened.get(worktree) ?? (await world.openWorktree(worktree.commit))
        opened.set(worktree, real)
        return world.runChecks(real, request)
      }
      // What a hook of the project writes into the tree stands in no answer.
      if (request.stage === 'hooks') return live()
      const found = known('runChecks', [worktree, request, await world.tooling?.()])
      return found === null ? live() : { ...(found.value as CheckResult), earlier: true }
    },
  }
}

/** Calls whose answers come from outside the commit: a replay has to get the same ones. */
const REPLAYED = ['head', 'uncommitted', 'waiting', 'recall', 'recordedSeeds', 'land'] as const

/**
 * The World with these calls answered as they were in the run of these records; nothing is remembered and no ref moves. A call that
 * the run did not make is answered with nothing.
 */
export function replayCalls(world: World, past: readonly CallRecord[]): World {
  const queues = Map.groupBy(
    past.filter(({ begins, value }) => !begins && value !== undefined),
    ({ call, key }) => `${call} ${key}`,
  )
  const take = (name: string, args: readonly unknown[], nothing: unknown): unknown => {
    const queue = queues.get(`${name} ${keyOf(name, args)}`) ?? []
    const found = queue.length > 1 ? queue.shift() : queue[0]
    return found === undefined ? nothing : found.value
  }
  const answered =
    (name: (typeof REPLAYED)[number], nothing: unknown) =>
    async (...args: unknown[]) =>
      take(name, args, nothing)
  return {
    ...world,
    head: answered('head', null) as World['head'],
    uncommitted: answered('uncommitted', []) as World['uncommitted'],
    waiting: answered('waiting', []) as World['waiting'],
    recall: answered('recall', null),
    recordedSeeds: answered('recordedSeeds', []) as World['recordedSeeds'],
    land: answered('land', { landed: false, branch: '', reason: 'the run did not land it' }) as World['land'],
    remember: async () => {},
    dropWaiting: async () => {},
  }
}

/** What is known of runs that are gone on with. */
export interface Past {
  /** The answers to one question in their order. */
  take(call: string, key: string): CallRecord | undefined
  /** Memory was read before it was written: what it said then holds on the way that the run took, and on no other. */
  same: boolean
}

/** `records`: oldest first. What an earlier run has answered again stands among them already. */
export function pastOf(records: readonly CallRecord[]): Past {
  const facts = records.filter((record) => !record.again && isFact(record))
  const queues = Map.groupBy(facts, ({ call, key }) => `${call} ${key}`)
  return { same: true, take: (call, key) => queues.get(`${call} ${key}`)?.shift() }
}

/** Whether a model has answered in these runs. */
export function hasAnswers(records: readonly CallRecord[]): boolean {
  return records.some((record) => record.call === 'askModel' && isFact(record))
}

function isFact({ call, value, begins }: CallRecord): boolean {
  if (begins || value === undefined || ![...FACTS, ...COMPARED].includes(call)) return false
  if (call === 'askModel') return (value as ModelResult).ok
  // What the machine or an interruption ended says nothing.
  if (call === 'runChecks') {
    const { status, infrastructure } = value as CheckResult
    return ['passed', 'failed', 'broken', 'empty'].includes(status) && infrastructure === undefined
  }
  return true
}
