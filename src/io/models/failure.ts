import type { ModelFailure } from '../../world.ts'

/** Why a question failed, before the key is masked. */
export interface Trouble {
  failure: ModelFailure
  message: string
  /** The very same question may succeed later. */
  again: boolean
  /** Milliseconds that the service asks to wait; null: it says nothing. */
  waitMs: number | null
}

/** A stream that sent nothing for too long. */
export class SilentStreamError extends Error {
  override name = 'SilentStreamError'
}

/** Whether a service was silent for too long, however an SDK has wrapped it. */
export function isSilence(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (at instanceof SilentStreamError) return true
  return false
}

const BY_TYPE: Record<string, ModelFailure> = {
  authentication_error: 'key',
  permission_error: 'key',
  rate_limit_error: 'rate-limit',
  overloaded_error: 'outage',
  api_error: 'outage',
  server_error: 'outage',
  invalid_request_error: 'bad-request',
  not_found_error: 'bad-request',
  request_too_large: 'bad-request',
  insufficient_quota: 'rate-limit',
  // Codes of an answer that failed while it was made.
  rate_limit_exceeded: 'rate-limit',
  invalid_prompt: 'refused',
  bio_policy: 'refused',
  misalignment_policy_violation: 'refused',
}

const TRANSIENT: readonly ModelFailure[] = ['rate-limit', 'outage', 'network']

const ADVICE: Partial<Record<ModelFailure, string>> = {
  key: 'the key was refused',
  'rate-limit': 'rate limit',
  outage: 'the service has an outage',
  'bad-request': 'the request was refused',
}

/** Judges what an SDK or a socket threw. The shapes of both SDKs' errors are read by their fields, not their classes. */
export function troubleOf(error: unknown): Trouble {
  const failure = failureOf(error)
  const repeated = { again: mayRepeat(error, failure), waitMs: waitOf(headersOf(error)) }
  const status = fieldOf(error, 'status')
  if (failure === 'network') return { failure, message: networkMessage(error), ...repeated }
  const code = typeof status === 'number' ? ` (HTTP ${status})` : ''
  return { failure, message: `${ADVICE[failure] ?? failure}${code}: ${oneLine(serviceMessage(error))}`, ...repeated }
}

/** A quota that is used up does not come back by waiting. */
function mayRepeat(error: unknown, failure: ModelFailure): boolean {
  const told = headersOf(error)?.get('x-should-retry')
  if (told === 'true' || told === 'false') return told === 'true'
  const spent = [fieldOf(error, 'code'), fieldOf(error, 'type')].includes('insufficient_quota')
  return TRANSIENT.includes(failure) && !spent
}

function headersOf(error: unknown): Headers | null {
  const headers = fieldOf(error, 'headers')
  return headers instanceof Headers ? headers : null
}

function waitOf(headers: Headers | null): number | null {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  if (exact >= 0) return exact
  const value = headers?.get('retry-after') ?? null
  if (value === null) return null
  const seconds = Number.parseFloat(value)
  const wait = /^[\d.]+\s*$/.test(value) ? seconds * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(wait) ? null : Math.max(0, wait)
}

function failureOf(error: unknown): ModelFailure {
  const status = fieldOf(error, 'status')
  if (typeof status === 'number') return byStatus(status)
  // An error event inside a stream has a type but no status.
  const type = fieldOf(error, 'type')
  return (typeof type === 'string' ? BY_TYPE[type] : undefined) ?? 'network'
}

function byStatus(status: number): ModelFailure {
  if (status === 401 || status === 403) return 'key'
  if (status === 429) return 'rate-limit'
  if (status >= 500 || status === 408 || status === 409) return 'outage'
  return 'bad-request'
}

function serviceMessage(error: unknown): string {
  const body = fieldOf(error, 'error')
  for (const candidate of [fieldOf(fieldOf(body, 'error'), 'message'), fieldOf(body, 'message')]) {
    if (typeof candidate === 'string' && candidate !== '') return candidate
  }
  return error instanceof Error ? error.message : String(error)
}

/** `fetch failed` says nothing; the reason (ECONNREFUSED, say) lies in the chain of causes. */
function networkMessage(error: unknown): string {
  const parts: string[] = []
  let current: unknown = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const code = fieldOf(current, 'code')
    parts.push(
      typeof code === 'string' && !current.message.includes(code) ? `${current.message} ${code}` : current.message,
    )
    current = current.cause
  }
  return oneLine(parts.filter((part) => part.trim() !== '').join(': ') || String(error))
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > 400 ? `${flat.slice(0, 400)}...` : flat
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined
}
