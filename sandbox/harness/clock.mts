const { bigint } = process.hrtime

/** Milliseconds since the machine was started: the same in all its processes, and no one can set it. */
export function monotonicMs(): number {
  return Number(bigint() / 1_000_000n)
}
