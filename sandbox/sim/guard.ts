import { syncBuiltinESMExports } from 'node:module'
import { SimulationError } from './errors.ts'

/** What the guard has to know of a simulation. */
interface Guarded {
  event(): string | null
  fail(error: unknown): void
}

let active: Guarded | null = null
let installed = false

/** From here on the real clock, timers, randomness and sockets throw, until `leaveSimulation`. */
export function enterSimulation(simulation: Guarded): void {
  active = simulation
  if (!installed) install()
}

export function leaveSimulation(): void {
  active = null
}

/** Real timers and clock for the kit itself. */
export const real = {
  setImmediate: globalThis.setImmediate,
  now: performance.now.bind(performance),
}

const CLOCK = 'take the time from the clock that the node is given'
const TIMERS = 'take timers from the clock that the node is given'
const RANDOM = 'take random numbers from the `random` that the node is given'
const SOCKETS = 'send messages through the `net` that the node is given'

/**
 * Puts a wrapper in front of each real thing, once and for good, that throws while a simulation is running and else does
 * what it always did. References that code has taken before the first simulation began are not seen.
 */
function install(): void {
  installed = true
  guardDate()
  guard(performance, 'performance', ['now'], CLOCK)
  guard(process, 'process', ['hrtime', 'uptime'], CLOCK)
  guard(process.hrtime, 'process.hrtime', ['bigint'], CLOCK)
  guard(globalThis, '', ['setTimeout', 'setInterval', 'setImmediate'], TIMERS)
  guard(AbortSignal, 'AbortSignal', ['timeout'], TIMERS)
  guard(process.getBuiltinModule('node:timers'), 'timers', ['setTimeout', 'setInterval', 'setImmediate'], TIMERS)
  const promised = process.getBuiltinModule('node:timers/promises')
  guard(promised, 'timers/promises', ['setTimeout', 'setInterval', 'setImmediate'], TIMERS)
  guard(promised.scheduler, 'timers/promises.scheduler', ['wait', 'yield'], TIMERS)
  guard(Math, 'Math', ['random'], RANDOM)
  const drawing = ['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues']
  guard(process.getBuiltinModule('node:crypto'), 'crypto', drawing, RANDOM)
  guard(globalThis.crypto, 'crypto', ['randomUUID', 'getRandomValues'], RANDOM)
  guard(globalThis, '', ['fetch', 'WebSocket', 'EventSource'], SOCKETS)
  const { Socket, Server } = process.getBuiltinModule('node:net')
  guard(Socket.prototype, 'net.Socket', ['connect'], SOCKETS)
  guard(Server.prototype, 'net.Server', ['listen'], SOCKETS)
  guard(process.getBuiltinModule('node:dgram'), 'dgram', ['createSocket'], SOCKETS)
  guard(process.getBuiltinModule('node:dns'), 'dns', ['lookup'], SOCKETS)
  syncBuiltinESMExports()
}

/** Puts a guard in front of functions of an object, and of classes that load when they are first asked for. */
function guard(object: object, owner: string, names: readonly string[], instead: string): void {
  for (const name of names) {
    const found = describe(object, name)
    const where = owner === '' ? name : `${owner}.${name}`
    if (found === undefined) continue
    const enumerable = found.enumerable ?? false
    const { get } = found
    if (get !== undefined) {
      const guarded = () => (active === null ? get.call(object) : refuse(where, instead))
      const set = (value: unknown) => {
        Object.defineProperty(object, name, { configurable: true, enumerable, writable: true, value })
      }
      Object.defineProperty(object, name, { configurable: true, enumerable, get: guarded, set })
    } else if (typeof found.value === 'function') {
      const value = guarded(found.value as () => unknown, `${where}()`, instead)
      Object.defineProperty(object, name, { configurable: true, enumerable, writable: true, value })
    }
  }
}

/** The property, wherever in the chain of prototypes it lies; undefined where it is missing or cannot be replaced. */
function describe(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, name)
    if (found !== undefined) return at !== object || found.configurable ? found : undefined
  }
  return undefined
}

/** A proxy, so that whatever hangs on the function (`promisify`, `bigint`) stays there. */
function guarded(original: () => unknown, where: string, instead: string): () => unknown {
  return new Proxy(original, {
    apply(target, self, given) {
      if (active !== null) refuse(where, instead)
      return Reflect.apply(target, self, given)
    },
  })
}

/** `new Date(5)` is data; `new Date()`, `Date()` and `Date.now()` ask for the time. */
function guardDate(): void {
  guard(Date, 'Date', ['now'], CLOCK)
  const value = new Proxy(Date, {
    apply(target, self, given) {
      if (active !== null) refuse('Date()', CLOCK)
      return Reflect.apply(target as () => string, self, given)
    },
    construct(target, given, made) {
      if (active !== null && given.length === 0) refuse('new Date()', CLOCK)
      return Reflect.construct(target, given, made) as object
    },
  })
  Object.defineProperty(globalThis, 'Date', { configurable: true, enumerable: false, writable: true, value })
}

/** The code under test may catch what is thrown; the run fails all the same. */
function refuse(what: string, instead: string): never {
  const simulation = active!
  const error = new SimulationError('real-world', `the real ${what} was used: ${instead}`, simulation.event())
  simulation.fail(error)
  throw error
}
