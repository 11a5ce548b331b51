import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/nearest.ts'

/** The spec as it was named, as an argument or by `--spec`; undefined: all are meant. */
export function nameOfSpec(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UserError(`Two specs are named, "${argument}" and --spec ${option}: leave one of them out.`)
  return argument ?? option
}

/** Those of `all` that the name means, by id or folder; all without a name. `where`: ` at HEAD`, where they were read. */
export function specsNamed<T extends { id: string; dir: string }>(
  all: readonly T[],
  name: string | undefined,
  where = '',
): T[] {
  if (name === undefined) return [...all]
  const found = all.filter(({ id, dir }) => id === name || dir === name.replace(/\/+$/, ''))
  if (found.length > 0) return found
  const known = all.map(({ id }) => id)
  throw new UserError(
    `There is no spec "${name}"${where}; there are: ${known.join(', ') || 'none'}.${didYouMean(name, known)}`,
  )
}
