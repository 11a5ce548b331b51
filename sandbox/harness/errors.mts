import { stripVTControlCharacters } from 'node:util'
import type { TestError } from '../../src/core/verdict/evidence.ts'

/** An error as a test process sent it. */
export interface SentError {
  name?: string | undefined
  message?: string | undefined
  code?: unknown
  cause?: unknown
  /** What an assertion expected and what it got, as vitest prints it. */
  diff?: unknown
  /** What an assertion of jest's `expect` leaves on its error. */
  matcherResult?: unknown
}

const MAX_MESSAGE = 3_000
/** Part of the message that the reason (assertion and difference) may take from a long counterexample. */
const MAX_REASON = 2_000
const FALSIFIED = /^Property (failed|interrupted) after \d+ tests\n|^Failed to run property, too many pre-condition/
const RETURNED_FALSE = 'Property failed by returning false'

/** The first error of a test; fast-check's report and what made the property fail become one message. */
export function toTestError(errors: readonly SentError[] | undefined): TestError {
  const error = errors?.[0]
  if (!error) return { name: 'Error', message: 'the test failed without an error', assertion: false }
  const cause = FALSIFIED.test(error.message ?? '') ? asError(error.cause) : null
  const root = cause ?? error
  const report = text(error)
  const reason = (cause ? `\n\n${cause.name ?? 'Error'}: ${text(cause)}` : '') + difference(root)
  return { name: root.name ?? 'Error', message: joined(report, reason), assertion: isAssertion(root) }
}

/** Name, message and cause; a plain `Error` goes without its name. */
export function messageOf(error: unknown): string {
  const sent = asError(error) ?? { message: String(error) }
  const prefix = sent.name && sent.name !== 'Error' ? `${sent.name}: ` : ''
  const cause = asError(sent.cause)
  return cut(prefix + text(sent) + (cause ? `\ncaused by: ${text(cause)}` : ''), MAX_MESSAGE)
}

function isAssertion(error: SentError): boolean {
  if (error.name === 'AssertionError' || error.code === 'ERR_ASSERTION') return true
  if (typeof error.matcherResult === 'object' && error.matcherResult !== null) return true
  return error.message === RETURNED_FALSE || /^Snapshot `.*` mismatched/.test(error.message ?? '')
}

function asError(value: unknown): SentError | null {
  if (value === undefined || value === null) return null
  return typeof value === 'object' ? (value as SentError) : { name: 'Error', message: String(value) }
}

function text(error: SentError): string {
  return stripVTControlCharacters(error.message ?? String(error))
}

/** The message alone says `expected [ Array(1) ] to deeply equal []`; what the array holds is what helps. */
function difference(error: SentError): string {
  if (typeof error.diff !== 'string' || error.diff.trim() === '') return ''
  return `\n\n${stripVTControlCharacters(error.diff).trim()}`
}

/** The reason says most, so a long counterexample gives way first. */
function joined(report: string, reason: string): string {
  const end = cut(reason, MAX_REASON)
  return cut(report, MAX_MESSAGE - end.length) + end
}

function cut(message: string, limit: number): string {
  return message.length <= limit ? message : `${message.slice(0, limit - 1)}…`
}
