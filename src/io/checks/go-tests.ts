import { delimiter } from 'node:path'
import { firstOnPath } from '../box/toolchain.ts'

/** What makes a project one of Go; folders that belong to others or to tests of tools do not. */
const MODULE = /(^|\/)go\.(mod|work)$/
const FOREIGN = /(^|\/)(node_modules|vendor|third_party|testdata|fixtures|examples?)\//

const RACE = new Set(['x64', 'arm64', 'ppc64', 's390x', 'loong64'])

/** Why the tests run without the race detector, in words for the user; null: they run with it. `arch`: as Node names it. */
export async function withoutRace(
  env: Readonly<Record<string, string>>,
  path: string,
  arch: string,
): Promise<string | null> {
  if (!RACE.has(arch)) return `without the race detector, which there is not for ${arch}`
  if (env['CGO_ENABLED'] === '0') return 'without the race detector, which needs cgo (CGO_ENABLED=0)'
  const found = await Promise.all(['gcc', 'clang'].map((name) => firstOnPath(path.split(delimiter), name)))
  return found.some((program) => program !== null) ? null : 'without the race detector, which needs a C compiler (gcc)'
}

/** Whether a path lies in a folder whose code is somebody else's, or made for tests of tools. */
export function isForeign(path: string): boolean {
  return FOREIGN.test(path)
}

/** Why `go test` is the runner of a project, in words for the user; null: nothing speaks for it. */
export function goSigns(paths: readonly string[]): string | null {
  const found = paths.filter((path) => MODULE.test(path) && !FOREIGN.test(path))
  const nearest = found.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))[0]
  return nearest === undefined ? null : `${nearest} makes it a project of Go`
}
