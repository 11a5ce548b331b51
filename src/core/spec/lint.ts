import { lintBounds } from './lint/bounds.ts'
import { lintContracts } from './lint/contracts.ts'
import { lintCoverage } from './lint/coverage.ts'
import { lintCriteria } from './lint/criteria.ts'
import { FILE_LEVEL, lintFile, lintPresence } from './lint/files.ts'
import { lintHidden } from './lint/hidden.ts'
import { lintIds } from './lint/ids.ts'
import { lintPersons } from './lint/persons.ts'
import { inFolder, type Reading } from './lint/report.ts'
import { lintTasks } from './lint/tasks.ts'
import { lintTrace } from './lint/trace.ts'
import { lintWaves } from './lint/waves.ts'
import { sliceOf } from './slice.ts'
import type { Diagnostic, Spec } from './spec.ts'

export type { Reading } from './lint/report.ts'

/** All that the rules find in a spec that was read, file by file and rule by rule. Total, linear in the text, and pure. */
export function lintSpec(reading: Reading): Diagnostic[] {
  return [
    ...lintPresence(reading),
    ...reading.docs.flatMap(lintFile),
    ...lintIds(reading),
    ...lintCriteria(reading),
    ...lintBounds(reading),
    ...lintTrace(reading),
    ...lintTasks(reading),
    ...lintWaves(reading),
    ...lintContracts(reading),
    ...lintPersons(reading),
    ...lintCoverage(reading),
    ...lintHidden(reading.source),
  ]
}

/** What nobody will run again cannot stop a run: errors of an archived change and broken links of done tasks are warnings. */
export function settled(diagnostics: readonly Diagnostic[], spec: Omit<Spec, 'diagnostics'>): Diagnostic[] {
  const tasks = inFolder(spec, 'tasks.md')
  const done = (line: number) => spec.tasks.findLast((task) => task.line <= line)?.status === 'done'
  return diagnostics.map((one) => {
    if (one.severity !== 'error') return one
    const past = spec.archived || (one.code === 'broken-link' && one.file === tasks && done(one.line))
    return past ? { ...one, severity: 'warning' } : one
  })
}

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
