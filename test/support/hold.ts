import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const MODULE = join(import.meta.dirname, '../../src/io/git/run-lock.ts')
const HOLD = `import { lockRepository } from ${JSON.stringify(MODULE)}
await lockRepository(process.argv[1], process.argv[2])
console.log('held')
setInterval(() => {}, 1000)`

/** Another process that has the lock of a repository, for a run. It ends with the test. */
export async function holdRepository(commonDir: string, run: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, commonDir, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(createInterface(child.stdout), 'line')
  return child
}
