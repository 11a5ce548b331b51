const ADD: Record<string, string[]> = {
  npm: ['npm', 'install', '--save-dev', '--ignore-scripts', '--no-audit', '--no-fund'],
  pnpm: ['pnpm', 'add', '--save-dev', '--ignore-scripts'],
  yarn: ['yarn', 'add', '--dev'],
  bun: ['bun', 'add', '--dev', '--ignore-scripts'],
}

/** The command that adds packages to a project's development dependencies; npm where nothing says another manager. */
export function addCommand(manager: string | null, packages: readonly string[]): string[] {
  return [...(ADD[manager ?? 'npm'] ?? ADD['npm']!), ...packages]
}

/** The newest version of rapid that asks for no newer Go than this one. */
const OLD_GO = { before: 23, version: 'v1.2.0' }

/** The command that adds a property library to a Go module, by the text of its go.mod. */
export function goGetCommand(goMod: string): string[] {
  const minor = Number(/^go[ \t]+1\.(\d+)/m.exec(goMod)?.[1] ?? 0)
  return ['go', 'get', `${GO_LIBRARY}@${minor < OLD_GO.before ? OLD_GO.version : 'latest'}`]
}

export const GO_LIBRARY = 'pgregory.net/rapid'

/** Whether a go.mod requires a library for properties. */
export function hasGoLibrary(goMod: string): boolean {
  return /\b(pgregory\.net\/rapid|github\.com\/leanovate\/gopter)[ \t]+v/.test(goMod)
}

/** Go takes a module that no package imports yet for an indirect one, and would say so until a test is there. */
export function asDirect(goMod: string): string {
  return goMod.replace(new RegExp(String.raw`(${GO_LIBRARY}[ \t]+\S+)[ \t]*// indirect`), '$1')
}

/** What a manager changes when it adds a package. */
export const MANIFESTS = [
  ...[
    'package.json',
    'package-lock.json',
    'npm-shrinkwrap.json',
    'pnpm-lock.yaml',
    'yarn.lock',
    'bun.lock',
    'bun.lockb',
    'go.mod',
    'go.sum',
  ],
]
