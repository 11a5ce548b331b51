import { columnWidths, oneLine, table, truncate, wrap } from '../format.ts'
import { blank, type Line, type Span, spanOf } from '../line.ts'
import { testsCells } from './tests-cell.ts'
import { NOTHING_TO_TRACE, type TraceView, type TraceViewRow, type ViewPiece } from './view.ts'

export interface TraceLook {
  /** Columns of the terminal; null where there is none: then only the words of criteria are cut, because ids name them. */
  width: number | null
  unicode: boolean
  /** The command that shows all of it. */
  seeAll: string
}

const LONGEST_TEXT = 72
/** From this width on there is room for the evidence in words. */
const WIDE = 140

/** The matrix of each spec, then what is missing, then the words that changed. */
export function traceLines(views: readonly TraceView[], look: TraceLook): Line[] {
  if (views.length === 0) return [plain(NOTHING_TO_TRACE)]
  return views.flatMap((view) => [...viewLines(view, look), blank()]).slice(0, -1)
}

function viewLines(view: TraceView, look: TraceLook): Line[] {
  const problems = view.problems.flatMap(({ file, line, message, suggestion, kind }) =>
    wrapped(`${file}:${line}: ${message} ${suggestion} (${kind})`, look, 'bad'),
  )
  const changes = view.changes.flatMap(({ task, commit, part, pieces }) =>
    wrapped(`task ${task}, ${part}, since ${commit}: ${markedWords(pieces)}`, look, 'warn'),
  )
  const remarks = view.remarks.flatMap((text) => wrapped(text, look, 'dim'))
  const state = view.problems.length > 0 ? 'bad' : 'good'
  return [
    line([spanOf(`${view.id} in ${view.dir}`, 'bold')]),
    blank(),
    ...matrix(view.rows, look),
    blank(),
    ...[...problems, ...changes, ...remarks],
    ...(problems.length + changes.length + remarks.length > 0 ? [blank()] : []),
    ...wrapped(view.summary, look, state),
  ]
}

function matrix(all: readonly TraceViewRow[], look: TraceLook): Line[] {
  const rows = toldOnce(all)
  const untold = firstTold(rows)
  const evidence = look.width !== null && look.width >= WIDE
  const before = rows.map((row) => [
    row.criterion,
    look.width === null ? truncate(oneLine(row.text), LONGEST_TEXT) : row.text,
    [...row.properties.map((one) => one.split(' ')[0]!), ...(row.own.length > 0 ? ["task's own"] : [])].join(', '),
    row.task,
    row.state,
    row.commit,
  ])
  const more = [...(look.width === null ? [] : ['tests']), ...(evidence ? ['evidence'] : [])]
  const header = ['', 'criterion', 'property', 'task', 'state', 'commit', ...more]
  const fitted = look.width === null ? {} : { width: look.width }
  const withTests = (tests: readonly string[]) =>
    before.map((cells, at) => [
      ...cells.map(oneLine),
      ...(look.width === null ? [] : [tests[at]!]),
      ...(evidence ? [oneLine(rows[at]!.evidence)] : []),
    ])
  const options = { header, indent: 2, unicode: look.unicode }
  const room = (tests: readonly string[]) =>
    columnWidths([header, ...withTests(tests)], { ...options, ...fitted })[header.indexOf('tests')]!
  const tests = look.width === null ? [] : testsCells(rows, look.unicode, room)
  const lined = withTests(tests)
  const whole = table(lined, options)
  const [head = '', ...body] = table(lined, { ...options, ...fitted })
  const style = (at: number) => (rows[at]?.bad ? 'bad' : rows[at]?.state === 'open' ? 'dim' : undefined)
  const cut =
    body.some((text, at) => text !== whole[at + 1]) ||
    rows.some(({ allTests }, at) => tests[at] !== oneLine(allTests.join('; ')))
  const unsaid = rows.some(({ own }, at) => own.length + untold[at]!.length > 0)
  const left = look.width !== null && !evidence && rows.some((row) => row.evidence !== '')
  return [
    line([spanOf(head, 'dim')]),
    ...body.flatMap((text, at) => [
      line([spanOf(text, style(at))]),
      ...(look.width === null ? below(rows[at]!, untold[at]!) : []).map((words) => line([spanOf(words, 'dim')])),
    ]),
    ...(left ? wrapped(LEFT_OUT, look, 'dim') : []),
    ...(look.width !== null && (cut || unsaid)
      ? wrapped(`${cut ? CUT : UNSAID} in \`${look.seeAll}\`.`, look, 'dim')
      : []),
  ]
}

const CUT = 'What is cut here stands whole'
const UNSAID = 'What the properties say stands'
const LEFT_OUT = `The column of evidence is left out: it needs ${WIDE} columns. \`agent trace --html FILE\` and a pipe show it.`

/** The evidence of a commit, and what a task states itself, stand where they come first; further rows say where that is. */
function toldOnce(rows: readonly TraceViewRow[]): TraceViewRow[] {
  const told = new Map<string, string>()
  const earlier = (row: TraceViewRow, key: string) => {
    const at = told.get(key)
    if (at === undefined) told.set(key, row.criterion || `task ${row.task}`)
    return at === undefined ? null : `as above, at ${at}`
  }
  return rows.map((row) => {
    const evidence = row.evidence === '' ? null : earlier(row, `evidence ${row.commit} ${row.evidence}`)
    const own = row.own.length === 0 ? null : earlier(row, `own ${row.own.join('\n')}`)
    return { ...row, ...(evidence === null ? {} : { evidence }), ...(own === null ? {} : { own: [own] }) }
  })
}

/** The properties of the design that no row above has: their numbers stand in each row. One that is a number alone has nothing to tell. */
function firstTold(rows: readonly TraceViewRow[]): string[][] {
  const told = new Set<string>()
  return rows.map(({ properties }) => {
    const fresh = properties.filter((one) => one.includes(' ') && !told.has(one))
    for (const one of fresh) told.add(one)
    return fresh
  })
}

/** Where lines have no end, what would make a row too long to read stands in lines of its own. */
function below({ own, allTests, evidence }: TraceViewRow, properties: readonly string[]): string[] {
  return [
    ...[...properties, ...own].map((text) => `      property  ${oneLine(text)}`),
    ...allTests.map((one) => `      test      ${oneLine(one)}`),
    ...(evidence === '' ? [] : [`      evidence  ${oneLine(evidence)}`]),
  ]
}

/** `the [-upper-] {+lower+} limit`, as `git diff --word-diff` writes it. */
export function markedWords(pieces: readonly ViewPiece[]): string {
  return pieces
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'removed' ? `[-${text}-]` : `{+${text}+}`))
    .join('')
}

function wrapped(text: string, { width }: TraceLook, style: Span['style']): Line[] {
  const lines = width === null ? [oneLine(text)] : wrap(oneLine(text), Math.max(20, width - 2))
  return lines.map((part, at) => line([spanOf(at === 0 ? part : `  ${part}`, style)]))
}

function plain(text: string): Line {
  return line([spanOf(text)])
}

function line(spans: Span[]): Line {
  return { kind: 'key', spans }
}
