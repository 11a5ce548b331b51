/** A model's reply as data: what it wants done to which file, before anything is resolved against a tree. */

/** Replace `search` by `replace`. `line` is the 1-based line of the reply where the block begins. */
export interface Edit {
  search: string
  replace: string
  line: number
  /** Lines of the file above the block, outermost first: they tell equal places apart and are never changed. */
  after?: string[]
}

export type Operation =
  | { action: 'create'; path: string; content: string; line: number }
  | { action: 'replace'; path: string; content: string; line: number }
  | { action: 'edit'; path: string; edits: Edit[]; line: number }
  | { action: 'delete'; path: string; line: number }
  | { action: 'move'; path: string; to: string; edits: Edit[]; line: number }

export interface Patch {
  operations: Operation[]
}

/** Something in a reply that looks like a patch and cannot be read as one. */
export interface ReplyProblem {
  line: number
  message: string
}

export type Reply =
  | { kind: 'patch'; patch: Patch; prose: string }
  | { kind: 'need'; wants: string[] }
  | { kind: 'blocked'; reason: string }
  | { kind: 'untestable'; reason: string }
  | { kind: 'unreadable'; problems: ReplyProblem[] }

/** How a block was found, strictest first. Every rung must match exactly once. */
export type Rung = 'exact' | 'line-endings' | 'trailing-space' | 'indent' | 'whole-file'

/** New state of one file. `content` null: the file is gone. */
export interface FileChange {
  path: string
  action: 'create' | 'replace' | 'edit' | 'delete' | 'move'
  content: string | null
  blocks: { rung: Rung }[]
}

export type RefusalCode =
  | 'no-match'
  | 'ambiguous'
  | 'overlap'
  | 'exists'
  | 'missing'
  | 'unsafe-path'
  | 'not-text'
  | 'no-change'
  | 'protected'
  | 'create-only'
  | 'elision'

export interface Refusal {
  path: string
  /** 1-based number of the block within its file; null where the whole file is refused. */
  block: number | null
  code: RefusalCode
  /** What was found and what to write instead; goes to the model as it is. */
  message: string
  /** The text of the file nearest to what was searched; null where nothing is near. */
  nearest: string | null
}

/** All or nothing: with one refusal, no change is made. */
export type PatchResult = { ok: true; changes: FileChange[] } | { ok: false; refused: Refusal[] }

/** What is in the base tree at a path. */
export type BaseFile = { kind: 'text'; text: string } | { kind: 'binary' } | { kind: 'link' } | { kind: 'absent' }
