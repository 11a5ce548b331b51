import { execFile } from 'node:child_process'
import { lookup } from 'node:dns'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as promisedTimeout, scheduler } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { chaos, type NodeEnv, Simulation, SimulationError } from '../../../sandbox/sim/index.ts'
import { sample } from '../../support/sample.ts'
import { HOGS } from './memory-hogs.ts'

const run = promisify(execFile)

/** What comes out of a run in which node "a" does this at t=7. */
async function failureOf(body: (env: NodeEnv) => unknown, eventLimit = 5_000): Promise<unknown> {
  const sim = new Simulation({ eventLimit })
  sim.node('a', (env) => {
    env.clock.setTimeout(() => body(env) as undefined, 7)
  })
  return sim.runAsync(1_000).then(
    () => null,
    (error: unknown) => error,
  )
}

describe('code that the simulation cannot carry gets a named error with the event', () => {
  const leaks: Record<string, () => unknown> = {
    'Date.now()': () => Date.now(),
    'new Date()': () => new Date(),
    'performance.now()': () => performance.now(),
    'process.hrtime.bigint()': () => process.hrtime.bigint(),
    'setTimeout()': () => setTimeout(() => {}, 1),
    'setInterval()': () => setInterval(() => {}, 1),
    'setImmediate()': () => setImmediate(() => {}),
    'timers/promises.setTimeout()': () => promisedTimeout(1),
    'timers/promises.scheduler.wait()': () => scheduler.wait(1),
    'process.uptime()': () => process.uptime(),
    'AbortSignal.timeout()': () => AbortSignal.timeout(5),
    'Math.random()': () => Math.random(),
    'crypto.randomUUID()': () => crypto.randomUUID(),
    'fetch()': () => fetch('http://localhost'),
    'net.Socket.connect()': () => get('http://localhost').on('error', () => {}),
    'dns.lookup()': () => lookup('localhost', () => {}),
  }
  for (const [name, leak] of Object.entries(leaks)) {
    it(`the real ${name}`, async () => {
      const error = await failureOf(leak)
      expect(error).toMatchObject({ name: 'SimulationError', code: 'real-world', event: 't=7, timer of "a"' })
      expect(String(error)).toContain(`the real ${name} was used`)
    })
  }

  it('the real clock, also when the code catches the error, or asks in a promise', async () => {
    const swallowed = await failureOf(() => {
      try {
        Date.now()
      } catch {}
    })
    expect(swallowed).toMatchObject({ code: 'real-world', event: 't=7, timer of "a"' })
    const later = await failureOf(async ({ clock }) => {
      await clock.sleep(3)
      await null
      return Math.random()
    })
    expect(later).toMatchObject({ code: 'real-world', event: 't=10, timer of "a"' })
  })

  it('leaves dates that are data alone, and everything outside of a run', async () => {
    let made: Date | null = null
    expect(
      await failureOf(() => {
        made = new Date(5)
      }),
    ).toBeNull()
    expect(made).toEqual(new Date(5))
    expect(made).toBeInstanceOf(Date)
    expect(Date.now()).toBeGreaterThan(1e12)
    expect(Math.random()).toBeLessThan(1)
  })

  it('an error in a callback, a handler, a start or a promise: the error itself, with the event', async () => {
    const thrown = new RangeError('no such key')
    const expected = { message: 'no such key\n(t=7, timer of "a")' }
    expect(
      await failureOf(() => {
        throw thrown
      }),
    ).toBe(thrown)
    expect(thrown).toMatchObject(expected)
    expect(await failureOf(() => Promise.reject(new RangeError('no such key')))).toMatchObject(expected)
    const string = await failureOf(() => {
      throw 'oops'
    })
    expect(string).toMatchObject({ code: 'threw', message: 'threw oops\n(t=7, timer of "a")' })
    const sim = new Simulation()
    sim.net().onMessage('b', () => {
      throw new Error('cannot parse')
    })
    sim.net().send('a', 'b', 1)
    expect(() => sim.run(10)).toThrow('cannot parse\n(t=5, message to "b")')
  })

  it('a promise that is rejected and that nobody handles', async () => {
    const error = await failureOf(({ clock }) => {
      void clock.sleep(1).then(() => {
        throw new Error('lost')
      })
    })
    expect(error).toMatchObject({ code: 'rejected', event: 't=8, timer of "a"' })
    expect(String(error)).toContain('nobody handled it: lost')
  })

  it('a loop without end, in a callback and in promises, after the limit of real time', async () => {
    const loop = failureOf(() => {
      for (;;);
    }, 300)
    expect(await loop).toMatchObject({ code: 'stuck', event: 't=7, timer of "a"' })
    const promises = failureOf(async () => {
      for (;;) await null
    }, 300)
    expect(await promises).toMatchObject({ code: 'stuck', event: 't=7, timer of "a"' })
    // Nothing is left behind for the next one.
    expect(await failureOf(() => {})).toBeNull()
    expect(Date.now()).toBeGreaterThan(0)
  })

  it('timers and messages that multiply without end', async () => {
    const spinning = await failureOf(({ clock }) => {
      const spin = () => void clock.setTimeout(spin, 0)
      spin()
    })
    expect(spinning).toMatchObject({ code: 'endless' })
    expect(String(spinning)).toMatch(/without time moving on.*by a/)
    const echo = new Simulation({ latency: 1 })
    for (const name of ['a', 'b']) {
      echo.node(name, ({ net }) =>
        net.onMessage(name, (from, message) => {
          net.send(name, from, message)
          net.send(name, from, message)
        }),
      )
    }
    echo.net().send('a', 'b', 'hello')
    const error = await echo.runAsync(60_000).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SimulationError)
    expect(String(error)).toMatch(/does not come to rest/)
  })

  it('memory that is filled without end, by few large things or many small ones, in the heap and beside it', async () => {
    const program = join(import.meta.dirname, 'memory-hogs.ts')
    const small = (name: string) => run(process.execPath, ['--max-old-space-size=256', program, name])
    const tried = sample('memory hogs', Object.keys(HOGS), 3)
    const ended = await Promise.all(tried.map(async (name) => [name, (await small(name)).stdout] as const))
    for (const [name, stdout] of ended) {
      expect(JSON.parse(stdout), name).toMatchObject({
        code: 'memory',
        event: expect.stringMatching(/^t=\d+, .* "[ab]"$/),
      })
      expect(stdout, name).toContain('the simulation has filled the memory')
      expect(stdout, name).toContain('of them by a')
    }
  })

  it('a client that waits for ever: the goal is not met, and what waits is named', async () => {
    const waiting = chaos({ nodes: ['server'], kinds: ['pause'], runs: 1 }, (sim) => {
      sim.node('server', ({ net }) => net.onMessage('server', () => {}))
      sim.client('c', async ({ net }) => {
        net.send('c', 'server', 'are you there?')
        await new Promise(() => {})
      })
    })
    await expect(waiting).rejects.toThrow(/Property failed/)
    const error = (await waiting.catch((caught: Error) => caught)) as Error
    expect(String(error.cause)).toContain('eventually "the client c comes to its end"')
    expect(String(error.cause)).toContain('t=0, start of "c"')
  })

  it('a scenario that awaits simulated time before there is any', async () => {
    const stuck = chaos({ nodes: ['a'], runs: 1 }, async (sim) => {
      await sim.clock('a').sleep(5)
    })
    const error = (await stuck.catch((caught: Error) => caught)) as Error
    expect(String(error.cause)).toMatch(/awaits something that needs simulated time/)
  })
})
