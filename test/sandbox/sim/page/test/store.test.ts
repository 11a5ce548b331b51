import { it } from 'vitest'
import { chaos, type KeyValueInput, keyValue, linearizable, Operations } from '../../../../../sandbox/sim/index.ts'
import { connect, startStore } from '../src/store.ts'

it('the store is linearizable', () =>
  chaos({ nodes: ['store', 'a'], kinds: ['partition', 'delay', 'drop', 'pause'], until: 10_000 }, (sim) => {
    const calls = new Operations<KeyValueInput, unknown>(() => sim.now())
    sim.node('store', startStore)
    for (const name of ['a', 'b', 'c']) {
      sim.client(name, async (env) => {
        const call = connect(env)
        for (let n = 0; n < 10; n += 1) {
          await env.clock.sleep(env.random.int(1_000))
          const key = `key ${env.random.int(1)}`
          const input: KeyValueInput =
            env.random.int(1) === 0 ? { op: 'read', key } : { op: 'write', key, value: `${name}${n}` }
          await calls.call(name, input, () => call(input as never)).catch(() => {})
        }
      })
    }
    sim.finally('linearizable', () => linearizable(keyValue(), calls.list))
  }))
