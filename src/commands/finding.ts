import { EXIT } from '../core/errors.ts'

/** One line of the diagnosis. */
export interface Finding {
  name: string
  /** `problem`: a run would end by it. */
  state: 'ok' | 'warning' | 'problem'
  text: string
  /** What to do about it; null where nothing has to be done. */
  mend: string | null
  /** Exit code of the command when this is its first problem. */
  exitCode: number
}

export const ok = (name: string, text: string): Finding => ({
  name,
  state: 'ok',
  text,
  mend: null,
  exitCode: EXIT.done,
})
export const warning = (name: string, text: string, mend: string | null): Finding => ({
  name,
  state: 'warning',
  text,
  mend,
  exitCode: EXIT.done,
})
export const problem = (name: string, text: string, mend: string | null, exitCode: number): Finding => ({
  name,
  state: 'problem',
  text,
  mend,
  exitCode,
})
