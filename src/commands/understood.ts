import { ownStatements, propertyWords } from '../core/spec/contract.ts'
import type { Spec, Task } from '../core/spec/spec.ts'
import { oneLine, table, wrap } from '../ui/format.ts'

/** Columns of a screen that has room. */
export const WIDTH = 140
const LABEL = 12

/** What was understood of a task, a line for each thing that it has. */
export function understoodLines(spec: Spec, task: Task): string[] {
  const { test, requirements, unresolved, properties, depends, verify, allows, boundary } = task
  const marks = [task.optional && 'optional', task.parallel && 'parallel', task.struck && 'struck through']
  const state = [task.status, ...marks].filter(Boolean).join(', ')
  const rows: [string, string | null | undefined][] = [
    ['state', task.blocked === null ? state : `${state}: ${task.blocked}`],
    ['kind', [task.kind, task.class].filter(Boolean).join(', class ')],
    ['test', test && `${test.kind}: ${test.text}`],
    ['test file', test?.path],
    ['fault', test?.fault],
    ['validates', requirements.join(', ')],
    ['names nothing', unresolved.join(', ')],
    ['properties', properties.length > 0 ? `${properties.join(', ')} of the design` : ''],
    ...ownStatements(task).map((text): [string, string] => ['property', text]),
    ['depends', depends.join(', ')],
    ['verify', verify],
    ['allows', allows.join(', ')],
    ['boundary', boundary.join(', ')],
    ['works in', task.dir ?? spec.workDir],
  ]
  const lines = rows.flatMap(([label, text]) => (text ? row(label, text) : []))
  return [`${oneLine(`${spec.id}/${task.id}`)}  ${oneLine(task.title)} (line ${task.line} of its tasks)`, ...lines, '']
}

function row(label: string, text: string): string[] {
  const [first = '', ...rest] = wrap(oneLine(text), WIDTH - LABEL - 4)
  const blank = ' '.repeat(LABEL + 4)
  return [`  ${label.padEnd(LABEL)}  ${first}`, ...rest.map((line) => blank + line)]
}

/** The properties of the design, and those that tasks state on their own. */
export function propertyLines({ properties, tasks }: Spec, width: number): string[] {
  const own = tasks.flatMap((task) =>
    ownStatements(task).map((text) => [`task ${task.id}`, task.requirements.join(', '), oneLine(text)]),
  )
  const rows = properties.map((one) => [String(one.n), one.validates.join(', '), oneLine(propertyWords(one))])
  const counted = own.length === 0 ? rows.length : `${rows.length} in the design, ${own.length} in the tasks`
  return [`Properties (${counted})`, ...table([...rows, ...own], { indent: 2, width }), '']
}
