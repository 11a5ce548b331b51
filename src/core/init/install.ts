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
  ],
]
