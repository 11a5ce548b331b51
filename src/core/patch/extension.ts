import { goShape } from '../teeth/go-statements.ts'
import { parseSource } from '../teeth/parse.ts'
import { isNode, type Node } from '../verdict/syntax.ts'

/** A function as it is written: its header begins at `from`, its body ends at `to`. */
interface Written {
  from: number
  to: number
  body: string
}

const GO_STUB = /^\{(?: ?_ = [^;]*?)* ?panic\("not implemented[^"]*"\) ?\}$/
const SCRIPT_STUB = /^\{ ?throw new Error\((['"`])not implemented\1\);? ?\}$/
const PYTHON_STUB = /^(?:(?:"""|''').*?(?:"""|''') ?)?(?:raise NotImplementedError\b(?:\(.*\))?|\.\.\.)$/
const SOURCE = /\.(?:go|py|[cm]?[jt]sx?)$/

/** Whether files of this kind can be extended by who writes the tests. */
export function canExtend(path: string): boolean {
  return SOURCE.test(path)
}

/**
 * What is wrong with a change by which a test author lets an existing file declare more (a field, a parameter, a method that is not
 * implemented), in words for the author; null: the file does what it did. All functions that were there have the bodies that they had, new
 * ones are stubs, and all other lines still stand, in their order. Headers of functions and lines of imports may change.
 */
export function extensionProblem(path: string, before: string, after: string): string | null {
  const [old, now] = [functionsOf(path, before), functionsOf(path, after)]
  if (old === null) return `\`${path}\` cannot be read, so it cannot be extended: leave it as it is.`
  if (now === null) return `\`${path}\` cannot be read any more with your change.`
  let kept = 0
  for (const { body } of now) {
    if (old[kept] !== undefined && squeezed(old[kept]!.body) === squeezed(body)) kept++
    else if (!isStub(path, squeezed(body))) return problem(path, `has a body that is no stub: \`${shortened(body)}\``)
  }
  if (kept < old.length) return problem(path, `changes or removes \`${shortened(before.slice(old[kept]!.from))}\``)
  const rest = linesOutside(after, now)
  let at = 0
  for (const line of linesOutside(before, old)) {
    while (at < rest.length && rest[at] !== line) at++
    if (at++ >= rest.length) return problem(path, `changes or removes the line \`${line}\``)
  }
  return null
}

function problem(path: string, what: string): string {
  return `\`${path}\`: tests are written before the code, so an existing file may only declare more (a field, a parameter, a function whose body is the stub's single statement). Your change ${what}. Leave what is there as it is.`
}

function isStub(path: string, body: string): boolean {
  if (path.endsWith('.go')) return GO_STUB.test(body)
  return (path.endsWith('.py') ? PYTHON_STUB : SCRIPT_STUB).test(body)
}

function functionsOf(path: string, text: string): Written[] | null {
  if (path.endsWith('.go')) return goFunctions(text)
  return path.endsWith('.py') ? pythonFunctions(text) : scriptFunctions(path, text)
}

function goFunctions(text: string): Written[] | null {
  const shape = goShape(text)
  if (shape === null) return null
  return shape.functions.map(({ open, close }) => {
    const [start, end] = [shape.tokens[open]!.start, shape.tokens[close]!.end]
    return { from: text.lastIndexOf('\nfunc', start) + 1, to: end, body: text.slice(start, end) }
  })
}

/** Those that lie in no other one. */
function scriptFunctions(path: string, text: string): Written[] | null {
  const program = parseSource(path, text)
  if (program === null) return null
  const found: Written[] = []
  const visit = (node: Node) => {
    const body = /Function|Method/.test(node.type) ? node['body'] : null
    if (isNode(body)) {
      found.push({ from: node.start, to: body.end, body: text.slice(body.start, body.end) })
      return
    }
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child)
  }
  visit(program)
  return found.sort((a, b) => a.from - b.from)
}

/** By their indentation; what stands further out in a text of several lines is held line by line. */
function pythonFunctions(text: string): Written[] {
  const lines = text.split('\n')
  const starts: number[] = []
  for (let at = 0, sum = 0; at <= lines.length; at++) {
    starts.push(sum)
    sum += (lines[at]?.length ?? 0) + 1
  }
  const found: Written[] = []
  for (let at = 0; at < lines.length; at++) {
    const indent = /^([ \t]*)(?:async[ \t]+)?def\b/.exec(lines[at]!)?.[1]?.length
    if (indent === undefined) continue
    const { line: last, rest: oneLine } = colonOf(lines, at)
    let next = last + 1
    const inside = (line: string) => line.trim() === '' || /^[ \t]*/.exec(line)![0].length > indent
    while (next < lines.length && inside(lines[next]!)) next++
    const body = oneLine || lines.slice(last + 1, next).join('\n')
    found.push({ from: starts[at]!, to: starts[next]! - 1, body })
    at = next - 1
  }
  return found
}

/** The line on which the header that begins at line `at` ends, and what stands behind its colon. */
function colonOf(lines: string[], at: number): { line: number; rest: string } {
  let depth = 0
  for (let line = at; line < lines.length; line++) {
    const code = lines[line]!.replace(/'[^'\n]*'|"[^"\n]*"/g, (text) => '_'.repeat(text.length)).replace(/#.*$/, '')
    for (let i = 0; i < code.length; i++) {
      if ('([{'.includes(code[i]!)) depth++
      else if (')]}'.includes(code[i]!)) depth--
      else if (code[i] === ':' && depth <= 0)
        return { line, rest: code.slice(i + 1).trim() && lines[line]!.slice(i + 1) }
    }
  }
  return { line: at, rest: '' }
}

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim()
const shortened = (text: string) => squeezed(text).slice(0, 80)

/** Lines that belong to no function and no import, as far as they say something. */
function linesOutside(text: string, functions: Written[]): string[] {
  let rest = ''
  let from = 0
  for (const one of functions) {
    rest += `${text.slice(from, one.from)}\n`
    from = Math.max(from, one.to)
  }
  rest += text.slice(from)
  return rest
    .split('\n')
    .map((line) => squeezed(line).replace(/[,;]$/, ''))
    .filter((line) => /\w/.test(line) && !/^(?:import|from)\b/.test(line))
}
