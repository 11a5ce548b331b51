import type { Progress } from '../protocol.mts'
import { casesOf, fileOf, idOf, type SentModule, type SentTest } from './results.mts'

/** Follows a run and keeps what its end needs. Its methods are vitest's reporter contract. */
export class HarnessReporter {
  modules: readonly SentModule[] = []
  unhandled: readonly unknown[] = []
  #progress: Progress = { done: 0, total: null, runs: 0, failed: 0, running: null }
  #running = new Set<string>()
  #tell: (progress: Progress) => void

  constructor(tell: (progress: Progress) => void) {
    this.#tell = tell
  }

  onTestModuleStart(module: SentModule): void {
    this.#running.add(fileOf(module))
    this.#update({})
  }

  onTestModuleCollected(module: SentModule): void {
    this.#update({ total: (this.#progress.total ?? 0) + [...module.children.allTests()].length })
  }

  onTestCaseReady(test: SentTest): void {
    this.#running.add(idOf(test))
    this.#update({})
  }

  onTestCaseResult(test: SentTest): void {
    this.#running.delete(idOf(test))
    const { done, failed, runs } = this.#progress
    const red = test.result().state === 'failed' ? 1 : 0
    this.#update({ done: done + 1, failed: failed + red, runs: runs + casesOf(test) })
  }

  onTestModuleEnd(module: SentModule): void {
    this.#running.delete(fileOf(module))
    this.#update({})
  }

  onTestRunEnd(modules: readonly SentModule[], unhandled: readonly unknown[]): void {
    this.modules = modules
    this.unhandled = unhandled
  }

  #update(change: Partial<Progress>): void {
    // The last one added is the most exact: a test comes after its file.
    this.#progress = { ...this.#progress, ...change, running: [...this.#running].at(-1) ?? null }
    this.#tell(this.#progress)
  }
}
