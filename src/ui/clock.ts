/** Time of the run, continued between two events by the monotonic clock. */
export function runClock() {
  let event = 0
  let heard = performance.now()
  return {
    /** `age`: milliseconds ago. */
    hear(t: number, age = 0) {
      event = Math.max(event, t)
      heard = performance.now() - age
    },
    now: () => event + (performance.now() - heard),
  }
}
