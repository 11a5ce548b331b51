import { describe, expect, it } from 'vitest'
import { decide, decideStrike, type Strikes } from '../../../src/core/verdict/decide.ts'

describe('after an attempt that was not verified', () => {
  const TABLE: [string, number, number, string[], 'retry' | 'stop', RegExp][] = [
    ['the first of three', 1, 3, ['a'], 'retry', /same clean base/],
    ['another failure', 2, 3, ['a', 'b'], 'retry', /same clean base/],
    ['the same failure twice', 2, 3, ['a', 'a'], 'stop', /same failure twice/],
    ['the same failure again, not in a row', 3, 5, ['a', 'b', 'a'], 'retry', /same clean base/],
    ['the last attempt', 3, 3, ['a', 'b', 'c'], 'stop', /attempt 3 of 3/],
    ['the only attempt', 1, 1, ['a'], 'stop', /attempt 1 of 1/],
  ]
  it('stops also when the same answer fails in another way', () => {
    const past = { attempt: 2, attempts: 5, signatures: ['a', 'b'] }
    expect(decide({ ...past, answers: ['x', 'x'] }).kind).toBe('stop')
    expect(decide({ ...past, answers: ['x', 'y'] }).kind).toBe('retry')
  })

  it('asks the arbiter first where two different answers die on one assertion of a frozen test, also after the last attempt', () => {
    const past = { attempt: 2, attempts: 2, signatures: ['a', 'a'], answers: ['x', 'y'], later: 1, disputable: true }
    expect(decide(past)).toEqual({ kind: 'arbiter', reason: 'two different patches died on the same assertion' })
    expect(decide({ ...past, attempts: 3, disputable: false }).kind).toBe('escalate')
    expect(decide({ ...past, signatures: ['a', 'b'] }).kind).toBe('arbiter')
    const ruled = { ...past, signatures: ['a', 'b'], attempts: 4, disputable: false, codeWrong: true }
    expect(decide(ruled)).toEqual({ kind: 'escalate', reason: 'the arbiter finds the test right' })
    expect(decide({ ...ruled, later: 0 }).kind).toBe('retry')
    expect(decide({ ...ruled, attempts: 2 }).kind).toBe('stop')
  })

  it.each([
    ['goes on with the model while attempts are left', 1, 3, ['a'], 1, 'retry'],
    ['leaves an attempt to each model that follows', 2, 3, ['a', 'b'], 1, 'escalate'],
    ['gives the same failure twice to the next model', 2, 5, ['a', 'a'], 1, 'escalate'],
    ['ends with the last model', 4, 5, ['b', 'b'], 0, 'stop'],
    ['ends with the last attempt, whoever would follow', 3, 3, ['a', 'a'], 2, 'stop'],
  ] as const)('with further models: %s', (_, attempt, attempts, signatures, later, kind) => {
    const past = { attempt, attempts, signatures: [...signatures], answers: signatures.map((_, i) => `${i}`), later }
    expect(decide(past).kind).toBe(kind)
  })

  it.each(TABLE)('%s', (_, attempt, attempts, signatures, kind, reason) => {
    expect(decide({ attempt, attempts, signatures, answers: signatures.map((_, i) => `answer ${i}`) })).toEqual({
      kind,
      reason: expect.stringMatching(reason),
    })
  })
})

describe('reaching for what is protected', () => {
  const TABLE: [Strikes, string][] = [
    [{ judge: 1, other: 0 }, 'tell'],
    [{ judge: 2, other: 0 }, 'tell'],
    [{ judge: 3, other: 0 }, 'tampering'],
    [{ judge: 0, other: 1 }, 'tell'],
    [{ judge: 0, other: 2 }, 'blocked'],
    [{ judge: 2, other: 1 }, 'tell'],
    [{ judge: 3, other: 2 }, 'tampering'],
  ]
  it.each(TABLE)('%o', (strikes, kind) => expect(decideStrike(strikes)).toEqual({ kind }))
})
