import { join } from 'node:path'
import { patienceMs, WORKERS } from '../driver.mts'
import type { HarnessRequest, ProcessSettings } from '../protocol.mts'
import { harnessPlugin } from './plugin.mts'
import type { HarnessReporter } from './reporter.mts'

/** What the project's own configuration is overridden with: options as of the command line. */
export function vitestOptions(
  request: HarnessRequest,
  settings: ProcessSettings,
  reporter: HarnessReporter,
  major: number,
): object {
  const patience = patienceMs(request)
  return {
    watch: false,
    ui: false,
    coverage: { enabled: false },
    update: noSnapshots(major),
    allowOnly: false,
    passWithNoTests: false,
    bail: 0,
    retry: 0,
    testTimeout: patience,
    hookTimeout: patience,
    // Workers print to pipes of their own at once: a flood meets the output limit instead of filling our memory.
    pool: 'forks',
    disableConsoleIntercept: true,
    maxWorkers: WORKERS,
    minWorkers: 1,
    dangerouslyIgnoreUnhandledErrors: false,
    reporters: [reporter],
    configLoader: 'runner',
    // One file, one process: what a file leaves behind cannot reach the next one's results.
    isolate: true,
    provide: { specproof: settings },
  }
}

/** What Vite's part of the configuration is overridden with. `scratch` is a writable folder: node_modules is not. */
export function viteOverrides(scratch: string): object {
  return {
    cacheDir: join(scratch, 'vite'),
    configLoader: 'runner',
    clearScreen: false,
    plugins: [harnessPlugin()],
    css: { postcss: {} },
  }
}

/** Before vitest 5 any truthy value means "write them all", and only CI means "write none". */
function noSnapshots(major: number): unknown {
  if (major >= 5) return 'none'
  process.env.CI ??= 'true'
  return false
}
