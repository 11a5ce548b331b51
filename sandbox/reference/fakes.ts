import type { Clock, Disk, Net } from 'specproof/sim'

/** What the example suites run on: a clock that is turned by hand, a network and a disk that do what they are told. Without the kit, on purpose. */
export class FakeWorld {
  now = 0
  /** Messages for which it answers true are lost. */
  lose: (from: string, to: string, message: unknown) => boolean = () => false
  /** ms that a message takes. */
  latency = 1
  sent: { at: number; from: string; to: string; message: Record<string, unknown> }[] = []
  #timers: { id: number; at: number; fn: () => void }[] = []
  #handlers = new Map<string, (from: string, message: unknown) => void>()
  #next = 1

  readonly clock: Clock = {
    now: () => this.now,
    setTimeout: (fn, ms) => {
      const id = this.#next++
      this.#timers.push({ id, at: this.now + ms, fn })
      return id
    },
    clearTimeout: (id) => {
      this.#timers = this.#timers.filter((timer) => timer.id !== id)
    },
  }

  readonly net: Net = {
    send: (from, to, message) => {
      const copy = structuredClone(message)
      this.sent.push({ at: this.now, from, to, message: copy as Record<string, unknown> })
      if (!this.lose(from, to, message)) this.deliver(from, to, copy, this.latency)
    },
    onMessage: (node, handler) => void this.#handlers.set(node, handler),
  }

  deliver(from: string, to: string, message: unknown, after = 0): void {
    this.clock.setTimeout(() => this.#handlers.get(to)?.(from, message), after)
  }

  /** Lets time pass, and promises come to their end after each event. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter(({ id }) => id !== due.id)
      this.now = Math.max(this.now, due.at)
      due.fn()
      await new Promise(setImmediate)
    }
    this.now = end
  }

  to(node: string): Record<string, unknown>[] {
    return this.sent.filter(({ to }) => to === node).map(({ message }) => message)
  }
}

/** Files in memory that are always safe. `failing` makes every write reject. */
export class FakeDisk {
  files = new Map<string, string>()
  failing = false

  asDisk(): Disk {
    const write = (path: string, text: string) => {
      if (this.failing) throw new Error('EIO')
      this.files.set(path, text)
    }
    const methods = {
      existsSync: (path: string) => this.files.has(path),
      readTextSync: (path: string) => this.files.get(path) ?? '',
      writeSync: write,
      appendSync: (path: string, text: string) => write(path, (this.files.get(path) ?? '') + text),
      fsyncSync: () => {},
      readText: async (path: string) => this.files.get(path) ?? '',
      write: async (path: string, text: string) => write(path, text),
      append: async (path: string, text: string) => write(path, (this.files.get(path) ?? '') + text),
      fsync: async () => {},
      rename: async (from: string, to: string) => {
        write(to, this.files.get(from) ?? '')
        this.files.delete(from)
      },
      fsyncDir: async () => {},
    }
    return methods as unknown as Disk
  }
}
