import { lintBounds } from './lint/bounds.ts'
import { lintContracts, openLeaves } from './lint/contracts.ts'
import { lintCoverage } from './lint/coverage.ts'
import { lintCriteria } from './lint/criteria.ts'
import { lintFile, lintPresence } from './lint/files.ts'
import { lintHidden } from './lint/hidden.ts'
import { lintIds } from './lint/ids.ts'
import { lintPersons } from './lint/persons.ts'
import { inFolder, type Reading } from './lint/report.ts'
import { lintSections } from './lint/sections.ts'
import { lintTasks } from './lint/tasks.ts'
import { lintTrace } from './lint/trace.ts'
import { lintWaves } from './lint/waves.ts'
import type { Diagnostic, Spec } from './spec.ts'

export type { Reading } from './lint/report.ts'

/** All that the rules find in a spec that was read, file by file and rule by rule. Total, linear in the text, and pure. */
export function lintSpec(reading: Reading): Diagnostic[] {
  const open = openLeaves(reading.spec.tasks)
  return [
    ...lintPresence(reading),
    ...reading.docs.flatMap(lintFile),
    ...lintIds(reading),
    ...lintCriteria(reading),
    ...lintBounds(reading),
    ...lintTrace(reading),
    ...lintSections(reading),
    ...lintTasks(reading),
    ...lintWaves(reading, open),
    ...lintContracts(reading, open),
    ...lintPersons(reading, open),
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
