/** One line for the test author on the project's runner and property library. */
export function frameworkText(runner: keyof typeof TEXTS | null, typed: boolean): string {
  if (runner === null) return 'The project has no test runner that could run tests of yours.'
  if (runner === 'pytest') return TEXTS.pytest
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
  jest: 'jest, whose `describe`, `expect` and `it` are there without an import, and fast-check. Load modules (`import` or `require`) as the existing tests do.',
}
