import type { CheckResult } from '../../core/verdict/evidence.ts'
import type { BoxResult } from '../box/box.ts'
import { infrastructureOf } from './infrastructure.ts'
import { outputTail, stopped } from './output.ts'

type Findings = Omit<CheckResult, 'stage' | 'durationMs'>

const DIAGNOSTIC = /^(.+?)\((\d+),(\d+)\): error (TS\d+: .*)$/
const GO = /^(.+?\.go):(\d+:(?:\d+:)? .*)$/
const GENERAL = /^error (TS\d+: .*)$/
/** The compiler found none of the files that its configuration asks for. */
const NO_INPUTS = 'TS18003'

/** Reads what a build or a compiler printed. */
export function buildFindings(result: BoxResult): Findings {
  const output = outputTail(result)
  const infrastructure = infrastructureOf(result, false)
  const none = {
    tests: [],
    problems: [],
    running: null,
    limit: null,
    output,
    ...(infrastructure ? { infrastructure } : {}),
  }
  const end = stopped(result)
  if (end) return { ...none, status: 'stopped', limit: end }
  if (result.cause === 'box') return { ...none, status: 'no-results', problems: [unknown(result.message ?? '')] }
  if (result.exitCode === 0) return { ...none, status: 'passed' }
  const problems = diagnostics(`${result.stdout}\n${result.stderr}`)
  if (problems.some(({ message }) => message.startsWith(NO_INPUTS))) return { ...none, status: 'empty' }
  if (problems.length > 0) return { ...none, status: 'broken', problems }
  const how = result.signal ? `signal ${result.signal}` : `exit code ${result.exitCode}`
  return { ...none, status: 'broken', problems: [unknown(`the build ended with ${how}`)] }
}

/** One per compiler error, with its further lines; the message starts with line and column. */
export function diagnostics(text: string): CheckResult['problems'] {
  const problems: CheckResult['problems'] = []
  for (const line of text.split(/\r?\n/)) {
    const [, file = '', row, column, message = ''] = DIAGNOSTIC.exec(line) ?? []
    const [, source, told = ''] = GO.exec(line) ?? []
    const general = GENERAL.exec(line)?.[1]
    const last = problems.at(-1)
    if (row) problems.push({ file: file.replaceAll('\\', '/'), message: `${row}:${column}: ${message}` })
    else if (source) problems.push({ file: source, message: told })
    else if (general) problems.push(unknown(general))
    else if (last && /^\s+\S/.test(line)) last.message += `\n${line}`
  }
  return problems
}

function unknown(message: string): CheckResult['problems'][number] {
  return { file: null, message }
}
