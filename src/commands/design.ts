import { designFor, type Slice } from '../core/spec/slice.ts'
import type { DesignSection, Spec } from '../core/spec/spec.ts'
import { oneLine } from '../ui/format.ts'

/** Of a list on a screen. */
const MOST = 8

/**
 * Which sections of the design stand in the prompt of a task, and which do not: a line or two; none where there is no design. `seeAll`: the
 * command that names them all, where only the first are; null: all are named.
 */
export function designLines(spec: Spec, slice: Slice, seeAll: string | null): string[] {
  const { shown, left } = designFor(spec, slice)
  return [
    ...(shown.length + left.length > 0 ? [`Design in the prompt: ${named(shown, seeAll)}`] : []),
    ...(left.length > 0
      ? [`Design left out, as no link joins it to this task (\`Validates:\`): ${named(left, seeAll)}`]
      : []),
  ]
}

/** The same for scripts. */
export function designJson(spec: Spec, slice: Slice): Record<'shown' | 'left', { path: string; line: number }[]> {
  const { shown, left } = designFor(spec, slice)
  const places = (sections: DesignSection[]) => sections.map(({ path, line }) => ({ path, line }))
  return { shown: places(shown), left: places(left) }
}

function named(sections: readonly DesignSection[], seeAll: string | null): string {
  if (sections.length === 0) return 'nothing'
  const titles = sections.map(({ title }) => oneLine(title))
  if (seeAll === null || titles.length <= MOST) return titles.join('; ')
  return `${titles.slice(0, MOST).join('; ')} and ${titles.length - MOST} more (\`${seeAll}\` names all)`
}
