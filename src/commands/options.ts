import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'

/** Flags that every command takes. */
export interface GlobalOptions {
  cwd: string
  config?: string
  json: boolean
  quiet: boolean
  color: boolean
  /** No live view: lines that a screen reader can read. Left out: no. */
  plain?: boolean
}

/** agent.yaml: optional under its default name, required where it was named. */
export async function loadConfig(options: GlobalOptions, root: string): Promise<Config> {
  const file = resolve(options.config ? options.cwd : root, options.config ?? 'agent.yaml')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (!options.config && (error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new UserError(`${file}: cannot be read: ${(error as Error).message}`)
  }
  // The libraries that it is read with take longer to load than Node itself, and most repositories have none.
  const { parseConfig } = await import('../core/parse-config.ts')
  return parseConfig(options.config ?? 'agent.yaml', text)
}

/** Reads a flag that must be a number within bounds. Throws UserError. */
export function numberFlag(name: string, text: string | undefined, least: number, whole: boolean): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < least || (whole && !Number.isInteger(value))) {
    throw new UserError(`${name} ${text}: expected ${whole ? 'a whole number' : 'a number'} of at least ${least}.`)
  }
  return value
}
