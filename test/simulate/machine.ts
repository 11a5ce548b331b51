import type { CheckResult } from '../../src/core/verdict/evidence.ts'
import type { CallLog, CallRecord } from '../../src/io/journal/calls.ts'
import { keyOf } from '../../src/io/journal/calls.ts'
import type { CheckRequest, ModelRequest, ModelResult, Usage, World } from '../../src/world.ts'
import {
  answer,
  codePath,
  FORMATTED,
  isGreen,
  judge,
  LIST,
  type Mood,
  REQUIREMENTS,
  TASKS,
  testPath,
  theirs,
} from './project.ts'
import type { Repo } from './repo.ts'

/** What can go wrong at a call. */
export const FAULTS = [
  ...[
    'kill',
    'kill-after',
    'kill-landed',
    'interrupt',
    'full',
    'moved',
    'listed',
    'conflict',
    'edited',
    'switched',
    'detached',
    'dirty',
    'dirty-spec',
  ],
  ...[
    'in-the-way',
    'tampered',
    'late',
    'early',
    'stopped',
    'dies',
    'boxless',
    'flaky',
    'mangled',
    'grown',
    'unready',
    'unprovided',
  ],
] as const
export type FaultKind = (typeof FAULTS)[number]

export interface Fault {
  /** Calls since the fault before. */
  after: number
  kind: FaultKind
}

/** The project's own pre-commit: none, one that looks on, one that puts a line below each file that is changed, or one that does so each time. */
export type Hook = 'none' | 'looks' | 'formats' | 'stamps'

/** Prices and lengths of the only model. */
export const PRICE = { input: 1, output: 10 }
export const MARGIN = 1.3
const SECOND = 1_000

/** The process is gone: whatever it does from here on has no effect. */
export class Killed extends Error {}

/** One broken law. */
export class Broken extends Error {
  constructor(law: string, what: string) {
    super(`${law}: ${what}`)
    this.name = 'Broken'
  }
}

/** All that outlives a process: the disk, the person, the service, and the time. */
export class Machine {
  readonly repo: Repo
  readonly moods: Mood[]
  /** Records of the last process and of those that it goes on with, as they stand on the disk. */
  journal: string[] = []
  clock = 0
  /** Trees that the last run of all tests found green. */
  readonly judged = new Set<string>()
  /** Commits that runs have made. */
  readonly made = new Set<string>()
  readonly notes: string[] = []
  /** What the last run has committed last, by task. */
  readonly verified = new Map<string, string>()
  /** Lines that somebody else has put into the list. */
  readonly listed: string[] = []
  hook: Hook = 'none'
  /** Tasks of which the user's hooks were told, in this run: that they begin, and that they have ended. */
  told = { before_task: [] as string[], after_task: [] as string[] }
  readonly #edited = new Map<string, { path: string; content: string | null }[]>()
  /** Requirements that tests were written for. */
  readonly testedTexts = new Set<string>()
  /** What the last run said in the end. */
  message = ''
  billed: Usage = { input: 0, output: 0, cached: 0 }
  usd = 0
  /** Questions whose paid answer arrived, of this run and those that it goes on with. */
  answered = new Map<string, number>()
  kills = 0
  /** Paid answers that a full disk did not take. */
  lost = 0
  dead = false
  /** The run has said how it ended. */
  over = false
  /** Calls after that. */
  readonly late: string[] = []
  readonly #faults: { at: number; kind: FaultKind }[]
  #calls = 0
  /** What the next calls of a kind meet. */
  #full = 0
  #next: FaultKind | null = null
  abort = new AbortController()
  startedAt = 0
  /** When the last of the calls that take their time began, milliseconds since the start of the run. */
  lastBegun = 0

