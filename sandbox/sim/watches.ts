import { plainText } from './event-text.ts'
import type { Scheduler } from './scheduler.ts'

/** A value that has changed. */
export interface State {
  node: string | null
  name: string
  value: unknown
}

interface Watch {
  node: string | null
  name: string
  read: () => unknown
  /** What it was last, as text where it is an object: that one may change in place. */
  last: unknown
}

/** Looks at values from outside at the end of each instant, and tells when they have changed. */
export class Watches {
  #scheduler: Scheduler
  #watches: Watch[] = []
  #tell: (state: State) => void

  constructor(scheduler: Scheduler, tell: (state: State) => void) {
    this.#scheduler = scheduler
    this.#tell = tell
  }

  /** Nothing is told of a value that is undefined from the beginning. */
  add(name: string, read: () => unknown, node: string | null): void {
    if (this.#watches.length === 0) this.#scheduler.always(() => this.#look(), true)
    this.#watches.push({ node, name, read, last: undefined })
  }

  #look(): void {
    for (const watch of this.#watches) {
      const value = watch.read()
      const isObject = typeof value === 'object' && value !== null
      const now = isObject ? plainText(value) : value
      if (Object.is(now, watch.last)) continue
      watch.last = now
      this.#tell({ node: watch.node, name: watch.name, value: isObject ? frozenCopy(value) : value })
    }
  }
}

/** What the value is now; it may go on to change. */
function frozenCopy(value: object): unknown {
  try {
    return structuredClone(value)
  } catch {
    return plainText(value)
  }
}
