export interface Interruption {
  /** Aborted by the first signal: what is running is stopped, and the run ends in good order. */
  signal: AbortSignal
  /** Resolves with a second one: nothing is waited for any more. */
  forced: Promise<void>
  interrupt(): void
  release(): void
}

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** A terminal signals a whole group, and npx passes on what it got: what comes so soon is the same wish. Milliseconds. */
const SAME_MS = 300

/**
 * Ctrl-C and its kin end a run in good order: what is running is stopped, worktrees go, the journal is closed. A second one ends
 * it at once.
 */
export function interruption(now: () => number = () => performance.now()): Interruption {
  const controller = new AbortController()
  const { promise: forced, resolve: force } = Promise.withResolvers<void>()
  let first: number | null = null
  const interrupt = () => {
    if (first === null) first = now()
    else if (now() - first > SAME_MS) force()
    controller.abort()
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  return {
    signal: controller.signal,
    forced,
    interrupt,
    release() {
      for (const signal of SIGNALS) process.off(signal, interrupt)
    },
  }
}
