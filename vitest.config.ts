import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'

/** Rooms whose tests start little and leave nothing behind in their process: their files share it, and what they import. */
const SHARED = ['core', 'sandbox/sim', 'task', 'ui'].map((room) => `test/${room}/**/*.test.{ts,tsx}`)

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Whole runs wait for their own processes most of the time.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'own', include: ['test/**/*.test.{ts,tsx}'], exclude: SHARED } },
      { extends: true, test: { name: 'shared', include: SHARED, isolate: false } },
    ],
  },
})
