import { type GoFunction, goShape } from './go-statements.ts'
import type { Mutant } from './mutants.ts'

/**
 * A wrong version that cannot be chosen while the program runs, such as another value of a constant: what takes the place of
 * `start` to `end` (UTF-16 code units of the text that `instrumentGo` made) before it is compiled.
 */
export interface GoEdit {
  id: number
  start: number
  end: number
  code: string
}

/** What would know that its body has been put into a function of its own. */
const KNOWS_ITS_CALLER = /\b(recover|Callers?|CallersFrames)\b/

/**
 * All wrong versions of one file in one text, none of them active: one build serves them all. A function that has some begins with a
 * copy of its body for each, and runs the one whose id is in the variable `key` of the environment when the program starts. What has to
 * be compiled anew stands in lines at the end, which `goEdits` reads. A compiler's complaint about a copy names the file `wrongN.go`, where N is the id; all
 * other lines keep their names and numbers.
 */
export function instrumentGo(path: string, text: string, mutants: readonly Mutant[], key: string): string {
  const shape = goShape(text)
  const [first] = mutants
  if (shape === null || first === undefined) return text
  const { tokens } = shape
  const at = (index: number) => tokens[index]!
  const active = `${key}_${first.id}`
  const copies = new Map<GoFunction, Mutant[]>()
  const apart: Mutant[] = []
  for (const mutant of mutants) {
    const owner = shape.functions.find(
      ({ open, close }) => at(open).start < mutant.start && mutant.end <= at(close).start,
    )
    const body = owner && text.slice(at(owner.open).start, at(owner.close).end)
    if (owner && !KNOWS_ITS_CALLER.test(body!)) copies.set(owner, [...(copies.get(owner) ?? []), mutant])
    else apart.push(mutant)
  }
  const name = path.slice(path.lastIndexOf('/') + 1)
  const inserted = [...copies].map(([owner, own]) => ({
    at: at(owner.open).end,
    code: choice(text, name, active, own, { ...owner, start: at(owner.open).start, end: at(owner.close).end }),
  }))
  const packageName = tokens.findIndex((token) => token.text === 'package') + 1
  if (copies.size > 0 && packageName > 0) inserted.push({ at: at(packageName).end, code: `; import ${active}_os "os"` })
  inserted.sort((a, b) => a.at - b.at)
  const moved = (offset: number) =>
    offset + inserted.reduce((sum, one) => (one.at <= offset ? sum + one.code.length : sum), 0)
  let out = ''
  let from = 0
  for (const { at: to, code } of inserted) {
    out += text.slice(from, to) + code
    from = to
  }
  out += text.slice(from)
  if (!out.endsWith('\n')) out += '\n'
  const edits = apart.map(({ id, start, end, code }): GoEdit => ({ id, start: moved(start), end: moved(end), code }))
  return [
    out + (copies.size > 0 ? reader(active, key) : ''),
    ...edits.map((edit) => `${MARK}${key} ${JSON.stringify(edit)}`),
    '',
  ].join('\n')
}

const MARK = '//specproof:edit '

/** What the lines at the end of an instrumented text say; `goEdited` makes such a version. */
export function goEdits(text: string, key: string): GoEdit[] {
  return text.split('\n').flatMap((line) => {
    const start = `${MARK}${key} `
    return line.startsWith(start) ? [JSON.parse(line.slice(start.length)) as GoEdit] : []
  })
}

export function goEdited(text: string, { start, end, code }: GoEdit): string {
  return text.slice(0, start) + code + text.slice(end)
}

function reader(active: string, key: string): string {
  return `\nvar ${active} = func() (id int) { for _, one := range ${active}_os.Getenv("${key}") { id = id*10 + int(one-'0') }; return }()\n`
}

interface Body extends GoFunction {
  start: number
  end: number
}

function choice(text: string, name: string, active: string, mutants: readonly Mutant[], body: Body): string {
  const line = (offset: number) => text.slice(0, offset).split('\n').length
  const cases = mutants.map(({ id, start, end, code }) => {
    const copy = text.slice(body.start, start) + code + text.slice(end, body.end)
    const call = `func() ${body.resultText} /*line wrong${id}.go:${line(body.start)}:1*/${copy}()`
    return `case ${id}: ${body.results.length > 0 ? `return ${call}` : `${call}; return`}; `
  })
  return ` switch ${active} { ${cases.join('')}}; /*line ${name}:${line(body.start)}:1*/`
}
