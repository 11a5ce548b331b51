import type { TestResult } from './evidence.ts'

const MOST_TESTS = 3
const MOST_MESSAGE = 1_500
const MOST_HISTORY = 20

/** What the next attempt is told about a failed test: shrunk case, last events, assertion; never a raw log. */
export function describeFailure(test: TestResult): string {
  const run = test.properties.find((property) => property.failed)
  const lines = [`### ${test.name}`]
  if (run) {
    lines.push(
      '',
      `Smallest failing case found (seed ${run.seed}, path ${run.path}, ${run.shrinks} shrinks):`,
      '',
      fenced(run.counterexample ?? '(none)'),
    )
    if (run.history.length > 0)
      lines.push(
        '',
        'Last events of the simulation of that case:',
        '',
        fenced(run.history.slice(-MOST_HISTORY).join('\n')),
      )
  }
  lines.push('', 'Failure:', '', fenced(cut(stripReport(test.error?.message ?? ''), MOST_MESSAGE)))
  return lines.join('\n')
}

/** fast-check's message repeats seed, path and counterexample, which stand above already. */
function stripReport(message: string): string {
  const at = message.search(/(^|\n)(Got (error|Error)|Error: |AssertionError)/)
  return at > 0 && message.startsWith('Property failed') ? message.slice(at).trim() : message
}

export function describeFailures(reason: string, failed: TestResult[]): string {
  const shown = failed.slice(0, MOST_TESTS).map(describeFailure)
  const more = failed.slice(MOST_TESTS).map((test) => `- ${test.name}`)
  const rest = more.length > 0 ? [`\nAlso failed:\n${more.join('\n')}`] : []
  return [`${reason}.`, ...shown, ...rest].join('\n\n')
}

/** Two failures are the same when the same tests fail in the same way; numbers vary with the seed. */
export function failureSignature(reason: string, failed: TestResult[]): string {
  const tests = failed.map((test) => `${test.id}: ${(test.error?.message ?? '').split('\n')[0]}`)
  return [reason, ...tests].join('\n').replace(/[\d.]+/g, '#')
}

function fenced(text: string): string {
  return `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n... (${text.length - most} more characters)`
}
