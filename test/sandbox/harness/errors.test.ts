import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageOf, type SentError, toTestError } from '../../../sandbox/harness/errors.mts'

function thrownBy(run: () => unknown): SentError {
  try {
    run()
  } catch (error) {
    return error as SentError
  }
  throw new Error('nothing was thrown')
}

const classified = (run: () => unknown) => toTestError([thrownBy(run)])

describe('the kind of an error', () => {
  it('is an assertion when a library for assertions, or a law, says no', () => {
    expect(classified(() => expect(1).toBe(2)).assertion).toBe(true)
    expect(classified(() => assert.equal(1, 2)).assertion).toBe(true)
    expect(classified(() => fc.assert(fc.property(fc.nat(), () => false))).assertion).toBe(true)
    expect(classified(() => fc.assert(fc.property(fc.nat(), () => void assert.fail()))).assertion).toBe(true)
  })

  it('is not an assertion for any other exception, also inside of a property', () => {
    const unfinished = () => {
      throw new TypeError('not implemented')
    }
    expect(classified(unfinished)).toEqual({ name: 'TypeError', message: 'not implemented', assertion: false })
    expect(classified(() => fc.assert(fc.property(fc.nat(), unfinished)))).toMatchObject({
      name: 'TypeError',
      assertion: false,
    })
    const wrapped = new Error('setting up failed', { cause: thrownBy(() => assert.fail()) })
    expect(toTestError([wrapped]).assertion).toBe(false)
  })
})

describe('the message of an error', () => {
  it('holds the report and the reason, and never more than 3,000 characters', () => {
    const long = { message: `Property failed after 1 tests\n${'x'.repeat(9_000)}`, cause: { message: 'the reason' } }
    const { message } = toTestError([long])
    expect(message).toHaveLength(3_000)
    expect(message).toContain('Property failed after 1 tests')
    expect(message).toContain('the reason')
  })

  it('is without colours, and there even for what is no error', () => {
    expect(messageOf(new TypeError('\u001b[31mred\u001b[0m'))).toBe('TypeError: red')
    expect(messageOf('a word')).toBe('a word')
    expect(messageOf(undefined)).toBe('undefined')
    expect(toTestError([]).assertion).toBe(false)
  })
})
