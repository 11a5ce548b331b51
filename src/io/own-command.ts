import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PACKAGE_ROOT } from './package-root.ts'

/**
 * How this program is started from the current folder, to be typed as it stands: `npx agent` where npx finds ours (without it, it would fetch
 * another package of that name), the name that was typed where a PATH has it, else Node with our file.
 */
export function ownCommand(
  from = process.cwd(),
  started = process.argv[1] ?? '',
  path = process.env['PATH'] ?? '',
): string {
  const ours = realOf(join(PACKAGE_ROOT, 'bin', 'agent.js'))
  for (let dir = from; ; dir = dirname(dir)) {
    const linked = realOf(join(dir, 'node_modules', '.bin', 'agent'))
    if (linked !== null && linked === ours) return 'npx agent'
    if (linked !== null || dir === dirname(dir)) break
  }
  const name = basename(started)
  const typed = ['agent', 'specproof'].includes(name) && !started.includes('node_modules')
  if (typed && path.split(':').includes(dirname(started))) return name
  return `node ${quoted(join(PACKAGE_ROOT, 'bin', 'agent.js'))}`
}

/** The same for a repository that is not the current folder. */
export function ownCommandIn(cwd: string, from = process.cwd()): string {
  return realOf(cwd) === realOf(from) ? ownCommand(from) : `${ownCommand(from)} --cwd ${quoted(cwd)}`
}

/** As a word of a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
