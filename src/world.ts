import type { Event } from './core/events.ts'
import type { BaseFile, FileChange } from './core/patch/patch.ts'
import type { ParsedSpecs } from './core/spec/source.ts'
import type { FileSymbols, Signature } from './core/symbols/symbols.ts'
import type { Tally } from './core/teeth/tally.ts'
import type { CheckResult, Stage } from './core/verdict/evidence.ts'

/** The branch and commit that were checked out when a run began. */
export interface Head {
  /** Full ref name, `refs/heads/main`; null when HEAD is detached. */
  branch: string | null
  commit: string
}

/** The files of one commit, read from git objects, never from a working directory. */
export interface Tree {
  commit: string
  /** Hash of the tree object. */
  hash: string
  /** All paths, with forward slashes, sorted by git. */
  paths: string[]
  read(path: string): Promise<BaseFile>
  /** Those of the paths that git ignores and the tree does not hold. */
  ignored(paths: readonly string[]): Promise<string[]>
  /** Left out: nobody keeps what specs are parsed to. */
  parsed?: ParsedSpecs
}

/** A commit materialised in a folder of its own, outside the repository. */
export interface Worktree {
  commit: string
  dir: string
}

export type Role = 'author' | 'implementer' | 'strengthener' | 'arbiter' | 'migrator'

/** How long a model may think before it answers; which of them a model knows is up to its service. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** One question to a model. Attempts and rounds count from 1. */
export interface ModelRequest {
  /** Who is asked: `provider/model`. */
  model: string
  spec: string
  task: string
  role: Role
  attempt: number
  round: number
  /** Identifies the templates the prompt was made from. */
  promptVersion: string
  system: string
  prompt: string
  /** Lengths of beginnings of `prompt`, ascending, that other questions have byte for byte: marks for caches. */
  stable?: number[]
  /** Upper bound of the answer. */
  maxOutputTokens: number
  /** Left out: what the service takes of itself. */
  temperature?: number
  effort?: Effort
  /** The files the question is about, for models that answer by editing files: a commit and what lies upon it. */
  base?: { commit: string; overlay: FileChange[] }
}

export interface Usage {
  input: number
  output: number
  /** Part of `input` that the provider served from its cache. */
  cached: number
  /** Part of `input` that was written to its cache, which costs extra at some services; left out: none. */
  written?: number | undefined
}

export type ModelFailure =
  | 'key'
  | 'rate-limit'
  | 'outage'
  | 'network'
  | 'refused'
  | 'bad-request'
  | 'cancelled'
  | 'exhausted'

/** A model never throws. `usage` is what was billed, also when the answer was lost; `usd` null: the price is not known. */
export type ModelResult =
  | {
      ok: true
      text: string
      truncated: boolean
      usage: Usage
      usd: number | null
      /** Who really answered. */
      model: string
      note: string | null
      /** What the service counted for this prompt alone; left out: it reported nothing. */
      promptTokens?: number
      /** A recorded strengthener's: it numbers other survivors than those of this question. */
      others?: boolean
      /** What was billed to an earlier run, whose answer it is; left out: it is no such answer. */
      earlier?: Usage
    }
  | { ok: false; failure: ModelFailure; message: string; usage: Usage; usd: number | null; model: string }

/** `runs` cases per seed and property, and more seeds until `minMs` have passed. */
export interface Intensity {
  seeds: number[]
  runs: number
  minMs: number
}

/** A command that judges: of `checks:` in agent.yaml, or of a task's `Verify:` line. */
export interface CommandCheck {
  name: string
  /** Shell command, run in the project's folder. */
  run: string
  /** Where it writes JUnit XML: a path from the project's folder, `*` in its last part; null: where `SPECPROOF_REPORT` says. */
  report: string | null
  /** Folder of the repository that it runs in; left out: that of the request, else the top. */
  dir?: string
}

/** Runs each test file once for each wrong version that `instrument` has put into the code, until a test is red on it. */
export interface TeethRequest {
  /** The name that `instrument` was given. */
  key: string
  /** Ids of the wrong versions. */
  mutants: number[]
  /** False: the code is itself a wrong version, with the only id that there is, and there is no right one to compare with. */
  control: boolean
  /** Of the wrong versions, where they get other cases than the right one; left out: the request's. */
  thorough?: Intensity
  /** A wrong version that waits this long for something, or hangs twice as long, does not end. */
  waitMs: number
  /** A wrong version is not through with the first red: all tests that kill it are told. Left out: it is. */
  every?: boolean
  /** Each gets as long as the right version would take twice, whatever is left for the others then. Left out: its share. */
  alone?: boolean
  /** For whoever shows it, where this run is one of several on the same wrong versions; nothing is decided by it. */
  tally?: Tally
  /** For all; those that it does not suffice for are `not-run`. */
  maxMs: number
}

/** `dir`: folder of the project that the task works in; left out: the top. Test files tell themselves where they lie. */
export type CheckRequest =
  | { stage: 'build' | 'baseline'; kind: 'build'; dir?: string }
  | { stage: 'verify' | 'hooks'; kind: 'command'; check: CommandCheck; maxMs: number; dir?: string }
  | {
      stage: Stage
      kind: 'tests'
      /** Test files to run; null: the whole suite. */
      files: string[] | null
      intensity: Intensity
      /** The property of this test draws one case from seed and path, and nothing else; `test` is its id. */
      replay?: { test: string; seed: number; path: string }
      /** Wall clock limit. */
      maxMs: number
      /** Files of the commit that nothing may write while the tests run, where the box can hold them; left out: none. */
      fixed?: readonly string[]
      /** Left out: the tests run once, on the code as it is. */
      teeth?: TeethRequest
    }

