import type { LabelName } from './labels.ts'
import type { TaskKind, TaskStatus, TestKind, TestWish } from './spec.ts'

const KINDS: [RegExp, TestKind][] = [
  [/\b(?:chaos|fault[- ]injection)\b/i, 'chaos'],
  [/\bpropert(?:y|ies)\b/i, 'property'],
  [/\bintegration\b/i, 'integration'],
  [/\bunit\b/i, 'unit'],
  [/\bexamples?\b/i, 'example'],
]
const NAMED_TEST = /^([\w@.+\-/\\]*\w\.?\w*)::(.+)$/s
const TEST_FILE =
  /(?<![\w./-])((?:[\w@.+-]+\/)*(?:[\w@.+-]+\.(?:test|spec)\.\w+|[\w+-]+_(?:test|spec)\.\w+|test_[\w+-]+\.py|[\w+-]+Tests?\.(?:java|kt|cs|scala|swift)))(?![\w/])/
const TEST_FOLDER = /^(?:\.\/)?(?:[\w@.+-]+\/)*(?:tests?|spec|__tests__)\/[\w@.+\-/]+\.\w+$/

const CHECKPOINT =
  /^(?:(?:final|last|first|phase|stage|milestone|\d+|最终)\s*)*checkpoint(?:\s*$|\s*[-–—:：.(\d]|\s+(?:after|for)\b)/i
const TEST_TASK = [
  /^write\s+(?:(?:property(?:-based)?|unit|integration|chaos|e2e|end-to-end)(?:\s*(?:,|and|\/)\s*|\s+))*tests?\b/i,
  /^(?:\w+\s+)?property(?:-based)?\s+tests?\b/i,
]

/** What sort of task this is, from its mark, its annotations and its title. */
export function taskKind(
  title: string,
  status: TaskStatus,
  labels: readonly { name: LabelName; value: string }[],
): TaskKind {
  const person = labels.some(({ name, value }) => name === 'human' || (name === 'class' && /^4\b/.test(value)))
  if (person || status === 'blocked') return 'human'
  if (CHECKPOINT.test(title)) return 'checkpoint'
  return TEST_TASK.some((pattern) => pattern.test(title)) ? 'test' : 'code'
}

/** The wish of one or more `Test:` lines; several are joined, and the strongest kind counts. */
export function testWish(lines: readonly { value: string; raw: string }[]): TestWish | null {
  if (lines.length === 0) return null
  const path = lines.map(({ raw }) => testPath(raw)).find((found) => found !== null) ?? null
  const text = lines.map(({ value }) => value.replace(/^`([^`]*)`$/, '$1')).join('; ')
  const kind = KINDS.find(([pattern]) => pattern.test(path === null ? text : text.replace(path, ' ')))?.[1] ?? 'other'
  return { kind, text, fault: kind === 'chaos' ? faultOf(lines.map(({ value }) => value)) : null, path }
}

function faultOf(values: readonly string[]): string | null {
  const chaos = values.find((value) => KINDS[0]![0].test(value)) ?? ''
  const fault = /\bwith\s+(?:an?\s+|the\s+)?(.+?)[\s.;]*$/i.exec(chaos)?.[1]
  return fault ?? null
}

function testPath(raw: string): string | null {
  const bare = raw.trim()
  if (NAMED_TEST.test(bare)) return bare
  const quoted = [...bare.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
  const inQuotes = quoted.find((text) => NAMED_TEST.test(text) || TEST_FILE.test(text) || TEST_FOLDER.test(text))
  if (inQuotes !== undefined) return inQuotes
  const named = /(?<![\w./-])[\w@.+\-/]+\.\w+::\S+/.exec(bare)?.[0]
  if (named !== undefined) return named
  return TEST_FILE.exec(bare)?.[1] ?? bare.split(/[\s,]+/).find((word) => TEST_FOLDER.test(word)) ?? null
}

/** Globs of an `Allows:` line, separated by commas or spaces outside braces. */
export function splitGlobs(raw: string): string[] {
  return raw.replace(/`/g, ' ').match(/(?:\{[^{}]*\}|[^\s,{}]|[{}])+/g) ?? []
}
