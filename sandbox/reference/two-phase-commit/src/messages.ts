import type { Change, Outcome } from './ledger.ts'

/** What a participant acts upon. */
export type ToParticipant =
  | { readonly type: 'prepare'; readonly tx: string; readonly changes: readonly Change[] }
  | { readonly type: 'decision'; readonly tx: string; readonly outcome: Outcome }

/** What a coordinator acts upon. `request` is a number of the client's choice, `parts` are changes by participant. */
export type ToCoordinator =
  | { readonly type: 'begin'; readonly request: number; readonly parts: Readonly<Record<string, readonly Change[]>> }
  | { readonly type: 'vote'; readonly tx: string; readonly yes: boolean }
  | { readonly type: 'finished'; readonly tx: string }
  | { readonly type: 'inquire'; readonly tx: string }
