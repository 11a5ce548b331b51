import type { Hold } from '../run-options.ts'

/** A hold that a person sets and lifts; the end of the run lifts it as well. */
export function createHold(signal: AbortSignal): Hold & { set(on: boolean): void } {
  let held = false
  let lifted = Promise.withResolvers<void>()
  const lift = () => {
    held = false
    lifted.resolve()
  }
  signal.addEventListener('abort', lift, { once: true })
  return {
    held: () => held,
    over: () => (held ? lifted.promise : Promise.resolve()),
    set(on) {
      if (!on) return lift()
      if (held || signal.aborted) return
      held = true
      lifted = Promise.withResolvers()
    },
  }
}
