import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'sandbox', 'harness', 'main.mts')
/** As V8's threads do when they wait for a collection that never comes. */
const STUCK = 'process.reallyExit = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)\n'

it('the harness ends once it has told its result, whatever waits in the way of an exit', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-main-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'stuck.cjs'), STUCK)
  await writeFile(join(dir, 'package.json'), '{}\n')
  const intensity = { seeds: [1], runs: 1, minMs: 0 }
  const request = { nonce: 'n', runner: 'node:test', node: [], files: [], intensity, maxMs: 20_000 }
  const ended = spawnSync(process.execPath, ['--require', './stuck.cjs', MAIN], {
    ...{ cwd: dir, input: JSON.stringify(request), encoding: 'utf8', timeout: 20_000 },
    env: { ...process.env, HOME: dir, TMPDIR: dir },
  })
  expect(ended.stdout).toContain('specproof-result n {')
  expect({ status: ended.status, signal: ended.signal, stderr: ended.stderr }).toEqual({
    ...{ status: 0, signal: null, stderr: '' },
  })
})
