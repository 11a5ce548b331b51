import type { LabelName } from './labels.ts'
import { pattern } from './pattern.ts'
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

const CHECKPOINT_WORD = String.raw`(?:checkpoint|检查点|檢查點|チェックポイント|контрольная\s+точка|punto\s+de\s+control)`
const CHECKPOINT = pattern(
  String.raw`^(?:(?:final|last|first|phase|stage|milestone|\d+|最终|最終|第\S{1,2}[次个個回]|финальная)\s*)*${CHECKPOINT_WORD}(?:\s*$|\s*[-–—:：.(（\d]|\s+(?:after|for)\b)`,
  'iu',
)
const WORDS = String.raw`(?:(?!(?:for|to|in|of|with|from|as|that|which|into|on|by)\b)[\w/&+,-]+\s+){0,6}`
const NOT_TOOLS = String.raw`(?!\s+(?:director|data\b|fixture|infra|helper|util|setup|environment|framework|config|script|stage|structure|page|project))`
const TEST_TASK = [
  // "Write bug condition exploration test", "Add unit tests for the queue"; not "Create test directory", "Write docs for tests".
  new RegExp(String.raw`^write\s+${WORDS}tests?\b${NOT_TOOLS}`, 'i'),
  new RegExp(
    String.raw`^(?:add|implement|create|develop)\s+${WORDS}(?:tests|test(?=\s+(?:for|of|that|cases?|suite|verifying)))\b${NOT_TOOLS}`,
    'i',
  ),
  /^(?:\w+\s+)?property(?:-based)?\s+tests?\b/i,
  /^\[PBT\]/i,
  // Chinese and Japanese: "编写租户隔离属性测试", "単体テストを作成する".
  /^(?:编写|新增|添加|补充|为.+?(?:编写|补充|添加)).*(?:测试|测试用例)(?:\s*$|[（(（:：。])/u,
  /(?:テスト)(?:コード|ケース)?(?:を|の)?(?:作成|追加|記述|実装)(?:する|・更新する)?\s*$/u,
  // Russian and Spanish.
  pattern(String.raw`^(?:написать|добавить)\s+(?:\S+\s+){0,3}?(?:\S*-)?тест(?:ы|а|ов)?(?=\s|$|[:.,])`, 'iu'),
  pattern(String.raw`^(?:escribir|agregar|añadir|crear)\s+(?:\S+\s+){0,2}?(?:pruebas?|tests?)(?=\s|$|[:.,])`, 'iu'),
]

/** What each of them has. */
const TEST_WORD = /test|PBT|测试|テスト|тест|prueba/iu

/** What sort of task this is, from its mark, its annotations and its title. */
export function taskKind(
  title: string,
  status: TaskStatus,
  labels: readonly { name: LabelName; value: string }[],
): TaskKind {
  const person = labels.some(({ name, value }) => name === 'human' || (name === 'class' && /^4\b/.test(value)))
  if (person || status === 'blocked') return 'human'
  if (CHECKPOINT.test(title)) return 'checkpoint'
  return TEST_WORD.test(title) && TEST_TASK.some((pattern) => pattern.test(title)) ? 'test' : 'code'
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

/**
 * The command of a `Verify:` line: the first one in backticks (`Verify: run \`make check\``), or all of the value where
 * it has none and does not read like a sentence. Null where there is no command.
 */
export function commandOf(line: string, value: string): string | null {
  const spans = [...line.matchAll(/(`+)\s?(.*?)\s?\1(?!`)/gs)].map((match) => match[2]!)
  if (spans.length > 0) {
    // `items` or `run()` in a sentence is code, not a command.
    const alone = /^[^`]*`+[^`]*`+[\s.]*(?:passes|succeeds|is green|exits 0)?[\s.*_]*$/i.test(line)
    return spans.find((span) => /^[\w./@~$-]+=?\S*\s+\S/.test(span)) ?? (alone ? spans[0]! : null)
  }
  const word = /^[a-z./][\w./-]*(?=\s|$)/.exec(value)?.[0]
  return word === undefined || SENTENCE.has(word) || /[.。]$/.test(value) ? null : value
}

const SENTENCE = new Set(
  'a all an any both by check confirm each every if in it its no on once only run that the there they this when with'.split(
    ' ',
  ),
)

/** Globs of an `Allows:` line, separated by commas or spaces outside braces. */
export function splitGlobs(raw: string): string[] {
  return raw.replace(/`/g, ' ').match(/(?:\{[^{}]*\}|[^\s,{}]|[{}])+/g) ?? []
}
