import { block, creates } from './clamp.ts'
import type { ScriptRequest } from './model-server.ts'
import type { Files } from './repository.ts'

/** One task of the spec `sums`: `src/fN.ts` adds N. `lines` go below it: `Depends: 1`. */
export interface SumTask {
  n: number
  lines?: string[]
}

/** A spec of small tasks, each with a requirement, a function and a file of its own. */
export function sumsSpec(tasks: SumTask[], further = ''): Files {
  const requirement = ({ n }: SumTask) =>
    `### Requirement ${n}: Adding ${n}\n\n1. WHEN f${n} is given a number, THE system SHALL answer the number plus ${n}.\n`
  const design = ({ n }: SumTask) => `## Adding ${n}\n\n\`src/f${n}.ts\` exports \`f${n}(value: number): number\`.\n`
  const task = ({ n, lines = [] }: SumTask) =>
    [
      `- [ ] ${n}. Implement f${n}`,
      '  - Test: Unit tests',
      `  - Validates: Requirements ${n}.1`,
      ...lines.map((line) => `  - ${line}`),
    ].join('\n')
  return {
    'specs/limits/requirements.md': null,
    'specs/limits/design.md': null,
    'specs/limits/tasks.md': null,
    'specs/sums/requirements.md': `# Requirements: sums\n\n${tasks.map(requirement).join('\n')}`,
    'specs/sums/design.md': `# Design: sums\n\n${tasks.map(design).join('\n')}`,
    'specs/sums/tasks.md': `# Tasks: sums\n\n${tasks.map(task).join('\n')}\n${further}`,
  }
}

/** The task that a prompt of `sums` is about. */
export function taskIn({ prompt }: Pick<ScriptRequest, 'prompt'>): number {
  const found = /Implement f(\d+)/.exec(prompt)
  if (!found) throw new Error('the prompt is about no task of sums')
  return Number(found[1])
}

const stubOf = (n: number) =>
  `export function f${n}(_value: number): number {\n  throw new Error('not implemented')\n}\n`

const testOf = (n: number) => `import assert from 'node:assert/strict'
import { it } from 'node:test'
import { f${n} } from '../src/f${n}.ts'

it('adds ${n} (${n}.1)', () => {
  assert.equal(f${n}(1), ${n + 1})
  assert.equal(f${n}(10), ${n + 10})
})
`

export function sumAuthor(n: number): string {
  return creates({ [`test/f${n}.test.ts`]: testOf(n), [`src/f${n}.ts`]: stubOf(n) })
}

export const sumCode = (n: number, by = n) =>
  `export function f${n}(value: number): number {\n  return value + ${by}\n}\n`

/** The implementer's reply; `by`: what it adds in place of `n`. */
export function sumRight(n: number, by = n): string {
  return block(`src/f${n}.ts`, stubOf(n), sumCode(n, by))
}

/** The same tasks in a project that shell commands judge: no author is asked, and a check takes a few hundredths of a second. */
export function lightSums(tasks: SumTask[]): Files {
  const verified = tasks.map(({ n, lines = [] }) => ({ n, lines: [`Verify: \`sh verify.sh ${n}\``, ...lines] }))
  return {
    ...sumsSpec(verified),
    'package.json': null,
    'agent.yaml': 'checks: [{ name: all, run: sh check.sh }]\n',
    'check.sh': 'for file in src/*.ts; do test -s "$file" || exit 1; done\n',
    'verify.sh': 'grep -q "return value + $1" "src/f$1.ts"\n',
    'src/index.ts': '// Functions stand in files of their own.\n',
  }
}

/** The implementer's reply there. */
export const lightRight = (n: number, by = n) => creates({ [`src/f${n}.ts`]: sumCode(n, by) })
