import fc from 'fast-check'
import { expect, it } from 'vitest'
import { giveBack, keyOf, openStock, type State, take } from '../src/stock.ts'

const request = fc.record({
  saga: fc.constantFrom('1', '2', '1/0'),
  step: fc.nat(2),
  undo: fc.boolean(),
  amount: fc.nat(4),
})

it('3.1 3.2, 3.3, 3.4, 3.5, 3.6 each step counts once, and not after it was undone or refused', () => {
  fc.assert(
    fc.property(fc.nat(8), fc.array(request, { maxLength: 30 }), (amount, all) => {
      let stock = openStock(amount)
      let left = amount
      const states = new Map<string, State>()
      const took = new Map<string, number>()
      for (const { saga, step, undo, amount } of all) {
        const key = keyOf(saga, step)
        const before = JSON.stringify([stock.left, [...stock.given]])
        const old = stock
        const state = states.get(key)
        if (undo && state !== 'refused') {
          states.set(key, 'undone')
          if (state === 'done') left += took.get(key)!
        } else if (!undo && state === undefined) {
          states.set(key, amount > left ? 'refused' : 'done')
          took.set(key, amount)
          if (amount <= left) left -= amount
        }
        stock = undo ? giveBack(stock, key) : take(stock, key, amount)
        expect(stock.left).toBe(left)
        expect(new Map([...stock.given].map(([one, given]) => [one, given.state]))).toEqual(states)
        if (states.get(key) === state) expect(stock).toBe(old)
        expect(JSON.stringify([old.left, [...old.given]])).toBe(before)
      }
    }),
  )
})
