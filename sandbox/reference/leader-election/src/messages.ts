/** One entry of a log. A leader's own entry at the beginning of its term of office holds no command. */
export interface Entry {
  readonly term: number
  readonly command: string | null
}

/** A candidate asks for a vote; `lastIndex` and `lastTerm` are those of the end of its log, 0 when it is empty. */
export interface VoteRequest {
  readonly type: 'vote'
  readonly term: number
  readonly lastIndex: number
  readonly lastTerm: number
}

export interface VoteAnswer {
  readonly type: 'vote-answer'
  readonly term: number
  readonly granted: boolean
}

/** A leader's entries from `prevIndex + 1` on; none: a sign of life. */
export interface AppendRequest {
  readonly type: 'append'
  readonly term: number
  readonly prevIndex: number
  readonly prevTerm: number
  readonly entries: readonly Entry[]
  /** The leader's commit index. */
  readonly commit: number
}

export interface AppendAnswer {
  readonly type: 'append-answer'
  readonly term: number
  readonly ok: boolean
  /** Up to this index both logs are equal; when `ok` is false, at most up to it. */
  readonly match: number
}

/** From a client, with a number of its own choice. */
export interface Proposal {
  readonly type: 'propose'
  readonly request: number
  readonly command: string
}

/** All that a node acts upon. */
export type Message = VoteRequest | VoteAnswer | AppendRequest | AppendAnswer | Proposal
