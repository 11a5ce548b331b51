import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createStore } from '../src/store.ts'

const writes = fc.array(fc.record({ token: fc.integer({ min: 1, max: 8 }), value: fc.string() }), { maxLength: 30 })

it('3.2 a write is applied exactly when its token is not lower than every token seen before', () => {
  fc.assert(
    fc.property(writes, (all) => {
      const store = createStore()
      let greatest = 0
      let value: string | undefined
      for (const one of all) {
        expect(store.greatestToken()).toBe(greatest)
        const fits = one.token >= greatest
        expect(store.write(one.token, one.value)).toBe(fits)
        if (fits) ({ token: greatest, value } = one)
        expect(store.read()).toBe(value)
      }
    }),
  )
})
