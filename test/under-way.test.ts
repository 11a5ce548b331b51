import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { limitFiles } from './under-way.ts'

const BRIEF = 1 / 60_000

it('a test file that never gives way is ended; a note of a process that is gone is taken away; then nothing is under way', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'specproof-under-way-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const gone = spawn(process.execPath, ['-e', ''])
  await once(gone, 'exit')
  writeFileSync(join(folder, String(gone.pid)), 'gone.test.ts')
  const endless = spawn(process.execPath, ['-e', 'for (;;) {}'])
  writeFileSync(join(folder, String(endless.pid)), 'endless.test.ts')
  const ended = once(endless, 'exit')

  let limits: ReturnType<typeof limitFiles> | null = null
  const stuck = new Promise<void>((resolve) => {
    limits = limitFiles(folder, BRIEF, resolve)
  })
  onTestFinished(() => limits!.end())
  expect(await ended).toEqual([null, 'SIGKILL'])
  await stuck
  expect(limits!.stopped[0]).toBe('endless.test.ts')
  expect(existsSync(join(folder, String(gone.pid)))).toBe(false)
})
