import { describe, expect, it } from 'vitest'
import { maskKeys } from '../../src/commands/session.ts'

describe('secrets of the environment', () => {
  const mask = maskKeys({
    ANTHROPIC_API_KEY: 'sk-ant-1234567',
    AWS_SECRET_ACCESS_KEY: 'sk-ant-1234567-and-more',
    DB_PASSWORD: 'quote"back\\slash',
    EDITOR: 'an-editor-with-a-name',
    SHORT_TOKEN: 'abc',
  })

  it('are masked wherever they stand, longer ones first', () => {
    expect(mask('a sk-ant-1234567-and-more b sk-ant-1234567 c')).toBe('a *** b *** c')
  })

  it('are masked also as JSON writes them', () => {
    expect(mask(JSON.stringify({ text: 'quote"back\\slash' }))).toBe('{"text":"***"}')
  })

  it('are told from other variables by their names, and are not a few letters', () => {
    expect(mask('an-editor-with-a-name abc')).toBe('an-editor-with-a-name abc')
  })
})
