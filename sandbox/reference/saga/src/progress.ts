/** Something that is taken from the stock of a service. */
export interface Step {
  readonly service: string
  readonly amount: number
}

export type End = 'completed' | 'compensated'

/** What is written down about a saga after its start; `step`: whose, from 0. */
export type Event =
  | { readonly what: 'done' | 'refused' | 'given-up' | 'undone'; readonly step: number }
  | { readonly what: 'ended'; readonly end: End }

export interface Progress {
  readonly steps: readonly Step[]
  readonly direction: 'forward' | 'backward'
  /** Forward, what is to be done, up to the number of steps; backward, what is to be undone, down to -1. */
  readonly current: number
  readonly end: End | null
}

/** What is to be done next; `step` is the current one. null: nothing, it has ended. */
export type Next = { readonly ask: 'do' | 'undo'; readonly step: number } | { readonly end: End } | null

export function startProgress(steps: readonly Step[]): Progress {
  return { steps, direction: 'forward', current: 0, end: null }
}

/** Events that do not belong to the current step or direction change nothing: the same progress. */
export function advance(progress: Progress, event: Event): Progress {
  const expected = next(progress)
  if (expected === null) return progress
  if ('end' in expected) {
    return event.what === 'ended' && event.end === expected.end ? { ...progress, end: event.end } : progress
  }
  if (event.what === 'ended' || event.step !== expected.step) return progress
  const { current } = progress
  if (expected.ask === 'undo') return event.what === 'undone' ? { ...progress, current: current - 1 } : progress
  if (event.what === 'done') return { ...progress, current: current + 1 }
  if (event.what === 'refused') return { ...progress, direction: 'backward', current: current - 1 }
  // It may have been done.
  return event.what === 'given-up' ? { ...progress, direction: 'backward' } : progress
}

export function next({ steps, direction, current, end }: Progress): Next {
  if (end !== null) return null
  if (direction === 'backward') return current < 0 ? { end: 'compensated' } : { ask: 'undo', step: current }
  return current === steps.length ? { end: 'completed' } : { ask: 'do', step: current }
}
