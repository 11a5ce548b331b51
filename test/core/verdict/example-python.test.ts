import { describe, expect, it } from 'vitest'
import { type KeptCase, withExample } from '../../../src/core/verdict/example-tests.ts'

const FILE = `"""Tests."""
import hypothesis
from hypothesis import given, settings, strategies as st
from jobs import queue


@given(st.lists(st.integers()), st.text())
def test_positional(fixture, numbers, text):
    assert queue(numbers, text)


class TestQueue:
    @settings(max_examples=5)
    @given(
        n=st.integers(),
    )
    async def test_named(self, n: int) -> None:
        assert n < 3

    @hypothesis.given(st.none())
    def test_dotted(self, one): pass


@given(st.data())
def test_twice(data): pass
@given(st.data())
def test_twice(data): pass
@given(...)
def test_inferred(n: int): pass
def test_inner():
    @given(st.integers())
    def law(n): assert n < 500
    law()
`
const kept = (path: string, value: string, file = 'tests/test_q.py'): KeptCase => ({
  ...{ file, path: path.split(' > '), property: 0, value, seed: 1 },
})

describe('a kept case of Python', () => {
  it('becomes an example above the strategies of its property', () => {
    const numbers = "fixture=<object>, numbers=[-1, 2.5e3], text='a\\n, b=\"'"
    expect(withExample(FILE, kept('test_positional', numbers))).toBe(
      FILE.replace('import given,', 'import given, example,').replace(
        '@given(st.lists',
        `@example(numbers=[-1, 2.5e3], text='a\\n, b="')\n@given(st.lists`,
      ),
    )
    expect(withExample(FILE, kept('TestQueue > test_named', 'self=<tests.TestQueue object at 0x7f>, n=3'))).toBe(
      FILE.replace('import given,', 'import given, example,').replace(
        '    @given(\n',
        '    @example(n=3)\n    @given(\n',
      ),
    )
    expect(withExample(FILE, kept('TestQueue > test_dotted', 'one=None'))).toBe(
      FILE.replace('    @hypothesis.given', '    @hypothesis.example(one=None)\n    @hypothesis.given'),
    )
  })

  it('is imported once, and stands there once', () => {
    const once = withExample(FILE, kept('TestQueue > test_named', 'n=3'))!
    expect(withExample(once, kept('TestQueue > test_named', 'n=3'))).toBe(null)
    const twice = withExample(once, kept('TestQueue > test_named', 'n=4'))!
    expect(twice.match(/\bexample\b/g)).toHaveLength(3)
    expect(twice).toContain('    @example(n=3)\n    @example(n=4)\n    @given(\n')
  })

  it.each([
    ['test_twice', 'data=1'],
    ['test_inferred', 'n=1'],
    ['test_inner', 'n=500'],
    ['test_nowhere', 'n=1'],
    ['TestQueue > test_named', 'm=1'],
    ['TestQueue > test_named', 'n=Job(1)'],
    ['TestQueue > test_named', 'n=nan'],
    ['TestQueue > test_named', 'n=f"{quit()}"'],
    ['TestQueue > test_named', 'state = Machine()\nstate.add(by=1)'],
    ['TestQueue > test_named', `n='${'x'.repeat(3_000)}'`],
  ])('is left out where its place is not sure, or it is more than plain data: %s, %s', (path, value) => {
    expect(withExample(FILE, kept(path, value))).toBe(null)
  })

  it('is left out where `example` is something else, or `given` has another name', () => {
    const of = (text: string) => withExample(text, kept('test_x', 'n=1'))
    const test = 'def test_x(n): pass\n'
    expect(of(`from hypothesis import given as g\n@g(n=st.integers())\n${test}`)).toBe(null)
    expect(of(`from hypothesis import given\nexample = 1\n@given(n=st.integers())\n${test}`)).toBe(null)
    expect(of(`from tools import given\n@given(n=st.integers())\n${test}`)).toBe(null)
    expect(of(`from hypothesis import *\n@given(n=st.integers())\n${test}`)).toContain('*\n@example(n=1)\n@given')
  })
})
