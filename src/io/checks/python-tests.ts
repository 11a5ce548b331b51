/** Reads a file of the tree; null: there is none. */
type Read = (path: string) => Promise<string | null>

/** Where a Python project says how it is tested, and what it says then. */
const SIGNS: [path: RegExp, text: RegExp, words: string][] = [
  [/^\.?pytest\.(ini|toml)$/, /^/, 'is there'],
  [/^pyproject\.toml$/, /^\s*\[tool\.pytest\b/m, 'has a section `tool.pytest`'],
  [/^setup\.cfg$/, /^\[tool:pytest\]/m, 'has a section `tool:pytest`'],
  [/^tox\.(ini|toml)$/, /^\s*\[pytest\]|\bpytest\b/m, 'starts pytest'],
  [/^noxfile\.py$/, /\bpytest\b/, 'starts pytest'],
  [/^(pyproject\.toml|Pipfile|setup\.(py|cfg))$/, /\bpytest\b/, 'names pytest among the dependencies'],
  [/^(requirements[\w.-]*|[\w.-]*-requirements)\.txt$/, /^pytest\b/m, 'names pytest'],
]
const MANIFEST = /^(pyproject\.toml|setup\.(py|cfg)|requirements[\w.-]*\.txt|Pipfile|uv\.lock|poetry\.lock)$/
/** What pytest collects without a word; unittest's tests are among them. */
const TEST = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/

const CODE = /\.([cm]?[jt]sx?|go|rs|java|kt|scala|swift|c|cc|cpp|cs|rb|php|exs?|hs)$/

/** A file of Python where there is no code of another language; null: none, or it is not alone. */
export function codeOfPython(paths: readonly string[]): string | null {
  const own = paths.filter((path) => !/(^|\/)(node_modules|\.[^/]+)\//.test(path))
  return own.some((path) => CODE.test(path)) ? null : (own.find((path) => path.endsWith('.py')) ?? null)
}

export const IS_PROJECT = 'makes it a project of Python'

/** Why pytest is the runner of a project, in words for the user; null: nothing speaks for it. */
export async function pytestSigns(read: Read, paths: readonly string[]): Promise<string | null> {
  for (const [pattern, text, words] of SIGNS) {
    for (const path of paths.filter((one) => pattern.test(one))) {
      if (text.test((await read(path)) ?? '')) return `${path} ${words}`
    }
  }
  const manifest = paths.find((path) => MANIFEST.test(path))
  const test = paths.find((path) => TEST.test(path))
  if (test !== undefined) return `${test} is a test of Python`
  return manifest === undefined ? null : `${manifest} ${IS_PROJECT}`
}
