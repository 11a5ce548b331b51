import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { CiReport } from '../ui/ci.ts'
import { annotationsOf, junitOf, summaryOf } from '../ui/ci-files.ts'

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

/** Writes what was asked for. Throws UserError where a file cannot be written. */
export async function writeCi(cwd: string, flags: CiFlags, report: CiReport): Promise<void> {
  const put = async (file: string | undefined, text: string, write: typeof writeFile) => {
    if (file === undefined) return
    const path = resolve(cwd, file)
    try {
      await mkdir(dirname(path), { recursive: true })
      await write(path, text)
    } catch (error) {
      throw new UserError(`${file}: cannot be written: ${(error as Error).message}`)
    }
  }
  await put(flags.annotations, annotationsOf(report), writeFile)
  await put(flags.summary, summaryOf(report), appendFile as typeof writeFile)
  await put(flags.junit, junitOf(report), writeFile)
}
