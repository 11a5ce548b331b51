import type { ModelRequest, ModelResult, Usage } from '../../world.ts'

/** One model that answers requests. */
export interface Model {
  /** As the user named it: `provider/model`. */
  readonly name: string
  /** Tokens that a request and its answer may hold together. */
  readonly contextTokens: number
  /** Largest answer, tokens; a request's own bound is cut to this. */
  readonly outputTokens: number
  /**
   * Asks once and never rejects: every failure is a value. `onDelta` gets the text as it arrives; after a stream that
   * was cut the text starts again from its beginning. `mayRetry` is asked before a paid repetition, with what was
   * billed so far; without it a repetition is always allowed.
   */
  ask(
    request: ModelRequest,
    options: { signal: AbortSignal; onDelta(text: string): void; mayRetry?: (spentSoFar: Usage) => boolean },
  ): Promise<ModelResult>
  close?(): Promise<void>
}
