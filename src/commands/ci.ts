import { constants } from 'node:fs'
import { access, appendFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { CiReport } from '../ui/ci.ts'

/** Files for CI services. */
export interface CiFlags {
  /** Workflow commands of GitHub Actions. */
  annotations?: string
  /** Markdown; appended, as the summary of a job is. */
  summary?: string
  /** JUnit XML of the evidence. */
  junit?: string
}

export function wantsCi({ annotations, summary, junit }: CiFlags): boolean {
  return [annotations, summary, junit].some((file) => file !== undefined)
}

/** Before there is anything to write: throws UserError for a file that cannot be written. Makes none. */
export async function requireCi(cwd: string, { annotations, summary, junit }: CiFlags): Promise<void> {
  for (const file of [annotations, summary, junit]) {
    if (file === undefined) continue
    const why = await whyNot(resolve(cwd, file))
    if (why !== null) throw new UserError(`${file}: cannot be written: ${why}`)
  }
}

async function whyNot(path: string): Promise<string | null> {
  if ((await kindOf(path)) === 'folder') return 'it is a folder'
  for (let at = path; ; at = dirname(at)) {
    const kind = await kindOf(at)
    if (kind === null && at !== dirname(at)) continue
    if (kind === 'file' && at !== path) return `${at} is no folder`
    return access(at, constants.W_OK).then(
      () => null,
      (error: Error) => error.message,
    )
  }
}

async function kindOf(path: string): Promise<'folder' | 'file' | null> {
  const found = await stat(path).catch(() => null)
  return found && (found.isDirectory() ? 'folder' : 'file')
}

/** Writes what was asked for. What cannot be written is told on stderr: the outcome that it was to tell of stands. */
export async function writeCi(cwd: string, flags: CiFlags, report: CiReport): Promise<void> {
  const { annotationsOf, junitOf, summaryOf } = await import('../ui/ci-files.ts')
  const put = async (file: string | undefined, text: string, write: typeof writeFile) => {
    if (file === undefined) return
    const path = resolve(cwd, file)
    try {
      await mkdir(dirname(path), { recursive: true })
      await write(path, text)
    } catch (error) {
      process.stderr.write(`agent: ${file}: cannot be written: ${(error as Error).message}\n`)
    }
  }
  await put(flags.annotations, annotationsOf(report), writeFile)
  await put(flags.summary, summaryOf(report), appendFile as typeof writeFile)
  await put(flags.junit, junitOf(report), writeFile)
}
