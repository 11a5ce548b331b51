import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseColor, chooseUnicode, chooseView, type Terminal } from '../../src/ui/choose.ts'

const terminal: Terminal = {
  json: false,
  quiet: false,
  noColor: false,
  stdoutIsTTY: true,
  stdinIsTTY: true,
  env: { TERM: 'xterm-256color' },
}

test('a person at a terminal gets the live view', () => {
  expect(chooseView(terminal)).toBe('ink')
  expect(chooseView({ ...terminal, noColor: true })).toBe('ink')
  expect(chooseView({ ...terminal, env: { CI: 'false' } })).toBe('ink')
})

test.each<[string, Partial<Terminal>]>([
  ['stdout is a pipe', { stdoutIsTTY: false }],
  ['stdin is not a terminal', { stdinIsTTY: false }],
  ['CI is set', { env: { CI: 'true' } }],
  ['the terminal is dumb', { env: { TERM: 'dumb' } }],
  ['quiet was asked for', { quiet: true }],
  ['plain lines were asked for', { plain: true }],
  ['a screen reader reads', { env: { ACCESSIBLE: '1', TERM: 'xterm' } }],
])('plain lines when %s', (_, change) => {
  expect(chooseView({ ...terminal, ...change })).toBe('plain')
})

test('with --json stdout carries JSON, whatever else is true', () => {
  const env = fc.record({ CI: fc.constantFrom(undefined, '1'), TERM: fc.constantFrom(undefined, 'dumb', 'xterm') })
  const flags = fc.record({
    quiet: fc.boolean(),
    noColor: fc.boolean(),
    stdoutIsTTY: fc.boolean(),
    stdinIsTTY: fc.boolean(),
    env,
  })
  fc.assert(fc.property(flags, (rest) => chooseView({ json: true, ...rest }) === 'jsonl'))
})

test('colour needs a terminal, and any of three ways turns it off', () => {
  const asked = { noColor: false, isTTY: true, env: { TERM: 'xterm' } }
  expect(chooseColor(asked)).toBe(true)
  expect(chooseColor({ ...asked, env: { NO_COLOR: '' } })).toBe(true)
  expect(chooseColor({ ...asked, isTTY: false })).toBe(false)
  expect(chooseColor({ ...asked, noColor: true })).toBe(false)
  expect(chooseColor({ ...asked, env: { NO_COLOR: '1' } })).toBe(false)
  expect(chooseColor({ ...asked, env: { TERM: 'dumb' } })).toBe(false)
})

test('marks beyond ASCII need a UTF-8 locale', () => {
  expect(chooseUnicode({ LANG: 'en_US.UTF-8' })).toBe(true)
  expect(chooseUnicode({ LANG: 'C.utf8', TERM: 'xterm' })).toBe(true)
  expect(chooseUnicode({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(false)
  expect(chooseUnicode({ LANG: 'en_US.UTF-8', TERM: 'linux' })).toBe(false)
  expect(chooseUnicode({})).toBe(false)
})
