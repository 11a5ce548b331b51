import type { CheckResult } from '../../core/verdict/evidence.ts'

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>

/** The worst first: what one part could not show, the others do not make up for. */
const WORST: CheckResult['status'][] = ['stopped', 'no-results', 'broken', 'failed', 'passed', 'empty']
const MAX_TAIL = 4_000

/** One result of several parts of a suite. */
export function joinFindings(parts: readonly Findings[]): Findings {
  const [only] = parts
  if (only && parts.length === 1) return only
  const status = WORST.find((one) => parts.some((part) => part.status === one)) ?? 'empty'
  const worst = parts.find((part) => part.status === status)
  const mutants = parts.flatMap((part) => part.mutants ?? [])
  const services = [...new Set(parts.flatMap((part) => part.services ?? []))]
  return {
    status,
    tests: parts.flatMap((part) => part.tests),
    problems: parts.flatMap((part) => part.problems),
    ...(mutants.length > 0 ? { mutants } : {}),
    ...(services.length > 0 ? { services } : {}),
    ...(worst?.infrastructure ? { infrastructure: worst.infrastructure } : {}),
    ...(worst?.unstarted ? { unstarted: worst.unstarted } : {}),
    running: worst?.running ?? null,
    limit: worst?.limit ?? null,
    output: parts
      .map((part) => part.output)
      .filter((text) => text !== '')
      .join('\n')
      .slice(-MAX_TAIL),
  }
}
