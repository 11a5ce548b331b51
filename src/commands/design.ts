import { designFor, type Slice } from '../core/spec/slice.ts'
import type { DesignSection, Spec } from '../core/spec/spec.ts'
import { oneLine } from '../ui/format.ts'

const MOST = 8

/** Which sections of the design stand in the prompt of a task, and which do not: a line or two; none where there is no design. */
export function designLines(spec: Spec, slice: Slice): string[] {
  const { shown, left } = designFor(spec, slice)
  return [
    ...(shown.length + left.length > 0 ? [`Design in the prompt: ${named(shown)}`] : []),
    ...(left.length > 0 ? [`Design left out, as no link joins it to this task (\`Validates:\`): ${named(left)}`] : []),
  ]
}

/** The same for scripts. */
export function designJson(spec: Spec, slice: Slice): Record<'shown' | 'left', { path: string; line: number }[]> {
  const { shown, left } = designFor(spec, slice)
  const places = (sections: DesignSection[]) => sections.map(({ path, line }) => ({ path, line }))
  return { shown: places(shown), left: places(left) }
}

function named(sections: readonly DesignSection[]): string {
  if (sections.length === 0) return 'nothing'
  const more = sections.length - MOST
  const titles = sections.slice(0, MOST).map(({ title }) => oneLine(title))
  return titles.join('; ') + (more > 0 ? ` and ${more} more` : '')
}
