/** Stands in for the functions by which test files declare tests. */
export interface Declared {
  title: string
  run: () => unknown
}

export const declared: Declared[] = []
const names: string[] = []
const before: (() => unknown)[][] = [[]]

export function describe(name: string, body: () => void): void {
  names.push(name)
  before.push([])
  body()
  before.pop()
  names.pop()
}

/** Before each test of this `describe`, and of those in it. */
export function beforeEach(fn: () => unknown): void {
  before.at(-1)!.push(fn)
}

function declare(name: string, fn: () => unknown): void {
  const hooks = [...before]
  const run = async () => {
    for (const hook of hooks.flat()) await hook()
    await fn()
  }
  declared.push({ title: [...names, name].join(' > '), run })
}

function each<T>(rows: readonly T[]) {
  return (name: string, fn: (row: T) => unknown): void => {
    for (const row of rows) declare(name.replace('%s', String(row)), () => fn(row))
  }
}

export const it = Object.assign(declare, { each })
export const test = it
