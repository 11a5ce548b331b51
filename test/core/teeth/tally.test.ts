import { expect, it } from 'vitest'
import { addedBefore, counted, tallyOf } from '../../../src/core/teeth/tally.ts'

it('counts each wrong version once, in however many runs it was tried', () => {
  const first = { done: 0, killed: 0, total: 4, again: false }
  expect(counted(first, { done: 3, failed: 2 })).toEqual({ done: 3, total: 4, failed: 2 })
  // Those that had no time: three are done, one of two killed.
  expect(counted({ ...first, done: 3, killed: 2 }, { done: 1, failed: 1 })).toEqual({ done: 4, total: 4, failed: 3 })
  // Those that live, once more.
  const all = tallyOf([{ status: 'killed' }, { status: 'killed' }, { status: 'survived' }, { status: 'timeout' }])
  expect(all).toEqual({ done: 4, killed: 2, total: 4, again: true })
  expect(counted(all, { done: 1, failed: 1 })).toEqual({ done: 4, total: 4, failed: 3 })
})

it('counts apart those that added tests are tried on, each when nothing more comes to it', () => {
  const all = { ...tallyOf([{ status: 'killed' }, { status: 'survived' }]), killed: 1 }
  const added = (by: 'nothing' | 'kills' | 'all', now: { done: number; failed: number }) =>
    counted({ ...all, added: { done: 2, total: 5, by } }, now)
  // A model's own version runs against the frozen tests first, and one that lives is tried again in more cases.
  expect(added('nothing', { done: 1, failed: 0 })).toEqual({
    done: 2,
    total: 2,
    failed: 1,
    added: { done: 2, total: 5 },
  })
  expect(added('kills', { done: 2, failed: 1 }).added).toEqual({ done: 3, total: 5 })
  expect(added('all', { done: 2, failed: 1 }).added).toEqual({ done: 4, total: 5 })
  expect(added('all', { done: 9, failed: 1 }).added).toEqual({ done: 5, total: 5 })
})

it('takes those that live for through in the last pass over them alone, so that nothing is counted back', () => {
  const first = { ...tallyOf([]), added: { done: 2, total: 6, by: 'kills' as const } }
  const runs = (['killed', 'survived', 'unreached', 'timeout'] as const).map((status) => ({ status }))
  const tried = (isLast: boolean, done: number, failed: number, before: typeof runs = runs) =>
    counted({ ...first, ...addedBefore(first, before, isLast) }, { done, failed }).added?.done
  // The first pass over all four, one over what had no time in it, the last over two.
  expect([
    tried(false, 0, 0, []),
    tried(false, 4, 1, []),
    tried(false, 0, 0),
    tried(true, 0, 0),
    tried(true, 2, 0),
  ]).toEqual([2, 3, 3, 4, 6])
  expect(addedBefore(tallyOf([]), runs, true)).toEqual({})
})
