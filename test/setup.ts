import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect } from 'vitest'

// `npm run test:full` runs every law on ten times as many cases as `npm test`. Set for each file, since some share a process.
fc.configureGlobal(process.env['SPECPROOF_FULL'] === '1' ? { numRuns: 1_000 } : {})

// Whoever limits what a file may take (under-way.ts) learns of this one.
const folder = process.env['SPECPROOF_TESTS_UNDER_WAY']
if (folder) {
  const note = join(folder, String(process.pid))
  writeFileSync(note, expect.getState().testPath ?? '')
  afterAll(() => rmSync(note, { force: true }))
}
