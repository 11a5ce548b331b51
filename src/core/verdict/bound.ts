import { counted } from '../counted.ts'
import type { PropertyRun } from './evidence.ts'

/**
 * Upper limit, in percent, of the share of failing runs after `runs` runs without a failure, at 95 % confidence: the
 * exact bound 1 - 0.05^(1/runs) of Clopper and Pearson (Biometrika 1934), of which the rule of three, 3 / runs, is the
 * approximation. Rounded up to two significant digits, so that it stays a bound: `0.15` for 2,000. `runs` is at least 1.
 */
export function upperBoundPercent(runs: number): string {
  const percent = 100 * (1 - 0.05 ** (1 / runs))
  const unit = 10 ** (Math.floor(Math.log10(percent)) - 1)
  const up = Math.ceil(percent / unit - 1e-9) * unit
  return String(Number(up.toPrecision(2)))
}

/** `0 of 2,000 schedules failed: below 0.15 % at 95 %`; null where nothing ran. */
export function boundText(runs: number, noun: string, atLeast = false): string | null {
  if (runs < 1) return null
  return `0 of ${atLeast ? 'at least ' : ''}${runs.toLocaleString('en-US')} ${noun} failed: below ${upperBoundPercent(runs)} % at 95 %`
}

/**
 * The same of what properties drew, each of which has held in its own cases: `0 of at least 3,609 cases of each property failed: ...`.
 * One of which every case was run bounds nothing and is told apart, unless all are such.
 */
export function boundOf(runs: readonly PropertyRun[], noun: string): string | null {
  const drawn = runs.filter(({ exhausted }) => !exhausted)
  const told = drawn.length > 0 ? drawn : runs
  if (told.length === 0) return null
  const [least, most] = [Math.min, Math.max].map((of) => of(...told.map((run) => run.runs))) as [number, number]
  const ofEach = told.length > 1 ? `${noun} of each property` : noun
  const text = boundText(least, ofEach, least < most)
  const all = runs.length - told.length
  return text === null || all === 0
    ? text
    : `${text}; all ${noun} of ${counted(all, 'further property', 'further properties')} held`
}
