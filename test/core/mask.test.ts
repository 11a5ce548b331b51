import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMask, maskValue } from '../../src/core/mask.ts'

/** Put together here, so that no scanner takes this file for a leak. */
const key = (prefix: string, length: number) =>
  prefix + 'a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwXyZ'.repeat(20).slice(0, length)

describe('secrets of the environment', () => {
  const mask = createMask({
    ANTHROPIC_API_KEY: 'plain-word-1234567',
    AWS_SECRET_ACCESS_KEY: 'plain-word-1234567-and-more',
    DB_PASSWORD: 'quote"back\\slash',
    EDITOR: 'an-editor-with-a-name',
    SHORT_TOKEN: 'abc',
    FROM_A_FILE_TOKEN: 'line-end-at-the-end\n',
  })

  it('are masked wherever they stand, longer ones first', () => {
    expect(mask('a plain-word-1234567-and-more b plain-word-1234567 c')).toBe('a *** b *** c')
    expect(mask('x line-end-at-the-end.')).toBe('x ***.')
  })

  it('are masked also as JSON writes them', () => {
    expect(mask(JSON.stringify({ text: 'quote"back\\slash' }))).toBe('{"text":"***"}')
  })

  it('are told from other variables by their names, and are not a few letters', () => {
    expect(mask('an-editor-with-a-name abc')).toBe('an-editor-with-a-name abc')
  })
})

describe('keys by their form', () => {
  const mask = createMask({})

  it.each([
    ['AWS', `id ${key('AKIA', 0)}IOSFODNN7EXAMPLE end`, 'id *** end'],
    ['GitHub', `t=${key('ghp_', 36)};`, 't=***;'],
    ['GitLab', key('glpat-', 20), '***'],
    ['Anthropic', key('sk-ant-', 40), '***'],
    ['OpenAI', key('sk-proj-', 40), '***'],
    ['Slack', key('xoxb-', 24), '***'],
    ['Google', key('AIza', 35), '***'],
    ['npm', key('npm_', 36), '***'],
    ['a web token', `${key('eyJ', 20)}.${key('eyJ', 30)}.${key('', 30)}`, '***'],
    ['a header', `Authorization: Bearer ${key('', 40)}`, 'Authorization: Bearer ***'],
    ['a login in an address', 'postgres://app:hunter2@db:5432/x', 'postgres://app:***@db:5432/x'],
    ['a value of a password', `password = "${key('Xy9', 20)}"`, 'password = "***"'],
    ['a value in YAML', `apiKey: ${key('Zq3', 24)}\nnext: 1`, 'apiKey: ***\nnext: 1'],
    [
      'a private key, line by line',
      `-----BEGIN RSA PRIVATE KEY-----\n${key('', 64)}\n${key('', 64)}\n-----END RSA PRIVATE KEY-----\nafter`,
      '-----BEGIN RSA PRIVATE KEY-----\n***\n***\n-----END RSA PRIVATE KEY-----\nafter',
    ],
  ])('are masked: %s', (_, text, masked) => {
    expect(mask(text)).toBe(masked)
  })

  it.each([
    'const token = readNextToken(source1)',
    'password: "correct horse"',
    'Spec-Hash: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 3f2504e04f8911d39a0c0305e82c3301',
    'secret = process.env.SECRET_NAME_1',
    'tokens: { input: 8123, output: 2210 }',
    'maxTokens: 60000',
    'https://example.org/a:b@c',
    'sk-4, skip-this-one-please-and-not-more',
    'apiKey: "YOUR_API_KEY_HERE"',
  ])('are told from %s', (text) => {
    expect(mask(text)).toBe(text)
  })

  it('masking twice is masking once, and lines stay lines', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'password=',
        'Bearer ',
        'sk-',
        '-----BEGIN PRIVATE KEY-----\n',
        '://a:',
        '@',
        key('ghp_', 36),
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 80 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const once = mask(text)
        expect(mask(once)).toBe(once)
        expect(once.split('\n').length).toBe(text.split('\n').length)
      }),
    )
  })

  it('takes time in proportion to the text', () => {
    const cost = (text: string) => {
      const started = process.cpuUsage().user
      mask(text)
      return process.cpuUsage().user - started
    }
    const bad = ['password', ' = ', '-----BEGIN ', 'eyJ', '://', 'a.', 'secret_'].map((piece) => piece.repeat(40_000))
    // A million characters in less than the minute that anything quadratic would need.
    for (const text of bad) expect(cost(text)).toBeLessThan(20_000_000)
  })
})

describe('a value with secrets', () => {
  const DIGITS = '12345678'
  const QUOTED = 'quote"back\\slash'
  const mask = createMask({ DB_PASSWORD: DIGITS, APP_SECRET: QUOTED })
  const RANDOM = key('Zx8', 24)
  const secrets = fc.constantFrom(
    { text: DIGITS, secret: DIGITS },
    { text: QUOTED, secret: QUOTED },
    { text: `"https://api.test/v1?token=${RANDOM}"`, secret: RANDOM },
    { text: `password: '${RANDOM}'`, secret: RANDOM },
    { text: key('ghp_', 36), secret: key('ghp_', 36) },
    { text: 'postgres://app:hunter2@db:5432/x', secret: 'hunter2' },
  )
  const text = fc
    .tuple(fc.string(), secrets, fc.string())
    .map(([before, { text }, after]) => `${before}\n${text} ${after}`)
  const value = fc
    .jsonValue()
    .chain((plain) => fc.array(text, { minLength: 1, maxLength: 3 }).map((texts) => ({ plain, texts })))
  const nested = fc
    .letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc.integer(),
        fc.constant(Number(DIGITS)),
        fc.constantFrom(null, true, false),
        fc.string(),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.string(), text, fc.constantFrom('token', '__proto__')), tie('any'), { maxKeys: 4 }),
        value,
      ),
    }))
    .any.map((one) => JSON.parse(JSON.stringify(one)) as unknown)

  const textsOf = (one: unknown): string[] =>
    typeof one === 'string'
      ? [one]
      : typeof one === 'object' && one !== null
        ? [...Object.keys(one), ...Object.values(one).flatMap(textsOf)]
        : []
  /** The same with every text, and the names of fields, left out. */
  const shapeOf = (one: unknown): unknown => {
    if (typeof one === 'string') return 'text'
    if (Array.isArray(one)) return one.map(shapeOf)
    return typeof one === 'object' && one !== null ? Object.values(one).map(shapeOf) : one
  }

  it('keeps its shape and its numbers, and no text of it tells one', () => {
    fc.assert(
      fc.property(nested, (one) => {
        const masked = maskValue(one, mask)
        const read = JSON.parse(JSON.stringify(masked))
        expect(read).toEqual(masked)
        expect(shapeOf(read)).toEqual(shapeOf(one))
        for (const told of textsOf(read))
          for (const secret of [DIGITS, QUOTED, RANDOM, key('ghp_', 36), 'hunter2']) expect(told).not.toContain(secret)
        expect(maskValue(masked, mask)).toBe(masked)
      }),
    )
  })

  it('is the very same where there is none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (one) => {
        expect(maskValue(one, createMask({}))).toBe(one)
      }),
    )
  })

  it('loses also what only the name of its field tells', () => {
    expect(maskValue({ env: { DB_TOKEN: RANDOM, PLAIN: RANDOM }, token: 'next one' }, mask)).toEqual({
      env: { DB_TOKEN: '***', PLAIN: RANDOM },
      token: 'next one',
    })
  })
})
