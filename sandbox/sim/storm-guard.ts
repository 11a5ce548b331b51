const MAX_PER_RUN = 1_000_000
/** Far below the limit of a run: code that never lets time move on should fail within milliseconds, also while shrinking. */
const MAX_PER_INSTANT = 100_000

/** Ends a run that would never end, and says which node keeps it busy. */
export class StormGuard {
  #perNode = new Map<string, number>()
  #total = 0
  #instant = 0
  #time = -1

  /** Throws "the simulation does not come to rest" after a million events, or 100,000 without time moving on. */
  count(node: string, time: number): void {
    this.#perNode.set(node, (this.#perNode.get(node) ?? 0) + 1)
    this.#total += 1
    if (time !== this.#time) {
      this.#time = time
      this.#instant = 0
    }
    this.#instant += 1
    if (this.#total > MAX_PER_RUN) this.#fail(`${this.#total} events in one run`)
    if (this.#instant > MAX_PER_INSTANT) this.#fail(`${this.#instant} events without time moving on`)
  }

  #fail(what: string): never {
    const [node, count] = [...this.#perNode].reduce((most, entry) => (entry[1] > most[1] ? entry : most))
    throw new Error(
      `the simulation does not come to rest: ${what} (now t=${this.#time}), ${count} of them by ${node}. ` +
        'Does it set a very short timer again and again, or answer every message with another one?',
    )
  }
}
