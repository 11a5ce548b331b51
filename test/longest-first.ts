import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ROOT = join(import.meta.dirname, '..')

/** Seconds by path of the files that take long; `npm run test:durations` writes them. */
export const DURATIONS = join(import.meta.dirname, 'durations.json')

/**
 * Files in the order in which they are started: those with a process of their own, the longest first, so that no long one is left
 * alone at the end; then all that share one, since its next file must follow at once.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = readDurations()
    const rank = (file: TestSpecification) =>
      file.project.config.isolate ? (seconds[relative(ROOT, file.moduleId).split(sep).join('/')] ?? 0) : -1
    return (await super.sort(files)).toSorted((a, b) => rank(b) - rank(a))
  }
}

/** A table that is missing or cannot be read costs time, and no more. */
function readDurations(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(DURATIONS, 'utf8')) as Record<string, number>
  } catch {
    return {}
  }
}
