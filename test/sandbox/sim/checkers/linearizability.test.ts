import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkLinearizability,
  type KeyValueInput,
  keyValue,
  linearizable,
  lock,
  type Model,
  type Operation,
  Operations,
  queue,
  type RegisterInput,
  register,
  Simulation,
} from '../../../../sandbox/sim/index.ts'

const SEED = 20_261_122

/** One operation in a line: client, input, output, called, returned; without output and return its effect is unknown. */
function op<I, O>(client: string, input: I, called: number, returned: number | null, output?: O): Operation<I, O> {
  return { client, input, output, called, returned }
}

const read = { op: 'read' } as const
const write = (value: unknown) => ({ op: 'write', value }) as const
const cas = (from: unknown, to: unknown) => ({ op: 'cas', from, to }) as const

/** All orders, nothing clever. */
function bruteForce<S, I, O>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): boolean {
  const canFinish = (state: S, left: readonly Operation<I, O>[]): boolean => {
    if (left.every(({ returned }) => returned === null)) return true
    return left.some((next) => {
      // Nothing that is left may have ended before it began.
      if (left.some(({ returned }) => returned !== null && returned < next.called)) return false
      const after = model.apply(state, next.input)
      const rest = left.filter((one) => one !== next)
      const fits = next.returned === null || JSON.stringify([after.output]) === JSON.stringify([next.output])
      return fits && canFinish(after.state, rest)
    })
  }
  return canFinish(model.initial, operations)
}

function histories<I>(inputs: fc.Arbitrary<I>, outputs: fc.Arbitrary<unknown>, maxLength: number) {
  const one = fc.record({
    client: fc.constantFrom('a', 'b', 'c'),
    input: inputs,
    output: outputs,
    called: fc.nat({ max: 12 }),
    ms: fc.option(fc.nat({ max: 8 }), { freq: 6 }),
  })
  return fc
    .array(one, { maxLength })
    .map((list) =>
      list.map(({ client, input, output, called, ms }) =>
        op(client, input, called, ms === null ? null : called + ms, output),
      ),
    )
}

describe('linearizability, against all orders of small histories', () => {
  it('of a register', () => {
    const values = fc.constantFrom<unknown>(undefined, 1, 2)
    const inputs = fc.oneof<fc.Arbitrary<RegisterInput>[]>(
      fc.constant(read),
      values.map(write),
      fc.tuple(values, values).map(([from, to]) => cas(from, to)),
    )
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(histories(inputs, fc.constantFrom<unknown>(undefined, 1, 2, true, false), 6), (history) => {
        const legal = bruteForce(register(), history)
        verdicts.add(legal)
        expect(checkLinearizability(register(), history).verdict).toBe(legal ? 'ok' : 'illegal')
      }),
      { numRuns: 2_000 },
    )
    expect(verdicts.size).toBe(2)
  })

  it('of a queue, of a lock, and of many keys', () => {
    const values = fc.constantFrom(1, 2)
    const queueInputs = fc.oneof(
      values.map((value) => ({ op: 'push', value }) as const),
      fc.constant({ op: 'take' } as const),
    )
    const lockInputs = fc.record({ op: fc.constantFrom('acquire', 'release'), client: fc.constantFrom('a', 'b') })
    const keyed = fc.record({ key: fc.constantFrom('x', 'y'), op: fc.constant('write'), value: values })
    const keyedReads = fc.record({ key: fc.constantFrom('x', 'y'), op: fc.constant('read') })
    const same =
      <S, I, O>(model: Model<S, I, O>) =>
      (history: Operation<I, unknown>[]) => {
        const legal = bruteForce(model, history as Operation<I, O>[])
        expect(checkLinearizability(model, history as Operation<I, O>[]).verdict).toBe(legal ? 'ok' : 'illegal')
      }
    const parameters = { numRuns: 500 }
    const outputs = fc.constantFrom<unknown>(undefined, 1, 2)
    fc.assert(fc.property(histories(queueInputs, outputs, 6), same(queue)), parameters)
    fc.assert(fc.property(histories(lockInputs as never, fc.boolean(), 6), same(lock as never)), parameters)
    // The brute force knows nothing of keys: its state is a map.
    const whole: Model<Record<string, unknown>, KeyValueInput, unknown> = {
      initial: {},
      apply: (state, { key, ...input }) => {
        const { state: value, output } = register().apply(state[key], input as RegisterInput)
        return { state: { ...state, [key]: value }, output }
      },
    }
    fc.assert(
      fc.property(histories(fc.oneof(keyed, keyedReads) as fc.Arbitrary<KeyValueInput>, outputs, 6), (history) => {
        const legal = bruteForce(whole, history)
        expect(checkLinearizability(keyValue(), history).verdict).toBe(legal ? 'ok' : 'illegal')
        expect(checkLinearizability(whole, history).verdict).toBe(legal ? 'ok' : 'illegal')
      }),
      parameters,
    )
  })
})

