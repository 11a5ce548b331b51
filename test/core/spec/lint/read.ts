import type { CODES } from '../../../../src/core/spec/lint/report.ts'
import { parseSpec } from '../../../../src/core/spec/parse.ts'
import type { Spec } from '../../../../src/core/spec/spec.ts'
import { source } from '../fixture.ts'

export const CRITERIA = '### Requirement 1: a\n\n#### Acceptance Criteria\n\n'

export function read(parts: Parameters<typeof source>[0]): Spec {
  return parseSpec(
    source({
      requirements: `${CRITERIA}1. THE Queue SHALL answer.\n`,
      tasks: '- [ ] 1. a\n  - Validates: 1.1\n',
      ...parts,
    }),
  )
}

export function found(spec: Spec, code: (typeof CODES)[number]): string[] {
  return spec.diagnostics
    .filter((one) => one.code === code)
    .map(({ severity, line, column }) => `${severity} ${line}:${column}`)
}

export const criteria = (...lines: string[]) =>
  read({ requirements: `${CRITERIA}${lines.map((line, n) => `${n + 1}. ${line}\n`).join('')}` })
export const tasks = (text: string) => read({ tasks: text })