  constructor(repo: Repo, moods: readonly Mood[], faults: readonly Fault[]) {
    this.repo = repo
    this.moods = [...moods]
    let at = 0
    this.#faults = faults.map(({ after, kind }) => {
      at += after + 1
      return { at, kind }
    })
  }

  calm(): boolean {
    return this.#faults.length === 0 && this.#full === 0 && this.#next === null
  }

  now(): number {
    return this.clock - this.startedAt
  }

  /** One call of the World: faults come before it, after it, and in its place. */
  async call<T>(name: string, ms: number, effect: () => T): Promise<T> {
    const after = this.#strike(name)
    if (['makeCommit', 'remember', 'openWorktree'].includes(name)) this.#fill()
    const result = effect()
    this.clock += ms
    // Right after the next landing, wherever that is.
    const landed = name === 'land' && (result as { landed?: boolean }).landed === true
    if (after || (landed && this.#met('kill-landed'))) this.kill()
    return result
  }

  #fill(): void {
    if (this.#full === 0) return
    this.#full--
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }

  /** Faults that are due; true: the process is killed when the call has had its effect. */
  #strike(name: string): boolean {
    if (this.dead) throw new Killed()
    if (this.over) this.late.push(name)
    this.#calls++
    let after = false
    while (this.#faults.length > 0 && this.#faults[0]!.at <= this.#calls) {
      const { kind } = this.#faults.shift()!
      this.notes.push(`${kind} at ${this.#calls} ${name}`)
      if (kind === 'kill') this.kill()
      if (kind === 'kill-after') after = true
      else this.#befall(kind)
    }
    return after
  }

  kill(): never {
    this.dead = true
    this.kills++
    throw new Killed()
  }

  #befall(kind: FaultKind): void {
    const { repo } = this
    const main = repo.at(repo.branches.get('main')!).files
    const open = Number(/- \[ \] (\d+)\./.exec(main.get(TASKS) ?? '')?.[1] ?? 99)
    const [waiting] = repo.waiting()
    const onBranch = (files: Record<string, string>) => {
      if (waiting) repo.meanwhile(waiting.branch, files, waiting.message)
    }
    const happens: Partial<Record<FaultKind, () => void>> = {
      interrupt: () => this.abort.abort(),
      full: () => {
        this.#full = 3
      },
      late: () => {
        this.clock += 3 * 3_600 * SECOND
      },
      early: () => {
        this.clock -= 1_800 * SECOND
      },
      moved: () => repo.meanwhile('main', { 'notes.txt': `${this.#calls}\n` }),
      listed: () => {
        this.listed.push(`// mine ${this.#calls}\n`)
        repo.meanwhile('main', { [LIST]: `${main.get(LIST)}${this.listed.at(-1)}` })
      },
      conflict: () => repo.meanwhile('main', { [codePath(open)]: theirs(open) }),
      edited: () => {
        const text = main.get(REQUIREMENTS)!
        repo.meanwhile('main', {
          [REQUIREMENTS]: text.replace(`SHALL answer ${open}.`, `SHALL always answer ${open}.`),
        })
      },
      switched: () => repo.switchTo('elsewhere'),
      detached: () => repo.detach(),
      dirty: () => void repo.uncommitted.set('src/base.ts', 'export const base = 3 // mine\n'),
      'dirty-spec': () => void repo.uncommitted.set(TASKS, 'mine\n'),
      'in-the-way': () => void repo.uncommitted.set(codePath(open), 'mine\n'),
      tampered: () => onBranch({ [codePath(open)]: 'export {}\n' }),
      grown: () => onBranch({ 'more.txt': 'more\n' }),
    }
    const happening = happens[kind]
    if (happening) happening()
    else this.#next = kind
  }

  /** The fault that was meant for such a call. */
  #met(...kinds: FaultKind[]): FaultKind | null {
    const found = this.#next !== null && kinds.includes(this.#next) ? this.#next : null
    if (found !== null) this.#next = null
    return found
  }

  /** As the loops see it. */
  watched(world: World): World {
    const begins = <A extends unknown[], T>(call: (...args: A) => T) => {
      return (...args: A): T => {
        this.lastBegun = this.now()
        return call(...args)
      }
    }
    return {
      ...world,
      ...{ prepare: begins(world.prepare), runChecks: begins(world.runChecks), askModel: begins(world.askModel) },
    }
  }

  log(): CallLog {
    return {
      append: (record: CallRecord) => {
        if (this.dead) throw new Killed()
        // Paid for, and the disk does not take it.
        if (this.#full > 0 && record.call === 'askModel' && !record.begins) this.lost++
        this.#fill()
        const after = this.#strike('log')
        this.journal.push(JSON.stringify(record))
        if (after) this.kill()
      },
    }
  }

  world(tell: World['tell'], seed: () => number): World {
    const { repo } = this
    const { signal } = this.abort
    return {
      signal,
      tell,
      seed,
      now: () => this.now(),
      head: () => this.call('head', 1, () => repo.head()),
      tree: (commit) => this.call('tree', 1, () => repo.tree(commit)),
      prepare: () =>
        this.call('prepare', SECOND, () =>
          this.#met('unready') ? { status: 'environment', message: 'nothing is installed' } : null,
        ),
      provide: () =>
        this.call('provide', 1, () =>
          this.#met('unprovided') ? { status: 'environment', message: 'no registry answers' } : null,
        ),
      ...(this.hook === 'none' ? {} : { projectHook: async () => '.githooks/pre-commit' }),
      hook: async (name, event) => {
        if (this.dead) throw new Killed()
        if (name !== 'on_failure') this.told[name].push((event as { task: string }).task)
        return null
      },
      edited: ({ dir }) =>
        this.call('edited', 1, () => {
          if (!repo.worktrees.has(dir)) throw new Error(`no tree is open at ${dir}`)
          return this.#edited.get(dir) ?? []
        }),
      search: () => this.call('search', 1, () => []),
      symbols: () => this.call('symbols', 1, () => ({ files: [], signatures: async () => new Map() })),
      uncommitted: (dirs) =>
        this.call('uncommitted', 1, () =>
          [...repo.uncommitted.keys()].filter((path) => dirs.some((dir) => path.startsWith(dir))),
        ),
      waiting: () => this.call('waiting', 1, () => repo.waiting()),
      isMerged: (commit) => this.call('isMerged', 1, () => repo.isMerged(commit)),
      changesOf: (commit) => this.call('changesOf', 1, () => repo.changesOf(commit)),
      reapply: (commit, onto, except) => this.call('reapply', 1, () => repo.reapply(commit, onto, except)),
      recordedSeeds: async () => [],
      recall: (key) => this.call('recall', 1, () => JSON.parse(repo.memory.get(key) ?? 'null') as unknown),
      remember: (key, value) => this.call('remember', 1, () => void repo.memory.set(key, JSON.stringify(value))),
      makeCommit: ({ parent, changes, message }) =>
        this.call('makeCommit', 10, () => {
          const files = repo.with(parent, changes)
          // As a filter of git might: the object is another one than was asked for.
          if (this.#met('mangled')) files.set('src/base.ts', `export const base = 1 // ${this.#calls}\n`)
          const commit = repo.commit(parent, files, message)
          this.made.add(commit)
          return { commit, tree: repo.at(commit).tree }
        }),
      openWorktree: (commit) =>
        this.call('openWorktree', SECOND, () => {
          const dir = `tree-${this.#calls}`
          repo.worktrees.add(dir)
          return { commit, dir }
        }),
      closeWorktree: ({ dir }) => this.call('closeWorktree', 10, () => void repo.worktrees.delete(dir)),
      runChecks: ({ commit, dir }, request) =>
        this.call('runChecks', 20 * SECOND, () => {
          if (signal.aborted) return cut(judge(new Map(), request), 'cancelled')
          const { files, tree } = repo.at(commit)
          const result = request.stage === 'hooks' ? this.#runHook(commit, dir, request) : judge(files, request)
          // A test that is red by chance on the base, when a patch breaks it, is taken for one that says nothing: so is the verdict.
          const whole = request.kind === 'tests' && request.files === null
          const met = this.#met('stopped', 'dies', 'boxless', ...(whole ? (['flaky'] as const) : []))
          if (met === 'stopped') return cut(result, 'wall-clock')
          if (met === 'dies') return { ...result, status: 'no-results', tests: [] }
          if (met === 'boxless') return { ...result, status: 'no-results', tests: [], infrastructure: 'box' }
          // A test that is red by chance says nothing about the tree, and may be found out.
          if (request.stage === 'final' && result.status === 'passed') this.judged.add(tree)
          if (met === 'flaky') return flaky(result)
          return result
        }),
      askModel: (request, mayRepeat) => this.call('askModel', 60 * SECOND, () => this.#ask(request, mayRepeat)),
      land: (commit, head, branch, now) =>
        this.call('land', 20, () => {
          if (!now) return repo.keep(commit, branch, 'landing was not asked for')
          const landed = repo.land(commit, head, branch)
          if (landed.landed) this.#lands(commit)
          return landed
        }),
      dropWaiting: ({ branch, commit }) =>
        this.call('dropWaiting', 1, () => {
          if (repo.branches.get(branch) === commit) repo.branches.delete(branch)
        }),
    }
  }

  #runHook(commit: string, dir: string, request: CheckRequest): CheckResult {
    const changed = writes(this.hook) ? this.repo.changesOf(commit) : []
    const stamps = this.hook === 'stamps'
    const edited = changed.flatMap(({ path, content }) =>
      path.endsWith('.ts') && path !== LIST && content !== null && (stamps || !content.endsWith(FORMATTED))
        ? [{ path, content: `${content}${FORMATTED}` }]
        : [],
    )
    this.#edited.set(dir, edited)
    return { ...judge(new Map(), request), status: 'passed' }
  }

  #ask(request: ModelRequest, mayRepeat: (billed: Usage) => boolean): ModelResult {
    const n = Number(request.task)
    const none = { usage: { input: 0, output: 0, cached: 0 }, usd: 0, model: request.model }
    if (this.abort.signal.aborted) return { ok: false, failure: 'cancelled', message: 'cancelled', ...none }
    const mood = this.moods.shift() ?? 'right'
    const length = Math.ceil((request.system.length + request.prompt.length + 1) / 4)
    const sure = mood === 'lost' || mood === 'cut' ? MARGIN - 0.01 : 0.9
    const once: Usage = {
      input: Math.floor(length * sure),
      output: Math.floor(request.maxOutputTokens * sure * 0.7),
      cached: 0,
    }
    const usage =
      mood === 'lost' && mayRepeat(once) ? { ...once, input: once.input * 2, output: once.output * 2 } : once
    const usd = (usage.input * PRICE.input + usage.output * PRICE.output) / 1e6
    this.billed = { input: this.billed.input + usage.input, output: this.billed.output + usage.output, cached: 0 }
    this.usd += usd
    const paid = { usage, usd, model: request.model }
    if (mood === 'outage' || mood === 'lost')
      return { ok: false, failure: 'outage', message: 'the service is out of order', ...paid }
    if (request.role === 'author') this.testedTexts.add(criterion(n, request.prompt))
    const key = keyOf('askModel', [request])
    this.answered.set(key, (this.answered.get(key) ?? 0) + 1)
    const base = this.repo.at(request.base!.commit).files.get(codePath(n)) ?? null
    const text =
      request.role === 'arbiter' ? 'CODE WRONG: it answers another number' : answer(request.role, mood, n, base)
    return { ok: true, text, truncated: mood === 'cut', note: null, promptTokens: usage.input, ...paid }
  }

  /** The laws of what may land, judged by looking at the commit. */
  #lands(id: string): void {
    const { repo } = this
    const { tree, files, parent } = repo.at(id)
    const before = repo.at(parent!).files
    if (!this.judged.has(tree)) throw new Broken('judged', `${id} landed, and its tree was never found green`)
    if (!isGreen(files)) throw new Broken('judged', `${id} landed, and its tests are red`)
    const was = before.get(TASKS)!
    const is = files.get(TASKS)!
    const different = [...was].filter((char, at) => is[at] !== char).length
    if (was.length !== is.length || different !== 1)
      throw new Broken('tick', `tasks.md changed by ${different} characters`)
    for (const [path, text] of before) {
      if (text.startsWith('// theirs') && !files.get(path)?.startsWith('// theirs'))
        throw new Broken('untouched', `${path} of somebody else is gone`)
    }
    const own = /^Task: (\d+)$/m.exec(repo.at(id).message)?.[1] ?? '0'
    const text = criterion(Number(own), before.get(REQUIREMENTS)!)
    if (!this.testedTexts.has(text)) throw new Broken('judged', `no test was written for "${text}"`)
    for (const { path, content } of repo.changesOf(id)) {
      // Named by a patch and made anew by a filter of git, from where a formatting hook takes it: judged, and right.
      if (writes(this.hook) && path === 'src/base.ts' && content?.endsWith(FORMATTED)) continue
      if (![TASKS, LIST, codePath(Number(own)), testPath(Number(own))].includes(path))
        throw new Broken('untouched', `${path} was changed`)
    }
  }
}

const writes = (hook: Hook) => hook === 'formats' || hook === 'stamps'

/** What a text asks of task N. */
function criterion(n: number, text: string): string {
  return new RegExp(`WHEN t${n} is called, THE system SHALL .*`).exec(text)?.[0] ?? ''
}

function cut(result: CheckResult, limit: 'cancelled' | 'wall-clock'): CheckResult {
  return { ...result, status: 'stopped', limit, tests: [], running: null }
}

/** A test that nobody touched is red for once. */
function flaky(result: CheckResult): CheckResult {
  const error = { name: 'Error', message: 'by chance', assertion: false }
  const tests = result.tests.map((test) =>
    test.name === 'base' ? { ...test, status: 'failed' as const, error } : test,
  )
  return { ...result, tests, status: tests.some(({ status }) => status === 'failed') ? 'failed' : result.status }
}