describe('linearizability of known histories', () => {
  it('takes reads that overlap a write as before or after it, and never back', () => {
    const writing = op('a', write(1), 0, 10)
    expect(linearizable(register(0), [writing, op('b', read, 1, 3, 0), op('c', read, 4, 6, 1)])).toEqual([])
    expect(linearizable(register(0), [writing, op('b', read, 1, 3, 1), op('c', read, 4, 6, 0)])).toEqual([
      'not linearizable: no order of the operations fits the model. The longest beginning that does has 2:',
      '  a {"op":"write","value":1} from t=0 to 10: undefined',
      '  b {"op":"read"} from t=1 to 3: 1',
      'and none of these can come next:',
      '  c {"op":"read"} from t=4 to 6: 0',
    ])
  })

  it('lets a write without an answer take effect now, later or never', () => {
    const lost = op('a', write(1), 0, null)
    expect(linearizable(register(0), [lost, op('b', read, 5, 6, 0), op('b', read, 7, 8, 1)])).toEqual([])
    expect(linearizable(register(0), [lost, op('b', read, 5, 6, 0), op('b', read, 7, 8, 0)])).toEqual([])
    expect(linearizable(register(0), [lost, op('b', read, 5, 6, 1), op('b', read, 7, 8, 0)])).not.toEqual([])
  })

  it('finds the stale read of the wrong replica, two winners of one exchange, and a job taken twice', () => {
    const stale = [op('a', write(1), 0, 2), op('b', read, 3, 4, undefined)]
    const winners = [op('a', cas(0, 1), 0, 5, true), op('b', cas(0, 2), 1, 6, true)]
    const twice = [
      op('a', { op: 'push', value: 7 } as const, 0, 1),
      op('b', { op: 'take' } as const, 2, 9, 7),
      op('c', { op: 'take' } as const, 3, 8, 7),
    ]
    expect(checkLinearizability(register(), stale).verdict).toBe('illegal')
    expect(checkLinearizability(register(0), winners).verdict).toBe('illegal')
    expect(checkLinearizability(queue, twice).verdict).toBe('illegal')
  })

  it('says which key breaks it, and compares states by content', () => {
    const history = [
      op('a', { key: 'x', op: 'write', value: { n: [1] } } as const, 0, 1),
      op('b', { key: 'x', op: 'read' } as const, 2, 3, { n: [1] }),
      op('c', { key: 'y', op: 'read' } as const, 2, 3, 1),
    ]
    const found = checkLinearizability(keyValue(), history)
    expect(found).toMatchObject({ verdict: 'illegal', key: 'y', prefix: [], stuck: [{ client: 'c' }] })
  })

  it('says "unknown" when the time is up', () => {
    // Twenty writes at once and a read of something that was never written: all orders have to be tried.
    const history = [
      ...Array.from({ length: 30 }, (_, n) => op(`c${n}`, cas(n % 7, (n + 1) % 5), 0, 100, n % 2 === 0)),
      op('r', read, 101, 102, 'never'),
    ]
    const found = checkLinearizability(register(0), history, { limit: 20 })
    expect(found.verdict).toBe('unknown')
    expect(found.report[0]).toMatch(/not known whether/)
  })

  it('judges a long history of many clients and keys quickly', () => {
    const history = longHistory(10_000, 10, 10)
    expect(linearizable(keyValue(0), history)).toEqual([])
    const wrong = history.with(5_000, {
      ...history[5_000]!,
      input: { key: 'k0', op: 'read' },
      output: 'wrong',
      returned: history[5_000]!.called,
    })
    expect(checkLinearizability(keyValue(0), wrong)).toMatchObject({ verdict: 'illegal', key: 'k0' })
  })
})

/** Operations of clients that each wait for their answer; every one takes effect at some moment in between. */
function longHistory(length: number, clients: number, keys: number): Operation<KeyValueInput, unknown>[] {
  const draw = fc.sample(fc.nat(), { numRuns: 4 * length, seed: SEED }).values()
  const int = (max: number) => draw.next().value! % max
  const free = Array.from({ length: clients }, () => 0)
  const drawn = Array.from({ length }, (_, index) => {
    const client = index % clients
    const called = free[client]! + int(5)
    const effect = called + int(20)
    const returned = effect + int(20)
    free[client] = returned + 1
    return { client, called, effect, returned, key: `k${int(keys)}`, index }
  })
  const state = new Map<string, number>()
  return drawn
    .toSorted((a, b) => a.effect - b.effect)
    .map(({ client, called, returned, key, index }) => {
      const isRead = index % 2 === 0
      const output = isRead ? (state.get(key) ?? 0) : undefined
      if (!isRead) state.set(key, index)
      const input: KeyValueInput = isRead ? { key, op: 'read' } : { key, op: 'write', value: index }
      return op(`c${client}`, input, called, returned, output)
    })
}

describe('recording', () => {
  it('notes calls, answers, and what stays unknown', async () => {
    const sim = new Simulation()
    const calls = new Operations<string, number>(() => sim.now())
    sim.node('a', async ({ clock }) => {
      await clock.sleep(5)
      await calls.call('a', 'one', async () => {
        await clock.sleep(7)
        return 1
      })
      const refused = calls.call(
        'a',
        'two',
        () => Promise.reject(new Error('refused')),
        (error) => `${error}`.includes('refused'),
      )
      await refused.catch(() => {})
      const lost = calls.call('a', 'three', () => Promise.reject(new Error('timeout')))
      await lost.catch(() => {})
    })
    await sim.runAsync(100)
    expect(calls.list).toEqual([
      { client: 'a', input: 'one', output: 1, called: 5, returned: 12 },
      { client: 'a', input: 'three', output: undefined, called: 12, returned: null },
    ])
  })
})
