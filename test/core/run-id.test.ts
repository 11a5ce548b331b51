import fc from 'fast-check'
import { expect, it } from 'vitest'
import { beganAt, runId } from '../../src/core/run-id.ts'

const chance = fc.integer({ min: 0, max: 0xfff }).map((n) => n.toString(16).padStart(3, '0'))
const start = Date.UTC(2026, 0, 1)

it('a later run has a later name, whatever chance adds', () => {
  fc.assert(
    fc.property(fc.nat(1e10), fc.nat(3_000), chance, chance, (at, later, one, other) => {
      const [first, second] = [runId(new Date(start + at), one), runId(new Date(start + at + later + 1), other)]
      expect(first).toMatch(/^\d{8}T\d{6}-[0-9a-f]{6}$/)
      expect([second, first].sort()).toEqual([first, second])
    }),
  )
})

it('the second in which a run began can be read from its name, and from no other', () => {
  fc.assert(
    fc.property(fc.nat(1e10), chance, (at, one) => {
      const began = new Date(start + at)
      expect(beganAt(runId(began, one))).toBe(`${began.toISOString().slice(0, 19)}Z`)
    }),
  )
  expect(beganAt('my-run')).toBeNull()
})
