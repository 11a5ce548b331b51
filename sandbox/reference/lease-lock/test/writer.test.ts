import fc from 'fast-check'
import { boundedLatency, chaos, noLostAcknowledgement, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import type { LeaseTable } from '../src/leases.ts'
import { startServer } from '../src/server.ts'
import type { FencedStore } from '../src/store.ts'
import { startStore } from '../src/store-server.ts'
import { startWriter, type Writer } from '../src/writer.ts'

const WRITERS = ['a', 'b']

interface Applied {
  token: number
  value: string
}

/** A lock, a store and two writers; what became the store's value, in order, and what writers were told of. */
function build(sim: Simulation) {
  let table: LeaseTable | undefined
  let store: FencedStore | undefined
  const values: Applied[] = []
  const told: Applied[] = []
  const writers = new Map<string, Writer>()
  const startedAt = new Map<string, number>()
  sim.node('lock', ({ clock, net }) => {
    table = startServer(clock, net, 10_000)
  })
  sim.node('store', ({ net, disk }) => {
    store = startStore(net, disk)
  })
  let count = 0
  for (const name of WRITERS) {
    sim.node(name, ({ clock, net }) => {
      const next = () => {
        count += 1
        return `${name} ${count}`
      }
      startedAt.set(name, sim.now())
      writers.set(
        name,
        startWriter(clock, net, name, next, (token, value) => told.push({ token, value })),
      )
    })
    sim.watch('token', () => (sim.isUp(name) ? writers.get(name)?.token() : undefined), name)
  }
  sim.always('the store changes by rising tokens', () => {
    const value = sim.isUp('store') ? store?.read() : undefined
    if (value === undefined || value === values.at(-1)?.value) return true
    const token = store!.greatestToken()
    const before = values.at(-1)
    values.push({ token, value })
    if (before && token < before.token) return `token ${token} after ${before.token}`
    return values.filter((one) => one.value === value).length === 1 || `"${value}" is applied again`
  })
  return { values, told, writers, startedAt, table: () => table, store: () => store }
}

const log = (sim: Simulation) => {
  const disk = sim.disk('store')
  return disk.existsSync('writes') ? disk.readTextSync('writes').split('\n').slice(0, -1) : []
}

it('5.5 no write of a former holder is applied after one of a later holder', () =>
  chaos(
    {
      nodes: ['a', 'b', 'store'],
      kinds: ['delay', 'pause', 'duplicate', 'reorder', 'skew', 'partition'],
      until: 40_000,
      liveness: 30_000,
    },
    (sim) => {
      const { values } = build(sim)
      sim.sometimes('the lock changes hands', () => new Set(values.map(({ token }) => token)).size > 1)
      sim.finally('tokens on the disk never fall', () => {
        const tokens = log(sim).map((line) => Number(line.split(' ')[0]))
        return tokens.every((token, index) => index === 0 || token >= tokens[index - 1]!)
      })
    },
  ))

it('5.6 what was answered as applied is there after a crash', () =>
  chaos(
    { nodes: ['store', 'a'], kinds: ['crash', 'torn-crash', 'partition', 'duplicate'], until: 30_000, diskLatency: 3 },
    (sim) => {
      const { told, store, values } = build(sim)
      sim.always('acknowledged writes are on the disk', () =>
        noLostAcknowledgement(
          told.map(({ token, value }) => `${token} ${value}`),
          log(sim).map((line) => `${line.split(' ')[0]} ${line.split(' ').slice(2).join(' ')}`),
        ),
      )
      sim.always('the store is no older than what was told', () => {
        const greatest = Math.max(0, ...told.map(({ token }) => token))
        return !sim.isUp('store') || store()!.greatestToken() >= greatest
      })
      sim.eventually(
        'writes go on',
        () => (values.at(-1)?.value ?? '') !== '' && store()?.read() === values.at(-1)?.value,
      )
      sim.sometimes('a line is torn', () => sim.events().some((event) => event.what === 'crash') && told.length > 3)
    },
  ))

it('5.6 a line that a crash has torn is neither applied nor in the way of the next', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(12), fc.nat(7)), { minLength: 1, maxLength: 4 }), async (crashes) => {
      const disk = 3
      const faults = crashes.map(([keep, after], index) => {
        const at = 100 * (index + 1) + 5 + after
        return { kind: 'torn-crash' as const, node: 'store', at, ms: 20, keep }
      })
      const sim = new Simulation({ faults, diskLatency: disk })
      let store: FencedStore | undefined
      const sent = new Set<string>()
      const told: string[] = []
      sim.node('store', ({ net, disk }) => {
        store = startStore(net, disk)
      })
      sim.node('a', ({ net }) =>
        net.onMessage('a', (_from, message) => {
          const { sequence, applied } = message as { sequence: number; applied: boolean }
          if (applied) told.push(`1 ${sequence} value ${sequence}`)
        }),
      )
      for (let sequence = 1; sequence <= 10; sequence += 1)
        sim.at(50 * sequence, () => {
          sent.add(`value ${sequence}`)
          sim.net().send('a', 'store', { type: 'write', token: 1, sequence, value: `value ${sequence}` })
        })
      const wrong: string[] = []
      sim.always('whole', () => {
        const value = sim.isUp('store') ? store?.read() : undefined
        if (value !== undefined && !sent.has(value)) wrong.push(`nobody wrote "${value}"`)
      })
      await sim.runAsync(1_000)
      expect([...wrong, ...noLostAcknowledgement(told, log(sim))]).toEqual([])
      expect(told.length).toBeGreaterThan(0)
    }),
  ))

