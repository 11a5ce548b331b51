/** One line for the test author on the project's runner and property library. */
export function frameworkText(runner: keyof typeof TEXTS | null, typed: boolean): string {
  if (runner === null) return 'The project has no test runner that could run tests of yours.'
  if (runner === 'pytest' || runner === 'go') return TEXTS[runner]
  return (
    TEXTS[runner] + (typed ? '' : ' The project is plain JavaScript: tests and stubs are `.js` files without types.')
  )
}

const TEXTS = {
  vitest:
    'vitest (`import { describe, expect, it } from "vitest"`) and fast-check (`import fc from "fast-check"`), as the repository has them.',
  'node:test':
    'Node\'s own runner (`import { describe, it } from "node:test"`), `import assert from "node:assert/strict"` for what must hold (`assert.deepEqual`), and fast-check (`import fc from "fast-check"`). There is no `expect`.',
  pytest:
    'pytest (plain `assert`, `pytest.raises`) and Hypothesis (`from hypothesis import given, strategies as st`; `RuleBasedStateMachine` for sequences of calls), as the repository has them.',
  go: 'Go\'s `testing`, and for properties the library that go.mod requires: pgregory.net/rapid (`rapid.Check(t, func(t *rapid.T) { n := rapid.IntRange(0, 9).Draw(t, "n") })`; `t.Repeat(map[string]func(*rapid.T){...})` for sequences of calls, whose action `""` checks what always holds) or github.com/leanovate/gopter (`properties := gopter.NewProperties(nil)`, `properties.Property("what must hold", prop.ForAll(func(n int) bool { ... }, gen.IntRange(0, 9)))`, `properties.TestingRun(t)`; a result `string` that is empty or says what is wrong explains more than a `bool`). Where it requires neither, `testing/quick`.',
  jest: 'jest, whose `describe`, `expect` and `it` are there without an import, and fast-check. Load modules (`import` or `require`) as the existing tests do.',
}
