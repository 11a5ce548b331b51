/** What makes a project one of Go; folders that belong to others or to tests of tools do not. */
const MODULE = /(^|\/)go\.(mod|work)$/
const FOREIGN = /(^|\/)(node_modules|vendor|third_party|testdata|fixtures|examples?)\//

/** Why `go test` is the runner of a project, in words for the user; null: nothing speaks for it. */
export function goSigns(paths: readonly string[]): string | null {
  const found = paths.filter((path) => MODULE.test(path) && !FOREIGN.test(path))
  const nearest = found.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))[0]
  return nearest === undefined ? null : `${nearest} makes it a project of Go`
}
