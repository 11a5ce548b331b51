import type { ModelRequest, ModelResult, Usage } from '../../world.ts'

/** A question that will be asked again after a wait. */
export interface Retry {
  model: string
  /** How often it was asked so far. */
  tries: number
  reason: string
  waitMs: number
}

/** Another model answers in place of one that is out of reach. */
export interface Fallback {
  from: string
  to: string
  reason: string
  silence?: Silence
}

/** What becomes of a question that nothing comes back to. */
export interface Silence {
  /** Milliseconds after which it is asked again. */
  ms: number
  /** Times it is asked in all. */
  tries: number
}

export interface AskOptions {
  signal: AbortSignal
  onDelta(text: string): void
  /** Characters of thoughts, which are billed and no part of the answer. */
  onHidden?: (characters: number) => void
  mayRetry?: (spentSoFar: Usage) => boolean
  onRetry?: (retry: Retry) => void
  onFallback?: (fallback: Fallback) => void
}

/** One model that answers requests. */
export interface Model {
  /** As the user named it: `provider/model`. */
  readonly name: string
  /** Tokens that a request and its answer may hold together. */
  readonly contextTokens: number
  /** Largest answer, tokens; a request's own bound is cut to this. */
  readonly outputTokens: number
  /** Left out: whoever answers may take all the time there is. */
  readonly silence?: Silence
  /**
   * Asks once and never rejects: every failure is a value. `onDelta` gets the text as it arrives; after a stream that
   * was cut the text starts again from its beginning. `mayRetry` is asked before a paid repetition, with what was
   * billed so far; without it a repetition is always allowed. `onRetry` is told before each wait.
   */
  ask(request: ModelRequest, options: AskOptions): Promise<ModelResult>
  /** Tokens of the prompt by the service's own count, where it has one. Costs nothing. */
  count?(
    request: ModelRequest,
    signal: AbortSignal,
  ): Promise<{ ok: true; tokens: number } | { ok: false; message: string }>
  /** Loads what the first question needs, while there is time for it. Asks nothing. */
  warmUp?(): void
  close?(): Promise<void>
}
