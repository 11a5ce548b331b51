import type { Part } from '../core/prompt/prompt.ts'
import type { TestResult } from '../core/verdict/evidence.ts'

/** An attempt that was not verified. */
export interface Failure {
  attempt: number
  model: string
  reason: string
  failed: TestResult[]
}

const MOST_TESTS = 5
const LONGEST = 300

/**
 * What a model with fresh context learns of the attempts before it: why they failed, and nothing of their code, so that
 * it is not led the same way.
 */
export function digest(failures: readonly Failure[]): Part {
  const lines = failures.flatMap(({ attempt, reason, failed }) => [
    `- attempt ${attempt}: ${firstLine(reason)}`,
    ...failed
      .slice(0, MOST_TESTS)
      .map((test) => `  - ${firstLine(test.name)}: ${firstLine(test.error?.message ?? 'red')}`),
  ])
  return {
    kind: 'past',
    source: 'digest of earlier attempts',
    text: `# Earlier attempts\n\nOthers tried before you and were not verified:\n\n${lines.join('\n')}\n\nYou do not see their code. Think anew, and answer with the complete patch.`,
    mandatory: true,
  }
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line
}
