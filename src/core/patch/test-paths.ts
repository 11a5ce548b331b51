import { foldPath } from './safe-path.ts'

const TEST_FOLDERS = new Set(['test', 'tests', '__tests__', 'testdata', 'testutil', 'testutils', 'testhelpers'])
const TEST_NAMES = [/\.(test|spec)\.[cm]?[jt]sx?$/, /^test_.*\.py$/, /_test\.(py|go)$/]

/**
 * Whether a path (with forward slashes, from the repository's root) is a test, a fixture or a helper of tests, judged by its
 * name alone: what common runners collect, and everything in a folder for tests. Case does not matter.
 */
export function isTestPath(path: string): boolean {
  const segments = foldPath(path).split('/')
  const name = segments.pop() ?? ''
  return segments.some((segment) => TEST_FOLDERS.has(segment)) || TEST_NAMES.some((pattern) => pattern.test(name))
}

const RUN_BY_NAME = /\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)test_[^/]*\.py$|_test\.(py|go)$/

/** Those test files that a runner collects; helpers and fixtures beside them are not run by themselves. */
export function collectable(paths: string[]): string[] {
  const named = paths.filter((path) => RUN_BY_NAME.test(path))
  return named.length > 0 ? named : paths
}