it('5.4 a write is applied at most once and in order, however often and late it comes', () =>
  chaos({ nodes: ['a', 'b', 'store'], kinds: ['duplicate', 'reorder', 'delay', 'crash'], until: 30_000 }, (sim) => {
    build(sim)
    sim.finally('each line once', () => {
      const lines = log(sim)
      const twice = lines.filter((line, index) => lines.indexOf(line) !== index)
      if (twice.length > 0) return `twice: ${twice.join(', ')}`
      const sequences = new Map<string, number>()
      for (const line of lines) {
        const [token = '', sequence = ''] = line.split(' ')
        if ((sequences.get(token) ?? 0) >= Number(sequence)) return `${line} after ${sequences.get(token)}`
        sequences.set(token, Number(sequence))
      }
      return true
    })
  }))

it('5.3 every write that arrives is answered within 100 ms', () =>
  chaos({ nodes: ['a', 'b'], kinds: ['duplicate', 'pause', 'reorder'], until: 30_000 }, (sim) => {
    build(sim)
    sim.finally('answered', () => {
      const id = (message: unknown) => `${(message as Applied).token}/${(message as { sequence: number }).sequence}`
      const asked = sim
        .arrived({ to: 'store' })
        .map(({ from, message, deliveredAt }) => ({ id: `${from} ${id(message)}`, at: deliveredAt }))
      const answers = sim
        .sent({ from: 'store' })
        .map(({ to, message, sentAt }) => ({ id: `${to} ${id(message)}`, at: sentAt }))
      if (answers.length < asked.filter(({ at }) => at < sim.now() - 100).length)
        return `${answers.length} answers to ${asked.length} writes`
      return boundedLatency(asked, answers, { within: 100, until: sim.now() })
    })
  }))

it('5.1 a holder writes every second with its token, and nobody else writes', () =>
  chaos({ nodes: ['a', 'b'], kinds: ['partition', 'delay', 'crash'], until: 30_000 }, (sim) => {
    const { writers, startedAt } = build(sim)
    const holding = new Map<string, { token: number; since: number }>()
    sim.observe((event) => {
      if (event.what !== 'sent' || event.delivery.to !== 'store') return
      const { from, message } = event.delivery
      const { token } = message as Applied
      if (writers.get(from)?.token() !== token)
        throw new Error(`${from} writes with ${token} and holds ${writers.get(from)?.token()}`)
    })
    sim.always('writes every second', () => {
      for (const [name, writer] of writers) {
        const token = sim.isUp(name) ? writer.token() : undefined
        const before = holding.get(name)
        const since = Math.max(before?.since ?? 0, startedAt.get(name)!)
        if (token === undefined) holding.delete(name)
        else if (before?.token !== token) holding.set(name, { token, since: sim.now() })
        else {
          const quiet = sim.now() - Math.max(since, sim.sent({ from: name, to: 'store' }).at(-1)?.sentAt ?? 0)
          if (quiet > 1_000) return `${name} holds ${token} and has not written for ${quiet} ms`
        }
      }
      return true
    })
  }))

it('5.8 writes go on within 30 s of the end of all faults, also after a restart of the holder', () =>
  chaos(
    {
      nodes: ['a', 'b', 'store'],
      kinds: ['crash', 'pause', 'partition', 'duplicate', 'disk-error'],
      until: 30_000,
      liveness: 30_000,
    },
    (sim) => {
      const { told } = build(sim)
      let before = 0
      sim.at(30_000, () => {
        before = told.length
      })
      sim.eventually('a further write', () => told.length > before)
      sim.sometimes('a write is rejected', () => sim.sent({ from: 'store', message: { applied: false } }).length > 0)
    },
  ))

it('5.7 a writer whose token is rejected releases the lock', () =>
  chaos({ nodes: ['a', 'b'], kinds: ['crash', 'duplicate', 'reorder'], until: 20_000 }, (sim) => {
    const { writers, startedAt } = build(sim)
    const waiting = new Set<string>()
    sim.observe((event) => {
      if (event.what !== 'sent' || event.delivery.to !== 'store') return
      const { token, sequence } = event.delivery.message as { token: number; sequence: number }
      waiting.add(`${event.delivery.from} ${token} ${sequence}`)
    })
    sim.always('gives the token up', () => {
      for (const { to, message, deliveredAt } of sim
        .arrived({ from: 'store' })
        .filter((one) => one.deliveredAt === sim.now())) {
        const { token, sequence, applied } = message as { token: number; sequence: number; applied: boolean }
        // The first answer counts; one to an earlier life of the node does not.
        if (!waiting.delete(`${to} ${token} ${sequence}`) || applied || !sim.isUp(to)) continue
        if (sim.events().some((event) => event.what === 'crash' && event.node === to && event.at <= deliveredAt))
          continue
        if (writers.get(to)?.token() === token) return `${to} still holds ${token}`
      }
      return true
    })
    sim.always('asks 2 s later', () => {
      for (const name of WRITERS) {
        const asked = sim.sent({ from: name, to: 'lock' }).filter(({ duplicate }) => !duplicate)
        const release = asked.findLastIndex(({ message }) => (message as { type: string }).type === 'release')
        const [before, next] = [asked[release], asked[release + 1]]
        if (!before || !next || startedAt.get(name)! > before.sentAt) continue
        if (next.sentAt - before.sentAt !== 2_000)
          return `${name} asked again ${next.sentAt - before.sentAt} ms after its release`
      }
      return true
    })
    sim.sometimes('a write is rejected', () => sim.sent({ from: 'store', message: { applied: false } }).length > 0)
  }))
