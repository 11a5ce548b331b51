import type { Patch } from './patch.ts'

/** `a.more.test.ts`, `test_a_more.py`, `a_more_test.go`: what stands before the mark, all marks, and what follows. */
const MARKED = [
  { pattern: /^(.+?)((?:\.more(?:-\d+)?)+)(\.(?:test|spec)\.[cm]?[jt]sx?)$/i, mark: '.more', number: '-' },
  { pattern: /^(.+?)((?:_more(?:_\d+)?)+)((?:_test)?\.py|_test\.go)$/i, mark: '_more', number: '_' },
]

/**
 * The name of an added test file: `a.more.test.ts`, then `a.more-2.test.ts`, where `a.more.more.test.ts` was meant or the name is taken. A
 * name without the mark is left alone.
 */
export function addedName(path: string, taken: (path: string) => boolean): string {
  for (const { pattern, mark, number } of MARKED) {
    const [, before, , after] = pattern.exec(path) ?? []
    if (before === undefined) continue
    for (let n = 1; ; n++) {
      const name = `${before}${mark}${n === 1 ? '' : `${number}${n}`}${after}`
      if (!taken(name)) return name
    }
  }
  return path
}

/** Whether a test file was added to another one, by its name. */
export function isAddedName(path: string): boolean {
  return MARKED.some(({ pattern }) => pattern.test(path))
}

/** A patch whose new files have names that nobody has, each another one. */
export function withFreeNames({ operations }: Patch, paths: readonly string[]): Patch {
  const taken = new Set(paths)
  return {
    operations: operations.map((one) => {
      if (one.action !== 'create' && one.action !== 'replace') return one
      const path = addedName(one.path, (name) => taken.has(name))
      taken.add(path)
      return path === one.path ? one : { ...one, action: 'create', path }
    }),
  }
}
