import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { PACKAGE_ROOT } from './package-root.ts'

/**
 * A page of this package as a path that can be opened: `docs/lint.md#no-tasks` becomes `node_modules/specproof/docs/lint.md#no-tasks` where
 * the package is installed in the project, else a path from the folder that the command was started in where it lies below that, else
 * an absolute one. As it is where the package has no such page. `from`: that folder.
 */
export function docsPage(place: string, from = process.cwd()): string {
  const path = place.split('#')[0]!
  const file = join(PACKAGE_ROOT, path)
  if (!existsSync(file)) return place
  const anchor = place.slice(path.length)
  const installed = join('node_modules', 'specproof')
  // `npm i -D FOLDER` makes a link of it, and Node knows the package by where that leads.
  if (realOf(join(from, installed)) === realOf(PACKAGE_ROOT)) return join(installed, path) + anchor
  const near = relative(from, file)
  return (near.startsWith('..') || isAbsolute(near) ? file : near) + anchor
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
