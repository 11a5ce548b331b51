/** Code and settings that say nothing of the code: `vitest.config.ts` makes no project of TypeScript. */
const NOT_CODE = /\.config\.[cm]?[jt]s$|\.d\.[cm]?ts$|(^|\/)(\.[^/]+|node_modules|vendor|dist|build)\//

export const NO_TSCONFIG = 'no tsconfig.json: types are not checked'
export const NO_COMPILER = 'typescript is not among the dependencies: types are not checked'

/**
 * Why no compiler sees the types of a project of TypeScript; null: one does, or it is none. One without any code is of TypeScript where the
 * compiler is among its dependencies. `paths`: from its folder; `installed`: names of its dependencies.
 */
export function uncheckedTypes(paths: readonly string[], installed: ReadonlySet<string>): string | null {
  if (!isTypeScript(paths, installed)) return null
  if (!paths.includes('tsconfig.json')) return NO_TSCONFIG
  return installed.has('typescript') ? null : NO_COMPILER
}

function isTypeScript(paths: readonly string[], installed: ReadonlySet<string>): boolean {
  const code = paths.filter((path) => !NOT_CODE.test(path))
  if (code.some((path) => /\.[cm]?tsx?$/.test(path))) return true
  return installed.has('typescript') && !code.some((path) => /\.[cm]?jsx?$/.test(path))
}
