/** A task of a file before it has an id. `outer` is the index of the task around it by indentation. */
export interface Unnamed {
  number: string | null
  outer: number | null
}

export interface Named {
  id: string
  parent: string | null
  /** The number as written, where an earlier task of the file has it already. */
  repeats: string | null
}

/**
 * Ids and parents of the tasks of a file, in file order. A parent goes by number first and by indentation second: many
 * specs write `1.1` flush left below `1`. Where a number comes again, because each phase counts anew, the second is
 * `1.1#2`, and what follows belongs to the nearest one above.
 */
export function nameTasks(tasks: readonly Unnamed[]): Named[] {
  const written = new Set(tasks.map(({ number }) => number))
  const positions = written.has(null) ? new Map<string | null, number>() : null
  /** How often a number came, and the id that it means here: of the nearest task above with it. */
  const current = new Map<string, { times: number; id: string }>()
  const named: Named[] = []
  for (const { number, outer } of tasks) {
    const byNumber = number === null ? null : parentNumber(number, written)
    const around = outer === null ? null : (named[outer]?.id ?? null)
    const parent = byNumber === null ? around : (current.get(byNumber)?.id ?? byNumber)
    const position = (positions?.get(parent) ?? 0) + 1
    positions?.set(parent, position)
    if (number === null) {
      named.push({ id: `${parent ?? ''}/${position}`, parent, repeats: null })
      continue
    }
    const before = current.get(number)
    if (before === undefined) {
      current.set(number, { times: 1, id: number })
      named.push({ id: number, parent, repeats: null })
    } else {
      before.times++
      before.id = `${number}#${before.times}`
      named.push({ id: before.id, parent, repeats: number })
    }
  }
  return named
}

/** `2.1` of `2.1.3`, or `2`: the longest beginning that is a task's number. */
function parentNumber(number: string, written: ReadonlySet<string | null>): string | null {
  for (let at = number.lastIndexOf('.'); at > 0; at = number.lastIndexOf('.', at - 1)) {
    const prefix = number.slice(0, at)
    if (written.has(prefix)) return prefix
  }
  return null
}
