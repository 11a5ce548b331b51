/**
 * What `runs` runs without a failure say about the share of failing ones: with 95 % confidence it is below 3 / runs
 * (the rule of three; Hanley and Lippman-Hand, JAMA 1983). In percent, two significant digits, rounded up.
 */
export function upperBoundPercent(runs: number): string {
  const percent = 300 / runs
  const digits = Math.max(0, 1 - Math.floor(Math.log10(percent)))
  const scale = 10 ** digits
  return (Math.ceil(percent * scale - 1e-9) / scale)
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

export function boundText(runs: number, noun: string): string | null {
  if (runs <= 0) return null
  return `0 of ${runs.toLocaleString('en-US')} ${noun} failed: below ${upperBoundPercent(runs)} % at 95 %`
}
