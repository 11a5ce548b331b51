/** Assertions that must say no, tried where tests have run: the red that has to stay red. */
import assert from 'node:assert'

/** One thing that has to throw or reject, by the name that a doubt calls it. */
export interface Canary {
  name: string
  run(): unknown
}

/** A matcher library as vitest and jest have it. */
export type Expect = (value: unknown) => Record<string, (...args: unknown[]) => unknown> & {
  not: Record<string, (...args: unknown[]) => unknown>
  resolves: Record<string, (...args: unknown[]) => Promise<unknown>>
  rejects: Record<string, (...args: unknown[]) => Promise<unknown>>
}

/** Runs all of them; one sentence for each that said yes. */
export async function sentinel(canaries: readonly Canary[]): Promise<string[]> {
  const doubts: string[] = []
  for (let at = 0; at < canaries.length; at++) {
    const { name, run } = canaries[at]!
    let yes = true
    try {
      await run()
    } catch {
      yes = false
    }
    if (yes) doubts[doubts.length] = `\`${name}\` no longer fails after the code was loaded`
  }
  return doubts
}

/** `world` is the global object of the tests, whose promises they wait for. */
export function expectCanaries(expect: Expect, world: object = globalThis): Canary[] {
  const nothing = () => {}
  const one = () => (Reflect.get(world, 'Promise') as PromiseConstructor).resolve(1)
  return [
    { name: 'expect(1).toBe(2)', run: () => expect(1).toBe!(2) },
    { name: 'expect(1).not.toBe(1)', run: () => expect(1).not.toBe!(1) },
    { name: 'expect({ a: 1 }).toEqual({ a: 2 })', run: () => expect({ a: 1 }).toEqual!({ a: 2 }) },
    { name: 'expect([1]).toEqual([2])', run: () => expect([1]).toEqual!([2]) },
    { name: "expect('a').toEqual('b')", run: () => expect('a').toEqual!('b') },
    { name: 'expect([1]).toStrictEqual([2])', run: () => expect([1]).toStrictEqual!([2]) },
    { name: 'expect({ a: 1 }).toMatchObject({ a: 2 })', run: () => expect({ a: 1 }).toMatchObject!({ a: 2 }) },
    { name: 'expect([1]).toContain(2)', run: () => expect([1]).toContain!(2) },
    { name: 'expect([1]).toHaveLength(2)', run: () => expect([1]).toHaveLength!(2) },
    { name: "expect('a').toMatch(/b/)", run: () => expect('a').toMatch!(/b/) },
    { name: 'expect(false).toBeTruthy()', run: () => expect(false).toBeTruthy!() },
    { name: 'expect(1).toBeUndefined()', run: () => expect(1).toBeUndefined!() },
    { name: 'expect(2).toBeLessThan(1)', run: () => expect(2).toBeLessThan!(1) },
    { name: 'expect(1).toBeGreaterThanOrEqual(2)', run: () => expect(1).toBeGreaterThanOrEqual!(2) },
    { name: 'expect(1).toBeCloseTo(2)', run: () => expect(1).toBeCloseTo!(2) },
    { name: 'expect(f).toThrow()', run: () => expect(nothing).toThrow!() },
    { name: 'expect(promise).resolves.toBe()', run: () => expect(one()).resolves.toBe!(2) },
    { name: 'expect(promise).rejects.toThrow()', run: () => expect(one()).rejects.toThrow!() },
  ]
}

export function assertCanaries(): Canary[] {
  return [
    { name: 'assert(false)', run: () => assert(false) },
    { name: 'assert.ok(0)', run: () => assert.ok(0) },
    { name: 'assert.equal(1, 2)', run: () => assert.equal(1, 2) },
    { name: 'assert.strictEqual(1, 2)', run: () => assert.strictEqual(1, 2) },
    { name: 'assert.notStrictEqual(1, 1)', run: () => assert.notStrictEqual(1, 1) },
    { name: 'assert.deepEqual([1], [2])', run: () => assert.deepEqual([1], [2]) },
    { name: 'assert.deepStrictEqual({ a: 1 }, { a: 2 })', run: () => assert.deepStrictEqual({ a: 1 }, { a: 2 }) },
    { name: 'assert.throws(f)', run: () => assert.throws(() => {}) },
    { name: 'assert.rejects(promise)', run: () => assert.rejects(Promise.resolve()) },
    { name: 'assert.match(a, /b/)', run: () => assert.match('a', /b/) },
    { name: 'a rejected promise', run: () => Promise.reject(new Error('must be seen')) },
    {
      name: 'then after a rejection',
      run: () => Promise.reject(new Error('must be seen')).then((value: unknown) => value),
    },
  ]
}
