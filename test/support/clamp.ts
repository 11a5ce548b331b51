import type { Files } from './repository.ts'

/** A function that is small enough to be judged in seconds, and that has plausible wrong versions. */
export const CLAMP_REQUIREMENTS = `# Requirements: limits

### Requirement 1: Clamping

**User Story:** As an operator, I want readings kept within limits, so that a broken sensor does no harm.

#### Acceptance Criteria

1. WHEN a value lies below the lower limit, THE system SHALL answer the lower limit.
2. WHEN a value lies above the upper limit, THE system SHALL answer the upper limit.
3. WHEN a value lies within the limits, THE system SHALL answer the value itself.
`

export const CLAMP_DESIGN = `# Design: limits

## Clamping

\`src/clamp.ts\` exports \`clamp(value: number, low: number, high: number): number\`.
`

export const CLAMP_TASK = `- [ ] 1. Implement clamping
  - Property: The answer lies within the limits, and is the value wherever that does
  - Test: Property-based test
  - Validates: Requirements 1.1, 1.2, 1.3
`

export const CLAMP_TASKS = `# Tasks: limits

${CLAMP_TASK}`

export const CLAMP_SPEC: Files = {
  'specs/limits/requirements.md': CLAMP_REQUIREMENTS,
  'specs/limits/design.md': CLAMP_DESIGN,
  'specs/limits/tasks.md': CLAMP_TASKS,
}

export const CLAMP_STUB = `export function clamp(_value: number, _low: number, _high: number): number {
  throw new Error('not implemented')
}
`

/** The property with what its runner needs around it. */
const property = (imports: string, assertion: string) => `import fc from 'fast-check'
${imports}
import { clamp } from '../src/clamp.ts'

const number = fc.integer({ min: -1000, max: 1000 })
it('an answer lies within the limits and is the value where that does (1.1, 1.2, 1.3)', () => {
  fc.assert(
    fc.property(number, number, number, (value, a, b) => {
      const low = Math.min(a, b)
      const high = Math.max(a, b)
      const expected = value < low ? low : value > high ? high : value
      ${assertion}
    }),
  )
})
`

/** For node:test, which starts three times as fast as vitest. */
export const CLAMP_TEST = property(
  "import assert from 'node:assert/strict'\nimport { it } from 'node:test'",
  'assert.equal(clamp(value, low, high), expected)',
)

export const VITEST_CLAMP_TEST = property(
  "import { expect, it } from 'vitest'",
  'expect(clamp(value, low, high)).toEqual(expected)',
)

export const CLAMP_RIGHT = `export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
`

/** A statement that never ends: it blocks its process as an endless loop does, and leaves the processor to others. */
export const HANGS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'

/** Forgets the upper limit. */
export const CLAMP_WRONG = `export function clamp(value: number, low: number, _high: number): number {
  return Math.max(value, low)
}
`

/** A reply that creates files. */
export function creates(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([path, text]) => block(path, '', text))
    .join('\n\n')
}

/** A reply that replaces one text by another. */
export function block(path: string, search: string, replace: string): string {
  return `\`\`\`\n${path}\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n\`\`\``
}

export const AUTHOR = creates({ 'test/clamp.test.ts': CLAMP_TEST, 'src/clamp.ts': CLAMP_STUB })
export const VITEST_AUTHOR = creates({ 'test/clamp.test.ts': VITEST_CLAMP_TEST, 'src/clamp.ts': CLAMP_STUB })

/** An implementer's reply on the author's stub. */
export function implement(code: string): string {
  return `Every limit is applied on its own.\n\n${block('src/clamp.ts', CLAMP_STUB, code)}`
}

export const RIGHT = implement(CLAMP_RIGHT)
export const WRONG = implement(CLAMP_WRONG)
