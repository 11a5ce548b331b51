import type { Step } from './progress.ts'

/** What a service acts upon. */
export type ToService =
  | { readonly type: 'do'; readonly saga: string; readonly step: number; readonly amount: number }
  | { readonly type: 'undo'; readonly saga: string; readonly step: number }

/** What an orchestrator acts upon. */
export type ToOrchestrator =
  | { readonly type: 'start'; readonly saga: string; readonly steps: readonly Step[] }
  | { readonly type: 'done' | 'refused' | 'undone'; readonly saga: string; readonly step: number }
