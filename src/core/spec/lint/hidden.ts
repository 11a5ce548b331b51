import { pattern } from '../pattern.ts'
import type { SpecSource } from '../source.ts'
import type { Diagnostic, Severity } from '../spec.ts'
import { unquoted } from '../words.ts'
import { inFolder, problem } from './report.ts'

/**
 * Text that is meant for the tool and not for the people who read the spec: invisible characters, orders to the model, in the open or
 * in comments, and encoded text. It is reported; nothing in this program acts on it.
 */
export function lintHidden(source: SpecSource): Diagnostic[] {
  const own = source.files
    .filter(({ path }) => path.endsWith('.md'))
    .map(({ path, text }) => ({ file: inFolder(source, path), text }))
  const steering = source.steering.map(({ path, text }) => ({ file: path, text }))
  return [...own, ...steering].flatMap(({ file, text }) => lintText(file, text))
}

function lintText(file: string, text: string): Diagnostic[] {
  // Most files hold none of it, and one look at the whole text is cheaper than one at each line.
  const seen = {
    invisible: INVISIBLE.test(text),
    hidden: text.includes('<') || /^\[(?:\/\/|comment|_)\]:/im.test(text),
    words: MAYBE.test(text),
    encoded: hasRun(text, SHORTEST),
  }
  if (!Object.values(seen).includes(true)) return []
  const found: Diagnostic[] = []
  let inComment = false
  let fence: string | null = null
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    const at = (column: number) => ({ file, line: index + 1, column: column + 1 })
    if (seen.invisible) found.push(...invisible(line, index === 0, at))
    const { hidden, open } = seen.hidden ? hiddenParts(line, inComment) : { hidden: '', open: false }
    inComment = open
    const mark = /^[ \t>]*(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark !== undefined && !inComment) {
      if (fence === null) fence = mark
      else if (mark.startsWith(fence)) fence = null
    }
    if (hidden !== '' || seen.words) found.push(...orders(line, hidden, fence !== null, at))
    if (seen.encoded) found.push(...encoded(line, at))
  })
  return found
}

type At = (column: number) => { file: string; line: number; column: number }

// Built from numbers: written out, they would be as invisible here as in a spec.
const chars = (...ranges: (number | [number, number])[]) =>
  ranges
    .map((one) => (typeof one === 'number' ? [one, one] : one))
    .map(([from, to]) => `\\u{${from!.toString(16)}}-\\u{${to!.toString(16)}}`)
    .join('')
const BIDI = chars([0x202a, 0x202e], [0x2066, 0x2069])
const TAGS = chars([0xe0000, 0xe007f], [0xe0100, 0xe01ef])
const JOINERS = chars([0x200c, 0x200d])
const EMPTY = chars(0x200b, 0x2060, [0x2061, 0x2064], 0xfeff, 0x180e, 0x00ad, 0x115f, 0x1160, 0x3164)
const INVISIBLE = new RegExp(`[${BIDI}${TAGS}${JOINERS}${EMPTY}]`, 'u')
const EACH = new RegExp(`[${BIDI}${TAGS}${JOINERS}${EMPTY}]`, 'gu')
const IS_BIDI = new RegExp(`[${BIDI}]`, 'u')
const IS_TAG = new RegExp(`[${TAGS}]`, 'u')
const IS_JOINER = new RegExp(`[${JOINERS}]`, 'u')
/** Scripts and signs in which a joiner shapes what is seen, and the flags that are spelled with tags. */
const JOINED =
  /(?:\uFE0F|[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Khmer}])$/u

function invisible(line: string, first: boolean, at: At): Diagnostic[] {
  const found = [...line.matchAll(EACH)].filter(({ index, 0: char }) => {
    if (first && index === 0 && char === '\uFEFF') return false
    const before = line.slice(Math.max(0, index - 4), index)
    if (IS_JOINER.test(char)) return !JOINED.test(before)
    return !(IS_TAG.test(char) && /\u{1F3F4}[\u{E0020}-\u{E007F}]*$/u.test(line.slice(Math.max(0, index - 16), index)))
  })
  const worst = found.find(({ 0: char }) => IS_BIDI.test(char) || IS_TAG.test(char)) ?? found[0]
  if (worst === undefined) return []
  const codes = [
    ...new Set(found.map(({ 0: char }) => `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`)),
  ]
  const what = IS_BIDI.test(worst[0]) ? 'change the order in which text is shown' : 'are not seen'
  const message = `The line holds characters that ${what}: ${codes.slice(0, 4).join(', ')}.`
  return [problem(at(worst.index), 'invisible-character', 'warning', message, 'Delete them, or write the line anew.')]
}

