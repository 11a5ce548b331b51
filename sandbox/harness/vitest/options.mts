import { join } from 'node:path'
import { patienceMs, WORKERS } from '../driver.mts'
import type { HarnessRequest, ProcessSettings } from '../protocol.mts'
import { harnessPlugin } from './plugin.mts'
import { configIn } from './projects.mts'
import type { HarnessReporter } from './reporter.mts'
import type { TeethSettings } from './teeth-process.mts'

/** What the project's own configuration is overridden with: options as of the command line. */
export function vitestOptions(
  request: HarnessRequest,
  settings: ProcessSettings & { teeth: TeethSettings | null },
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
    // One wrong version at a time, in our order.
    ...(settings.teeth ? { sequence: { concurrent: false, shuffle: false } } : {}),
    // It lies in node_modules, which is read-only: what an older install has left there could not be cleared, and nobody vouches for it.
    fsModuleCache: false,
    provide: { specproof: settings },
  }
}

/**
 * What Vite's part of the configuration is overridden with. `scratch` is a writable folder: node_modules is not. `bitten`:
 * absolute paths of test files that run on wrong versions.
 */
export function viteOverrides(request: HarnessRequest, scratch: string, bitten: string[]): object {
  const config = configIn(process.cwd())
  const judging = { bitten, scratch, hookTimeout: patienceMs(request), chain: config ? [config] : [] }
  return {
    cacheDir: join(scratch, 'vite'),
    configLoader: 'runner',
    clearScreen: false,
    plugins: [harnessPlugin(judging)],
    css: { postcss: {} },
  }
}

/** Before vitest 5 any truthy value means "write them all", and only CI means "write none". */
function noSnapshots(major: number): unknown {
  if (major >= 5) return 'none'
  process.env.CI ??= 'true'
  return false
}