export type LandResult =
  | { landed: true; ref: string }
  /** The verified commit waits on `branch`. */
  | {
      landed: false
      branch: string
      reason: string
      /** Nothing is in the way but new commits on the user's branch; left out: something else is. */
      moved?: boolean
      /** The disk has no room for the files; left out: something else is in the way. */
      full?: boolean
    }

/** What a new commit is made of; `parent` is also the base of the changes. */
export interface CommitRequest {
  parent: string
  changes: FileChange[]
  message: string
  /** It is to land, so it is signed where the user signs commits; left out: it is a draft. */
  lasting?: boolean
}

/** A verified commit that waits on a branch of its own because it could not land. */
export interface Waiting {
  branch: string
  commit: string
  parent: string
  message: string
}

/** Why the surroundings cannot carry a run, and what to do about it. */
export interface Unready {
  status: 'isolation' | 'environment' | 'git' | 'blocked'
  message: string
}

/** `patch`: the package manager itself says that a lockfile or manifest of the commit is wrong. */
export type Unprovided = Unready | { status: 'patch'; message: string }

/** What the source files of a commit declare. Vendored, generated, binary and huge files are not among them. */
export interface SymbolIndex {
  files: FileSymbols[]
  /** Of these files; one whose language has no grammar here is missing. */
  signatures(paths: readonly string[]): Promise<Map<string, Signature[]>>
}

/** A line of a file that holds what was searched. `line` counts from 1. */
export interface Hit {
  path: string
  line: number
  text: string
}

export type HookName = 'before_task' | 'after_task' | 'on_failure'

/** Everything the loops touch outside themselves. The real run, a replay and chaos are each a World. */
export interface World {
  head(): Promise<Head>
  tree(commit: string): Promise<Tree>
  /** Writes objects only: no ref, index or working file of the user changes. */
  makeCommit(request: CommitRequest): Promise<{ commit: string; tree: string }>
  /**
   * Tries everything a task on this base needs before money is spent: box, toolchain, dependencies, identity. What was in order a while
   * ago may be believed for the time of a question, and is tried before anything runs; `runChecks` then throws. `dir`: the project that
   * it works in, beside those that are judged always.
   */
  prepare(tree: Tree, dir?: string): Promise<Unready | null>
  /** Lines of a commit's text files that hold `text`; with `word` only whole words. Bounded in number. */
  search(commit: string, text: string, word: boolean): Promise<Hit[]>
  symbols(commit: string): Promise<SymbolIndex>
  /**
   * Installs what a commit depends on, if a patch has changed that, before anything of it runs. What a patch chose is
   * installed without running any of its code.
   */
  provide(commit: string): Promise<Unprovided | null>
  openWorktree(commit: string): Promise<Worktree>
  closeWorktree(worktree: Worktree): Promise<void>
  runChecks(worktree: Worktree, request: CheckRequest): Promise<CheckResult>
  /** Names what checks run in and with since the last `prepare`: a result holds for that alone. Left out: it is always the same. */
  tooling?(): Promise<string>
  /** The project's own `pre-commit` among these paths; null: it has none. Left out: nobody looks. */
  projectHook?(paths: readonly string[]): Promise<string | null>
  /** Tracked files that were changed in a worktree, as they are now; `content` null: gone, or no text. */
  edited?(worktree: Worktree): Promise<{ path: string; content: string | null }[]>
  /**
   * `mayRepeat` is asked before a question whose paid answer was lost is asked again, with what was billed for it. `back`: the question is
   * taken back, as an interruption would.
   */
  askModel(request: ModelRequest, mayRepeat: (billed: Usage) => boolean, back?: AbortSignal): Promise<ModelResult>
  /** Seeds on which this attempt was red when it was recorded; empty with a live model. */
  recordedSeeds(spec: string, task: string, attempt: number): Promise<number[]>
  /** With `now` false the commit goes to `waitingBranch` and the user's branch stays. */
  land(commit: string, head: Head, waitingBranch: string, now: boolean): Promise<LandResult>
  /** Paths under these folders that differ from HEAD in the user's checkout. */
  uncommitted(dirs: string[]): Promise<string[]>
  waiting(): Promise<Waiting[]>
  /** Whether HEAD is this commit or was built on it. */
  isMerged(commit: string): Promise<boolean>
  /** What a commit changed against its parent. */
  changesOf(commit: string): Promise<FileChange[]>
  /** The same as changes of another commit, merged where both changed a file; `except` stays as it is there. Writes objects only. */
  reapply(
    commit: string,
    onto: string,
    except: string,
  ): Promise<{ ok: true; changes: FileChange[] } | { ok: false; conflicts: string[] }>
  /** Removes a waiting branch, if it still names this commit. */
  dropWaiting(waiting: Waiting): Promise<void>
  /** Small facts kept between runs: frozen tests, baselines. Values are JSON. */
  recall(key: string): Promise<unknown>
  remember(key: string, value: unknown): Promise<void>
  /** Runs the user's commands for a moment of a task. Answers what failed, in words; null: nothing did. Left out: there are none. */
  hook?(name: HookName, event: object): Promise<string | null>
  tell(event: Event): void
  /** Milliseconds since the run started. */
  now(): number
  /** A fresh 32-bit integer. */
  seed(): number
  readonly signal: AbortSignal
}
