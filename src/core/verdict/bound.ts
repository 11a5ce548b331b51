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
export function boundText(runs: number, noun: string): string | null {
  if (runs < 1) return null
  return `0 of ${runs.toLocaleString('en-US')} ${noun} failed: below ${upperBoundPercent(runs)} % at 95 %`
}
