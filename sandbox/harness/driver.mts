import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TeethRequest } from '../../src/world.ts'
import { monotonicMs } from './clock.mts'
import type { HarnessReport, HarnessRequest, ProcessSettings, Progress } from './protocol.mts'

/** Drives one kind of test runner. */
export interface Driver {
  /** Rejects when the runner itself cannot be started. */
  run(order: Order): Promise<HarnessReport>
  /** Runs on wrong versions; left out: by `run`, once for each. */
  teeth?(order: Order, teeth: TeethRequest): Promise<HarnessReport>
}

export interface Order {
  request: HarnessRequest
  /** For each test process; the key in it is this run's own. */
  settings: ProcessSettings
  /** A writable folder that is gone with the box. */
  scratch: string
  tell(progress: Progress): void
}

/** Test processes at the same time. */
export const WORKERS = 2
/** Share of the run's time after which one hanging test is given up, so that the others' results are still told. */
const TEST_SHARE = 0.7
/** Share of the run's time after which properties begin no further seed. */
const SEED_SHARE = 0.6

export function patienceMs({ maxMs }: HarnessRequest): number {
  return Math.floor(maxMs * TEST_SHARE)
}

export function seedEnd(request: HarnessRequest): number {
  return monotonicMs() + seedShareMs(request)
}

export function seedShareMs({ maxMs }: HarnessRequest): number {
  return Math.floor(maxMs * SEED_SHARE)
}

/** Finds modules as the project's own files would. */
export function projectRequire(): NodeJS.Require {
  return createRequire(join(process.cwd(), 'package.json'))
}

export function importFile<T>(path: string): Promise<T> {
  return import(pathToFileURL(path).href) as Promise<T>
}
