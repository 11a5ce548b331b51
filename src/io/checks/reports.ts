import { constants } from 'node:fs'
import { lstat, open, readdir, realpath, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { globMatcher } from '../../core/patch/protected-globs.ts'
import type { TestResult } from '../../core/verdict/evidence.ts'

/** Loaded with the first report: most projects are not judged by any. */
const junit = () => import('./junit.ts')

/** All reports of one command, or why there is nothing to believe. */
export type Reports = { tests: TestResult[]; problems: string[] } | { unreadable: string }

const MAX_FILES = 1_000
/** Larger ones are not read, bytes. */
export const MAX_REPORT_BYTES = 32 * 1024 ** 2

/**
 * The files of a tree that a pattern names: a path from its top whose last part may hold `*`. Links are not followed, since
 * code that is not trusted has made them.
 */
export async function reportFiles(tree: string, pattern: string): Promise<string[]> {
  const folder = dirname(pattern)
  if (!(await isInside(tree, join(tree, folder)))) return []
  const names = await readdir(join(tree, folder)).catch(() => [])
  const matches = globMatcher([pattern])
  const paths = names.map((name) => (folder === '.' ? name : `${folder}/${name}`)).filter(matches)
  return paths.sort().slice(0, MAX_FILES)
}

/** Removes what an earlier run or the commit has left there: it would be taken for news. */
export async function removeReports(tree: string, pattern: string): Promise<void> {
  for (const path of await reportFiles(tree, pattern)) await rm(join(tree, path), { force: true })
}

/** Reads and joins the reports. Every file must be readable: a half one could hide a failure. */
export async function readReports(tree: string, pattern: string): Promise<Reports> {
  const paths = await reportFiles(tree, pattern)
  if (paths.length === 0) return { unreadable: `it wrote no report at ${pattern}` }
  const tests: TestResult[] = []
  const problems: string[] = []
  for (const path of paths) {
    const text = await readPlain(join(tree, path))
    const report = typeof text === 'string' ? (await junit()).readJunit(text) : text
    if ('unreadable' in report) return { unreadable: `its report ${path} cannot be read: ${report.unreadable}` }
    tests.push(...report.tests)
    problems.push(...report.problems)
  }
  return { tests, problems }
}

/** A regular file and no link, of a bearable size. */
async function readPlain(path: string): Promise<string | { unreadable: string }> {
  const status = await lstat(path).catch(() => null)
  if (!status?.isFile()) return { unreadable: 'it is no regular file' }
  if (status.size > MAX_REPORT_BYTES)
    return {
      unreadable: `it has ${Math.round(status.size / 1024 ** 2)} MB, and at most ${MAX_REPORT_BYTES / 1024 ** 2} are read`,
    }
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null)
  if (!file) return { unreadable: 'it cannot be opened' }
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

async function isInside(tree: string, folder: string): Promise<boolean> {
  const [real, home] = await Promise.all([realpath(folder).catch(() => null), realpath(tree)])
  return real !== null && (real === home || real.startsWith(home + sep))
}
