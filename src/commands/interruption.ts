export interface Interruption {
  signal: AbortSignal
  interrupt(): void
  release(): void
}

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Ctrl-C and its kin end a run in good order: what is running is stopped, worktrees go, the journal is closed. */
export function interruption(): Interruption {
  const controller = new AbortController()
  const interrupt = () => controller.abort()
  for (const signal of SIGNALS) process.on(signal, interrupt)
  return {
    signal: controller.signal,
    interrupt,
    release() {
      for (const signal of SIGNALS) process.off(signal, interrupt)
    },
  }
}
