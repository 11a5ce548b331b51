/**
 * Preloaded into the process of one test file. Takes the settings from a descriptor that it then closes, puts our
 * fast-check and a watched node:test in front of the project's, and reports over another descriptor.
 */
import { closeSync, readFileSync, writeSync } from 'node:fs'
import { registerHooks } from 'node:module'
import * as nodeTest from 'node:test'
import { isMainThread } from 'node:worker_threads'
import { OFFER, overridden } from '../fast-check.mts'
import { asLine, type ProcessSettings } from '../protocol.mts'
import { assertCanaries } from '../sentinel.mts'
import { createTestProcess, type TestProcess } from '../test-process.mts'
import { watchedApi } from './api.mts'
import { moduleHooks } from './hooks.mts'
import type { Reporting } from './reporter.mts'
import { type Line, RESULTS_FD, SETTINGS_FD } from './wire.mts'

/** What the parent writes into the settings descriptor. */
export interface ChildSettings extends ProcessSettings {
  file: string
  /** After which a test that says nothing else is given up. */
  patienceMs: number
}

const PARENT = 'SPECPROOF_TEST_PARENT'

/** Threads and processes that tests start inherit our options, and are no test processes. */
function isTestProcess(): boolean {
  const parent = process.env[PARENT]
  delete process.env[PARENT]
  return isMainThread && parent === String(process.ppid)
}

let reporting: Reporting | null = null

/** Handed out once, to our own reporter, which Node loads before the first test file. */
export function takeReporting(): Reporting | null {
  const taken = reporting
  reporting = null
  return taken
}

if (isTestProcess()) {
  const { key, file, patienceMs, ...settings }: ChildSettings = JSON.parse(readFileSync(SETTINGS_FD, 'utf8'))
  closeSync(SETTINGS_FD)
  forgetPreload()
  const state: TestProcess = createTestProcess(settings)
  state.canaries.push(...assertCanaries())
  const write = writeSync
  const tell = (line: Line) => {
    write(RESULTS_FD, `${asLine(line)}\n`)
  }
  const watching = { state, key, file, patienceMs, tell }
  reporting = { ...watching }
  const api = watchedApi(nodeTest, watching)
  const offer = (real: object) => overridden(real, state)
  registerHooks(moduleHooks(api, offer))
  // For packages that run properties for a test: they find the same under every runner.
  Object.defineProperty(globalThis, Symbol.for(OFFER), { value: offer })
}

/** A program that a test forks would load this file as well. */
function forgetPreload(): void {
  const at = process.execArgv.findIndex((word, n) => word === import.meta.url && process.execArgv[n - 1] === '--import')
  if (at > 0) process.execArgv.splice(at - 1, 2)
}
