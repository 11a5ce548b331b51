/** Loaded by Node as the reporter of one test file's process. Its events say what became of each test. */
import type { SentError } from '../errors.mts'
import { SEED_IN_NAME } from '../protocol.mts'
import { fileSeal } from '../report.mts'
import { sentinel } from '../sentinel.mts'
import { seal } from '../witness.mts'
import type { Watching } from './api.mts'
import { takeReporting } from './child.mts'

export type Reporting = Watching

interface Event {
  type: string
  data: {
    name: string
    nesting: number
    skip?: unknown
    todo?: unknown
    message?: string
    level?: string
    details?: { type?: string; duration_ms: number; error?: NodeError }
  }
}

/** node:test wraps what was thrown. */
interface NodeError extends SentError {
  failureType?: string
}

/** Yields nothing: what is told goes over a descriptor of its own. */
export default async function* report(source: AsyncIterable<Event>): AsyncGenerator<string> {
  const reporting = takeReporting()
  if (!reporting) return
  const { tell, key, file, state } = reporting
  const path: string[] = []
  for await (const event of source) {
    const { data } = event
    if (event.type === 'test:start') {
      path.length = data.nesting
      path[data.nesting] = data.name.replace(SEED_IN_NAME, '')
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      tellTest(reporting, event, [...path.slice(0, data.nesting), data.name.replace(SEED_IN_NAME, '')])
    } else if (event.type === 'test:diagnostic' && isTrouble(data)) {
      tell({ kind: 'warning', message: data.message ?? '' })
    }
  }
  const doubts = await sentinel(state.canaries)
  tell({ kind: 'end', sealed: seal(key, fileSeal(file), { doubts }) })
  yield ''
}

function tellTest({ tell }: Reporting, { type, data }: Event, path: string[]): void {
  const { details, skip, todo } = data
  const error = details?.error ? flat(details.error) : null
  const cancelled = details?.error?.failureType === 'cancelledByParent'
  if (details?.type === 'suite') {
    // A suite fails with its tests; only what is its own is news.
    if (type === 'test:fail' && details.error?.failureType !== 'subtestsFailed' && error)
      tell({ kind: 'suite', path, error })
    return
  }
  if (type === 'test:fail' && details?.error?.failureType === 'subtestsFailed') {
    tell({ kind: 'test', path, state: 'failed', durationMs: details.duration_ms, error, cancelled })
    return
  }
  const left = isMarked(skip) || isMarked(todo)
  const state = left ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed'
  tell({ kind: 'test', path, state, durationMs: details?.duration_ms ?? 0, error, cancelled })
}

/** `true`, or the reason in words. */
function isMarked(mark: unknown): boolean {
  return mark !== undefined && mark !== false
}

function isTrouble({ level, message = '' }: Event['data']): boolean {
  return level === 'warn' ? !message.includes('--test-only') : level === 'error' || message.startsWith('Error: ')
}

/** What was thrown, as JSON can hold it. */
function flat(error: NodeError): SentError {
  const cause = error.code === 'ERR_TEST_FAILURE' && error.cause !== undefined ? error.cause : error
  if (typeof cause !== 'object' || cause === null) return { name: 'Error', message: String(cause) }
  const { name, message, code, cause: inner, matcherResult } = cause as SentError
  const deeper = typeof inner === 'object' && inner !== null ? flat(inner as NodeError) : inner
  return { name, message, code, cause: deeper, matcherResult: matcherResult ? {} : undefined }
}
