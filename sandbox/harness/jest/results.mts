import { stripVTControlCharacters } from 'node:util'
import type { SentError } from '../errors.mts'
import { SEED_IN_NAME, type Seen } from '../protocol.mts'
import { type RunnerFile, type RunnerTest, testSeal } from '../report.mts'
import { peek } from '../witness.mts'
import { OPTION, type Sealings } from './settings.mts'

/** The parts of jest's result of one file that are read. */
export interface JestFile {
  testFilePath: string
  testResults: JestTest[]
  testExecError?: { message?: string; stack?: string } | null
  failureMessage?: string | null
  [OPTION]?: Sealings
}

interface JestTest {
  ancestorTitles: string[]
  title: string
  status: string
  duration?: number | null
  failureMessages?: string[] | null
  failureDetails?: unknown[] | null
}

const MAX_WORDS = 1_500

/** `name` gives the path from the project's folder. */
export function toRunnerFile(result: JestFile, name: (path: string) => string): RunnerFile {
  const file = name(result.testFilePath)
  const seals = result[OPTION]
  const counts = new Map<string, number>()
  const tests = result.testResults.map((test): RunnerTest => {
    const path = [...test.ancestorTitles, test.title].map((title) => title.replace(SEED_IN_NAME, ''))
    const id = [file, ...path].join(' > ')
    const nth = (counts.get(id) ?? 0) + 1
    counts.set(id, nth)
    const sealedAs = testSeal(id, nth)
    const sealed = seals?.tests[sealedAs]
    return {
      id,
      name: path.at(-1) ?? '',
      sealedAs,
      sealed,
      state: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
      durationMs: test.duration ?? 0,
      // Jest keeps neither causes nor what tells an assertion from another error.
      errors: peek<Seen>(sealed)?.error ? undefined : errorsOf(test),
    }
  })
  return { file, tests, errors: troubles(result), sealed: seals?.file }
}

export function casesOf(result: JestFile): number {
  const seen = Object.values(result[OPTION]?.tests ?? {}).map((sealed) => peek<Seen>(sealed))
  return seen.flatMap((one) => one?.properties ?? []).reduce((sum, { runs }) => sum + runs, 0)
}

/** What was thrown, and in words where jest kept no more of it. */
function errorsOf({ failureDetails, failureMessages }: JestTest): SentError[] | undefined {
  const words = (failureMessages ?? []).map((message) => stripVTControlCharacters(message))
  const found = (failureDetails ?? []).map((detail, at): SentError => {
    const { name, message, code, cause, matcherResult } = (detail ?? {}) as SentError
    const text = message ?? firstLines(words[at] ?? String(detail))
    return { name: name ?? nameIn(words[at]), message: text, code, cause, matcherResult }
  })
  return found.length > 0 ? found : words.map((text) => ({ name: nameIn(text), message: firstLines(text) }))
}

function nameIn(words: string | undefined): string {
  return /^(\w*Error)\b/.exec(words ?? '')?.[1] ?? 'Error'
}

/** Without the stack. */
function firstLines(words: string): string {
  const end = words.search(/^\s+at /m)
  return (end < 0 ? words : words.slice(0, end)).trim().slice(0, MAX_WORDS)
}

function troubles({ testExecError, failureMessage, testResults }: JestFile): string[] {
  if (!testExecError && testResults.length > 0) return []
  const words = testExecError?.message ?? testExecError?.stack ?? failureMessage ?? ''
  const text = stripVTControlCharacters(words)
    .replace(/^\s+at .*$\n?/gm, '')
    .trim()
  return [text.slice(0, MAX_WORDS) || 'the file could not be collected']
}