const UNSEEN =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|\shidden(?=[\s>=])/i

/** The parts of a line inside HTML comments, link definitions used as comments, and elements that are not shown. */
function hiddenParts(line: string, inComment: boolean): { hidden: string; open: boolean } {
  if (!inComment && !/<|^\[/.test(line)) return { hidden: '', open: false }
  let hidden = ''
  let open = inComment
  for (let at = 0; at < line.length; ) {
    const next = line.indexOf(open ? '-->' : '<!--', at)
    if (open) hidden += `${line.slice(at, next < 0 ? line.length : next)} `
    if (next < 0) break
    at = next + (open ? 3 : 4)
    open = !open
  }
  const aside = /^\[(?:\/\/|comment|_)\]:\s*\S+\s+["'(](.*)["')]\s*$/i.exec(line)?.[1] ?? ''
  const element = [...line.matchAll(/<[a-z]+\s[^<>]*>/gi)].find(({ 0: tag }) => UNSEEN.test(tag))
  const below = element === undefined ? '' : line.slice(element.index + element[0].length)
  return { hidden: [hidden, aside, below].filter((part) => part.trim() !== '').join(' '), open }
}

const BEFORE = '(?:previous|prior|earlier|above|preceding|system|foregoing|other)'
const RULES = '(?:instructions?|prompts?|rules?|directions?|guidelines|constraints|messages?)'
/** Orders that no requirement gives. */
const ORDERS = pattern(
  [
    String.raw`\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|every|of|the|your|these|those|my)\s+){0,4}${BEFORE}\s+(?:\w+\s+)?${RULES}`,
    `(?:忽略|无视|忘记)(?:掉)?(?:之前|以上|先前|前面|上述|所有)(?:的)?(?:所有|全部)?(?:的)?(?:指令|指示|提示|规则|说明)`,
    `(?:以前|上記|前|これまで)の(?:すべての|全ての)?(?:指示|命令|プロンプト|ルール)(?:は|を)(?:すべて)?(?:無視|忘れ)`,
    String.raw`(?:игнорируй(?:те)?|забудь(?:те)?)\s+(?:все\s+)?(?:предыдущие|прежние|вышеуказанные|все)\s+(?:инструкции|указания|правила)`,
    String.raw`(?:ignora|ignore|olvida)\s+(?:todas\s+)?(?:las\s+)?(?:instrucciones|indicaciones|reglas)\s+(?:anteriores|previas)`,
  ].join('|'),
  'iu',
)
const TASKS = `(?:tasks?|boxes|box|checkbox(?:es)?|to-?dos?)`
/** Orders that prose also gives; in hiding they are meant for the tool. */
const SHORTCUTS = pattern(
  [
    String.raw`\b(?:skip|bypass|disable)\s+(?:all\s+)?(?:the\s+|any\s+|these\s+|this\s+|your\s+)?(?:unit\s+|failing\s+|property\s+|integration\s+)?(?:tests|testing|verification|test suite)(?=\s*(?:[.!;,]|$|and\b|for (?:this|these|now|all)\b))`,
    String.raw`\b(?:do not|don't|never)\s+(?:run|execute)\s+(?:the\s+|any\s+)?tests\b`,
    String.raw`\bmark\s+(?:(?:this|all|every|the|each|these)\s+){1,2}(?:\w+\s+){0,2}${TASKS}\s+(?:as\s+)?(?:done|complete|completed|finished|passed)\b`,
    String.raw`\b(?:tick|check)\s+(?:off\s+)?(?:all|every|these)\s+(?:\w+\s+){0,2}${TASKS}\b`,
    '(?:跳过|不要运行|忽略)(?:所有|全部)?测试(?=[。，,!！]|$)|将(?:所有|全部|此|该)任务标记为(?:已)?完成',
    'テストを(?:すべて)?(?:スキップ|省略|実行しない)|(?:すべての)?タスクを完了(?:済み)?(?:に|として)マーク',
    String.raw`(?:пропусти(?:те)?|не запускай(?:те)?)\s+(?:все\s+)?тесты`,
    String.raw`(?:omite|salta|no ejecutes)\s+(?:todas\s+)?(?:las\s+)?pruebas`,
  ].join('|'),
  'iu',
)
/** In the open these words are part of many specs; in hiding nobody but the tool reads them. */
const ADDRESSED = pattern(
  String.raw`\b(?:you are (?:now |an? )|as an? (?:AI|assistant|agent|language model)|(?:AI|LLM|assistant|agent|model|claude|copilot|gpt|cursor|kiro)s?\b[^.]{0,40}\b(?:must|should|shall|please|do not|don't|never|always)\b|do not (?:tell|mention|reveal|report|inform|show)|without (?:telling|asking|informing)|new instructions?\s*:|system prompt|exfiltrat|(?:curl|wget)\s+\S*https?:|(?:api|secret|access)[ _-]?keys?|passwords?|credentials)\b`,
  'iu',
)
const MAYBE = pattern(
  "ignor|disregard|forget|overrid|skip|bypass|disabl|n't|do not|never|mark|tick|check|忽略|无视|忘记|無視|忘れ|跳过|不要|标记|スキップ|省略|マーク|игнор|забуд|пропус|запуска|olvida|omite|salta|ejecutes",
  'iu',
)

function orders(line: string, hidden: string, fenced: boolean, at: At): Diagnostic[] {
  const inHiding = hidden === '' ? null : (ORDERS.exec(hidden) ?? SHORTCUTS.exec(hidden) ?? ADDRESSED.exec(hidden))
  const suggestion = 'Delete it. A spec says what is to be built; how the tool works stands in steering and agent.yaml.'
  const tell = (words: string, severity: Severity, where: string) => {
    const message = `This reads like an order to the tool${where}: "${words.trim().slice(0, 60)}". It is not obeyed.`
    return [problem(at(Math.max(0, line.indexOf(words))), 'order-to-the-tool', severity, message, suggestion)]
  }
  if (inHiding !== null) return tell(inHiding[0], 'warning', ', where no reader sees it')
  if (!MAYBE.test(line)) return []
  const bare = ORDERS.exec(unquoted(line))
  if (bare !== null) return tell(bare[0], fenced ? 'info' : 'warning', '')
  const shown = ORDERS.exec(line) ?? SHORTCUTS.exec(unquoted(line))
  return shown === null ? [] : tell(shown[0], 'info', '')
}

const SHORTEST = 32
const BLOB = /(?<![A-Za-z0-9+/=_:.-])[A-Za-z0-9+/]{32,}={0,2}(?![A-Za-z0-9+/=])/g
const LONG = 160

/** Base64 that says something, or is too long to be an id, a key of an example or a path. */
function encoded(line: string, at: At): Diagnostic[] {
  if (line.length < 32 || /data:[\w/+.-]+;base64,/.test(line)) return []
  return [...line.matchAll(BLOB)].flatMap(({ 0: blob, index }) => {
    if (!/[a-z]/.test(blob) || !/[A-Z]/.test(blob) || /^[\da-fA-F]+$/.test(blob)) return []
    const says = decoded(blob)
    if (says === null && (blob.length < LONG || !/\d/.test(blob))) return []
    const message =
      says === null
        ? `Here stand ${blob.length} characters of encoded text.`
        : `This is encoded text; it says "${says.slice(0, 60)}". It is not obeyed.`
    const suggestion = 'Write what it says in plain text, or put the data into a file.'
    return [problem(at(index), 'encoded-text', says === null ? 'info' : 'warning', message, suggestion)]
  })
}

/** What base64 says, where that is words; null otherwise. */
function decoded(blob: string): string | null {
  try {
    const text = atob(blob.slice(0, 4000 - (4000 % 4)))
    return /^[\x20-\x7e\s]*$/.test(text) && /[a-z]+ [a-z]+/i.test(text) ? text.replace(/\s+/g, ' ') : null
  } catch {
    return null
  }
}

/** Whether a text holds so many signs of base64 in a row. Looks at every `length`-th sign only, since no such run fits between two. */
function hasRun(text: string, length: number): boolean {
  for (let at = length - 1; at < text.length; at += length) {
    let from = at
    let to = at
    while (from >= 0 && at - from < length && isSign(text.charCodeAt(from))) from--
    while (to < text.length && to - from <= length && isSign(text.charCodeAt(to))) to++
    if (to - from > length) return true
  }
  return false
}

/** Letters, digits, `+` and `/`. */
function isSign(code: number): boolean {
  return (code >= 47 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 43
}
