import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Controls, KEYS, type Key, NO_KEYS, press } from '../../src/ui/keys.ts'
import { testSource } from '../../src/ui/test-source.ts'

const SIZE = { lines: 100, rows: 10 }

/** The state after some keys, and what was to be done about them. */
function pressed(keys: Key[], size = SIZE): { controls: Controls; wishes: unknown[] } {
  const wishes: unknown[] = []
  let controls = NO_KEYS
  for (const key of keys) {
    const { controls: next, wish } = press(controls, key, size)
    if (wish !== null) wishes.push(wish)
    controls = next
  }
  return { controls, wishes }
}

test('q stops only when it comes twice in a row, and only once', () => {
  expect(pressed(['q', 'x', 'q']).wishes).toEqual([])
  expect(pressed(['q', 'q', 'q', 'q']).wishes).toEqual(['stop'])
})

test('Ctrl-C stops whatever is open, each time', () => {
  expect(pressed(['?', 'interrupt', 'interrupt']).wishes).toEqual([{ show: 'help' }, 'stop', 'stop'])
})

test('q and Escape close what is open and stop nothing; its own key closes it as well', () => {
  for (const key of ['q', 'escape', 'm']) {
    const { controls, wishes } = pressed(['m', key])
    expect(controls).toMatchObject({ panel: null, asked: false })
    expect(wishes).toEqual([{ show: 'prompt' }])
  }
})

test('scrolling stays within what there is', () => {
  const moves = fc.array(fc.constantFrom('up', 'down', 'page-up', 'page-down', 'home', 'end', ' ', 'b', 'G'))
  const size = fc.record({ lines: fc.nat({ max: 50 }), rows: fc.integer({ min: 1, max: 30 }) })
  fc.assert(
    fc.property(moves, size, (keys, size) => {
      const { panel } = pressed(['d', ...keys], size).controls
      expect(panel?.top).toBeGreaterThanOrEqual(0)
      expect(panel?.top).toBeLessThanOrEqual(Math.max(0, size.lines - size.rows))
    }),
  )
  expect(pressed(['d', 'end']).controls.panel?.top).toBe(90)
  expect(pressed(['d', ' ', ' ', 'up']).controls.panel?.top).toBe(17)
})

test('another task is looked at with what is open', () => {
  const { controls, wishes } = pressed(['d', 'tab'])
  expect(controls).toMatchObject({ focus: 1, panel: { kind: 'diff' } })
  expect(wishes).toEqual([{ show: 'diff' }, { show: 'diff' }])
})

test('every key of the list does something', () => {
  for (const { key } of KEYS) expect(press(NO_KEYS, key, SIZE).controls).not.toEqual(NO_KEYS)
})

const FILE = `import { it } from 'vitest'

describe('lock', () => {
  it('first', () => {
    expect(1).toBe(1)
  })

  it.prop([fc.nat()])(
    'is held by one',
    (n) => {
      expect(n).toBe(n)
    },
  )
})
`

test('of a test file the test that failed is shown', () => {
  expect(testSource(FILE, 'test/lock.test.ts > lock > first')).toBe(
    "  it('first', () => {\n    expect(1).toBe(1)\n  })",
  )
  expect(testSource(FILE, 'test/lock.test.ts > lock > is held by one').split('\n')).toHaveLength(6)
  expect(testSource(FILE, 'test/lock.test.ts > lock > gone')).toBe(FILE)
  const python = 'def test_one():\n    assert 1\n\ndef test_two(n):\n    assert n\n    assert 2\n\nx = 1\n'
  expect(testSource(python, 'test_lock.py::test_two[3]'.replace('::', ' > '))).toBe(
    'def test_two(n):\n    assert n\n    assert 2',
  )
})
