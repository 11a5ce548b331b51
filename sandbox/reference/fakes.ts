import type { Clock, Disk, Net, NodeEnv } from 'specproof/sim'

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
    await new Promise(setImmediate)
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

  /** What a node is built from, until `kill` ends it. `int` answers what chance would. */
  node(name: string, disk: FakeDisk, int: (max: number) => number = () => 0): { env: NodeEnv; kill: () => void } {
    let alive = true
    const { setTimeout, clearTimeout } = this.clock
    const repeated = new Map<number, number>()
    const clock = {
      now: () => this.now,
      monotonic: () => this.now,
      setTimeout: (fn: () => void, ms: number) => setTimeout(() => alive && fn(), ms),
      clearTimeout,
      setInterval: (fn: () => void, ms: number) => {
        const again = () => {
          repeated.set(id, clock.setTimeout(again, ms))
          fn()
        }
        const id = clock.setTimeout(again, ms)
        return id
      },
      clearInterval: (id: number | undefined) => {
        clearTimeout(id)
        clearTimeout(repeated.get(id!))
      },
      sleep: (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms)),
    }
    const net: Net = {
      send: (from, to, message) => alive && this.net.send(from, to, message),
      onMessage: (node, handler) => this.net.onMessage(node, (from, message) => alive && handler(from, message)),
    }
    const random = { next: () => 0, int, uuid: () => `${name}-${this.now}` }
    const kill = () => {
      alive = false
    }
    return { env: { name, clock, net, disk: disk.asDisk(), random }, kill }
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
