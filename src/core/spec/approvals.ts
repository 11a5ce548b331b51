import { z } from 'zod'
import type { Diagnostic } from './spec.ts'

const approval = z.looseObject({ generated: z.boolean().optional(), approved: z.boolean().optional() })
const specJson = z.looseObject({
  approvals: z
    .looseObject({ requirements: approval.optional(), design: approval.optional(), tasks: approval.optional() })
    .optional(),
})

/** cc-sdd keeps in spec.json which phases a person approved; work on tasks that nobody approved is worth a word. */
export function lintApprovals(file: string, text: string): Diagnostic[] {
  const warn = (message: string, suggestion: string): Diagnostic[] => [
    { file, line: 1, column: 1, code: 'spec-json', severity: 'warning', message, suggestion },
  ]
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return warn(`The file is no JSON: ${(error as Error).message}.`, 'Mend it, or take it out.')
  }
  const read = specJson.safeParse(value)
  if (!read.success)
    return warn(
      'The approvals cannot be read.',
      'Write `"approvals": {"tasks": {"generated": true, "approved": true}}`.',
    )
  const line = text.slice(0, Math.max(0, text.search(/"approvals"/))).split('\n').length
  return (['requirements', 'design', 'tasks'] as const)
    .filter((phase) => read.data.approvals?.[phase]?.approved === false)
    .map((phase) => ({
      ...{ file, line, column: 1, code: 'not-approved', severity: phase === 'tasks' ? 'warning' : 'info' },
      message: `The ${phase} of this spec are not approved yet.`,
      suggestion: `Read them and set \`approvals.${phase}.approved\` to true.`,
    }))
}
