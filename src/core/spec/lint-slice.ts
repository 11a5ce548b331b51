import { inFolder } from './lint/report.ts'
import { sliceOf } from './slice.ts'
import type { Diagnostic, Spec } from './spec.ts'

/** Codes that concern a file as a whole, so every task of the spec. */
const FILE_LEVEL = new Set([
  'unreadable',
  'unreadable-file',
  'not-utf8',
  'file-too-large',
  'symbolic-link',
  'tasks-missing',
  'requirements-missing',
  'no-tasks',
  'no-requirements',
])

/** The errors that concern one task: of the files as a whole, of the task, and of what it links to. */
export function lintSlice(spec: Spec, taskId: string): Diagnostic[] {
  const errors = spec.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return []
  const near = placesOf(spec, taskId)
  return errors.filter(
    (one) =>
      FILE_LEVEL.has(one.code) ||
      near.some(({ file, from, to }) => one.file === file && from <= one.line && one.line <= to),
  )
}

function placesOf(spec: Spec, taskId: string): { file: string; from: number; to: number }[] {
  // A second task of the same number (`1#2`) makes it a guess which of the two is meant.
  const tasks = spec.tasks.filter(({ id }) => id === taskId || id.startsWith(`${taskId}#`))
  if (tasks.length === 0) return []
  const last = (line: number, text: string) => line + text.split(/\r\n|\r|\n/).length - 1
  const slice = sliceOf(spec, taskId)
  const ids = new Set(slice.requirements.flatMap((one) => [one.id, ...one.criteria.map(({ id }) => id)]))
  const requirements = spec.requirements.flatMap((one) =>
    [one, ...one.criteria]
      .filter(({ id }) => ids.has(id))
      .map(({ line }) => ({ file: one.file, from: line, to: line })),
  )
  return [
    ...tasks.map(({ line, text }) => ({ file: inFolder(spec, 'tasks.md'), from: line, to: last(line, text) })),
    ...requirements,
    ...slice.sections.map(({ file, line, text }) => ({ file, from: line, to: last(line, text) })),
  ]
}
