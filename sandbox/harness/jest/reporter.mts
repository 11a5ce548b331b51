/** Jest loads this in its main process, which is ours: it tells the driver how far the run is. */
import type { Progress } from '../protocol.mts'
import type { JestFile } from './results.mts'

interface TestFile {
  path: string
}

let progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
let listener: { tell(progress: Progress): void; name(path: string): string; cases(file: JestFile): number } | null =
  null

/** Called by the driver before jest is started. */
export function listen(to: NonNullable<typeof listener>): void {
  listener = to
}

export default class HarnessReporter {
  onRunStart(): void {
    this.#update({})
  }

  onTestFileStart({ path }: TestFile): void {
    this.#update({ running: listener?.name(path) ?? null })
  }

  onTestFileResult(_test: TestFile, result: JestFile): void {
    const { done, failed, runs } = progress
    this.#update({
      done: done + result.testResults.length,
      failed: failed + result.testResults.filter(({ status }) => status === 'failed').length,
      runs: runs + (listener?.cases(result) ?? 0),
    })
  }

  #update(change: Partial<Progress>): void {
    progress = { ...progress, ...change }
    listener?.tell(progress)
  }
}
