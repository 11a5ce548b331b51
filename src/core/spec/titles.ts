import { pattern } from './pattern.ts'

/** What a task line says about itself in front of its title. */
export interface Title {
  /** Its number or id as written: `2.1`, `T012`, `SETUP-001`; null where it has none. */
  number: string | null
  title: string
  /** `1.1*` or "(optional)". */
  optional: boolean
  parallel: boolean
  /** `US1` */
  story: string | null
}

/** Which ids of ambiguous form a file uses. Found once per file, from all its task lines. */
export interface IdStyle {
  /** `UTF-8 support` is a title, `ABC-1`, `ABC-2`, `ABC-3` are ids. */
  prefixes: ReadonlySet<string>
  /** Numbers without a dot behind them ("3 Add a queue") count up. */
  bareNumbers: boolean
}

const TASK_WORD = `(?:Task|任务|任務|タスク|Задача|Tarea)`
const CJK = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`
const END = String.raw`(?:[.):：、](?=\s|\*|$|${CJK})|(?=\s|$|${CJK}))`
const NUMBER = pattern(
  String.raw`^(?:${TASK_WORD}\s*#?)?(\d+(?:\.\d+)+[a-z]?|\d+[a-z]?(?=[.):：、]))(\*)?${END}\s*`,
  'iu',
)
const WORD_NUMBER = pattern(String.raw`^${TASK_WORD}\s*#?(\d+[a-z]?)(\*)?${END}\s*`, 'iu')
const BRACKETED =
  /^\[(\d+(?:\.\d+)+[a-z]?|T\d+[a-z]?(?:\.\d+)*|[A-Z][A-Z0-9_]{0,15}-\d+[a-z]?(?:\.\d+)*)\](\*)?[.:：]?(?:\s+|$)/
const T_CODE = pattern(String.raw`^(T-?\d+[a-z]?(?:\.\d+)*)(\*)?${END}\s*`, 'u')
const CODE = /^([A-Z][A-Z0-9_]{0,15})-(\d+[a-z]?(?:\.\d+)*)(\*)?(:|：|[.)](?=\s)|(?=\s|$))\s*/
const BARE = /^(\d{1,4})\s+(?=\S)/
/** Ids of requirements, stories and success criteria: a task that starts with one cites it. */
const CITED = new Set(['FR', 'NFR', 'SC', 'US', 'AC', 'REQ', 'BR', 'SR', 'TR', 'DR', 'PR', 'EC'])
const MARK = /^(?:(\[P\]|\(P\))|\[(?:US|Story\s*)(\d+)\])\s*/i
const LAST_MARK = /\s+(?:\(P\)|\[P\])$/

/** Looks at all task lines of a file (without their boxes) for ids that one line alone cannot tell from words. */
export function idStyleOf(lines: readonly string[]): IdStyle {
  const counts = new Map<string, Set<string>>()
  for (const line of lines) {
    const code = CODE.exec(line)
    if (code !== null && !CITED.has(code[1]!)) counts.set(code[1]!, (counts.get(code[1]!) ?? new Set()).add(code[2]!))
  }
  const prefixes = new Set([...counts].filter(([, numbers]) => numbers.size > 2).map(([prefix]) => prefix))
  return { prefixes, bareNumbers: countsUp(lines) }
}

/** Whether numbers without a dot behind them go on from the number before; so they do where there is none. */
function countsUp(lines: readonly string[]): boolean {
  if (!lines.some((line) => BARE.test(line))) return true
  const bare = lines.map((line) => BARE.exec(line)?.[1])
  const restarts = bare.includes('2')
  let last = 0
  return lines.every((line, at) => {
    const loose = bare[at]
    const number = Number(loose ?? NUMBER.exec(line)?.[1])
    const follows = loose === undefined || number === last + 1 || (number === 1 && restarts)
    if (Number.isInteger(number)) last = number
    return follows
  })
}

/** Reads the text of a task line. `nested`: it stands below another task, where "3 workers started" is a count. */
export function readTitle(text: string, nested: boolean, style: IdStyle): Title {
  const read: Title = { number: null, title: text, optional: false, parallel: false, story: null }
  for (let rest = text; ; ) {
    const mark = MARK.exec(rest)
    const id = mark === null && read.number === null ? idAt(rest, nested, style) : null
    if (mark !== null) {
      if (mark[1] !== undefined) read.parallel = true
      else read.story ??= `US${mark[2]}`
      rest = rest.slice(mark[0].length)
    } else if (id !== null) {
      read.number = id.number
      read.optional ||= id.starred
      rest = rest.slice(id.length)
    } else {
      read.title = rest
      break
    }
  }
  if (LAST_MARK.test(read.title)) {
    read.parallel = true
    read.title = read.title.replace(LAST_MARK, '')
  }
  // "1.1 - Add a queue": the dash parts the id from the title.
  if (read.number !== null) read.title = read.title.replace(/^[-–—:：]\s+/, '')
  read.optional ||= /[(（](?:optional|可选|任意|オプション|необязательно|опционально|opcional)[)）]/i.test(read.title)
  return read
}

function idAt(
  text: string,
  nested: boolean,
  style: IdStyle,
): { number: string; starred: boolean; length: number } | null {
  const plain = NUMBER.exec(text) ?? WORD_NUMBER.exec(text) ?? T_CODE.exec(text) ?? BRACKETED.exec(text)
  if (plain !== null) return { number: plain[1]!, starred: plain[2] !== undefined, length: plain[0].length }
  const code = CODE.exec(text)
  if (code !== null && !CITED.has(code[1]!) && (code[4] !== '' || style.prefixes.has(code[1]!) || code[1] === 'TASK'))
    return { number: `${code[1]}-${code[2]}`, starred: code[3] !== undefined, length: code[0].length }
  const bare = nested || !style.bareNumbers ? null : BARE.exec(text)
  return bare === null ? null : { number: bare[1]!, starred: false, length: bare[0].length }
}

/** Whether a line starts with something that is surely an id. */
export function startsWithId(text: string): boolean {
  return NUMBER.test(text) || WORD_NUMBER.test(text) || T_CODE.test(text) || BRACKETED.test(text)
}
