import { join } from 'node:path'
import { harnessPlugin } from './plugin.mts'
import type { HarnessRequest } from './protocol.mts'
import type { HarnessReporter } from './reporter.mts'

/** Share of the run's time after which one hanging test is given up, so that the others' results are still told. */
const TEST_SHARE = 0.7
/** Share of the run's time after which properties begin no further seed. */
const SEED_SHARE = 0.6
const WORKERS = 2

/** What the project's own configuration is overridden with: options as of the command line. */
export function vitestOptions(request: HarnessRequest, reporter: HarnessReporter, major: number): object {
  const patience = Math.floor(request.maxMs * TEST_SHARE)
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
    provide: {
      specproof: { intensity: request.intensity, deadlineEpochMs: Date.now() + request.maxMs * SEED_SHARE },
    },
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
