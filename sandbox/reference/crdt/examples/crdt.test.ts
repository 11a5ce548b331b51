import { describe, expect, it } from 'vitest'
import { FakeWorld } from '../../fakes.ts'
import { add, mergeCounters, subtract, valueOf as sumOf, ZERO } from '../src/counter.ts'
import { startReplica } from '../src/exchange.ts'
import { addElement, EMPTY, elementsOf, mergeSets, removeElement } from '../src/or-set.ts'
import { mergeRegisters, write } from '../src/register.ts'

describe('counter', () => {
  it('adds and subtracts', () => {
    expect(sumOf(subtract(add(add(ZERO, 'a', 5), 'a', 2), 'a', 3))).toBe(4)
  })
  it('goes below 0', () => {
    expect(sumOf(subtract(ZERO, 'a', 3))).toBe(-3)
  })
  it('refuses what is no whole number of at least 0', () => {
    for (const amount of [-1, 1.5, Number.NaN]) {
      expect(() => add(ZERO, 'a', amount)).toThrow(RangeError)
      expect(() => subtract(ZERO, 'a', amount)).toThrow(RangeError)
    }
  })
  it('merges the changes of two replicas', () => {
    const a = add(ZERO, 'a', 5)
    const b = subtract(add(ZERO, 'b', 1), 'b', 3)
    expect(sumOf(mergeCounters(a, b))).toBe(3)
    expect(sumOf(mergeCounters(b, a))).toBe(3)
  })
  it('merges the same state twice without counting it twice', () => {
    const a = add(ZERO, 'a', 5)
    expect(sumOf(mergeCounters(mergeCounters(ZERO, a), a))).toBe(5)
  })
  it('merges an old state without going back', () => {
    const old = add(ZERO, 'a', 5)
    const now = add(old, 'a', 2)
    expect(sumOf(mergeCounters(now, old))).toBe(7)
    expect(sumOf(mergeCounters(old, now))).toBe(7)
  })
  it('leaves its arguments alone', () => {
    const a = add(ZERO, 'a', 5)
    mergeCounters(a, add(ZERO, 'b', 1))
    expect(a).toEqual(add(ZERO, 'a', 5))
  })
})

describe('set', () => {
  it('contains what was added, and not what was removed', () => {
    const set = addElement(addElement(EMPTY, 'a', 'x'), 'a', 'y')
    expect(elementsOf(set)).toEqual(['x', 'y'])
    expect(elementsOf(removeElement(set, 'x'))).toEqual(['y'])
  })
  it('takes a removal over', () => {
    const set = addElement(EMPTY, 'a', 'x')
    const removed = removeElement(mergeSets(EMPTY, set), 'x')
    expect(elementsOf(mergeSets(set, removed))).toEqual([])
    expect(elementsOf(mergeSets(removed, set))).toEqual([])
  })
  it('lets an addition win over a removal that did not know of it', () => {
    const set = addElement(EMPTY, 'a', 'x')
    const removed = removeElement(set, 'x')
    const again = addElement(set, 'b', 'x')
    expect(elementsOf(mergeSets(removed, again))).toEqual(['x'])
    expect(elementsOf(mergeSets(again, removed))).toEqual(['x'])
  })
  it('contains what was added again after its removal', () => {
    const set = addElement(EMPTY, 'a', 'x')
    const again = addElement(removeElement(set, 'x'), 'a', 'x')
    expect(elementsOf(mergeSets(again, set))).toEqual(['x'])
    expect(elementsOf(mergeSets(again, removeElement(set, 'x')))).toEqual(['x'])
  })
  it('has one tag for each replica that added an element', () => {
    const set = addElement(addElement(addElement(EMPTY, 'a', 'x'), 'b', 'x'), 'a', 'x')
    expect(Object.keys(set.tags['x']!).sort()).toEqual(['a', 'b'])
  })
})

describe('register', () => {
  it('holds the later write', () => {
    const one = write(null, 'a', 'old', 1)
    const two = write(null, 'b', 'new', 2)
    expect(mergeRegisters(one, two)?.value).toBe('new')
    expect(mergeRegisters(two, one)?.value).toBe('new')
  })
  it('holds that of the greater name at the same time', () => {
    const one = write(null, 'a', 'of a', 1)
    const two = write(null, 'b', 'of b', 1)
    expect(mergeRegisters(one, two)?.value).toBe('of b')
    expect(mergeRegisters(two, one)?.value).toBe('of b')
  })
  it('writes over what it has seen with a clock that runs behind', () => {
    const seen = write(null, 'b', 'old', 100)
    expect(mergeRegisters(seen, write(seen, 'a', 'new', 50))?.value).toBe('new')
  })
  it('merges with nothing', () => {
    const one = write(null, 'a', 'x', 1)
    expect(mergeRegisters(one, null)).toEqual(one)
    expect(mergeRegisters(null, one)).toEqual(one)
    expect(mergeRegisters(null, null)).toBe(null)
  })
})

describe('exchange', () => {
  it('brings replicas together, also after messages were lost', async () => {
    const world = new FakeWorld()
    const names = ['a', 'b', 'c']
    const replicas = names.map((name) =>
      startReplica(
        world.clock,
        world.net,
        name,
        names.filter((other) => other !== name),
        1_000,
      ),
    )
    replicas[0]!.add(5)
    replicas[1]!.subtract(2)
    await world.pass(2_001)
    expect(replicas.map((replica) => replica.value())).toEqual([3, 3, 3])
    world.lose = () => true
    replicas[2]!.add(4)
    await world.pass(2_000)
    expect(replicas.map((replica) => replica.value())).toEqual([3, 3, 7])
    world.lose = () => false
    await world.pass(2_001)
    expect(replicas.map((replica) => replica.value())).toEqual([7, 7, 7])
  })
})
