/** A model's reply as data: what it wants done to which file, before anything is resolved against a tree. */

/** Replace `search` by `replace`. `line` is the 1-based line of the reply where the block begins. */
export interface Edit {
  search: string
  replace: string
  line: number
  /** Lines of the file above the block, outermost first: they tell equal places apart and are never changed. */
  after?: string[]
  /** The reply says that the block ends with the file; tells equal places apart. */
  atEnd?: boolean
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

/** The path of an operation, and the new one of a move. */
export function pathsOfOperation(operation: Operation): string[] {
  return operation.action === 'move' ? [operation.path, operation.to] : [operation.path]
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
  /** `read`: what stands apart from the problems and could be read. */
  | { kind: 'unreadable'; problems: ReplyProblem[]; read?: Operation[] }

/** How a block was found, strictest first. Every rung must match exactly once. */
export type Rung = 'exact' | 'line-endings' | 'trailing-space' | 'indent'

/** New state of one file. `content` null: the file is gone. */
export interface FileChange {
  path: string
  action: 'create' | 'replace' | 'edit' | 'delete' | 'move'
  content: string | null
  blocks: { rung: Rung }[]
}

/** A change with the text that it was made from: whoever writes it must find that text in place. */
export interface ResolvedChange extends FileChange {
  /** Hash (SHA-256, hexadecimal) of the file's bytes in the base tree; null: there was none. */
  base: string | null
  /** Where the file goes, on the old path of a move. */
  to?: string
}

export type RefusalCode =
  | 'no-match'
  | 'ambiguous'
  | 'already-applied'
  | 'overlap'
  | 'limit'
  | 'exists'
  | 'missing'
  | 'unsafe-path'
  | 'not-text'
  | 'no-change'
  | 'protected'
  | 'create-only'
  | 'elision'
  /** The file is no longer what the patch was resolved against. */
  | 'changed'
  /** The answer as a whole: it cannot be read, or holds a word in place of a patch. */
  | 'unreadable'
  | 'need'
  | 'blocked'
  | 'untestable'

export interface Refusal {
  path: string
  /** 1-based number of the block within its file; null where the whole file is refused. */
  block: number | null
  code: RefusalCode
  /** What was found and what to write instead; goes to the model as it is. */
  message: string
  /** The text of the file nearest to what was searched; null where nothing is near. */
  nearest: string | null
  /** 1-based line of the reply where the refused part begins. */
  line?: number
}

/** A block of a refused patch that fits as it is. `block` null: a whole file, a deletion or a move. */
export interface Fitting {
  path: string
  block: number | null
}

/** The parts of an operation as they are counted. */
export function partsOfOperation(operation: Operation): Fitting[] {
  const { path } = operation
  const edits = 'edits' in operation ? operation.edits : []
  return edits.length > 0 ? edits.map((_, k) => ({ path, block: k + 1 })) : [{ path, block: null }]
}

/** All or nothing: with one refusal, no change is made. `fits`: what of the patch need not be sent again. */
export type PatchResult = { ok: true; changes: ResolvedChange[] } | { ok: false; refused: Refusal[]; fits: Fitting[] }

/** What is in the base tree at a path. */
export type BaseFile = { kind: 'text'; text: string } | { kind: 'binary' } | { kind: 'link' } | { kind: 'absent' }
