import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { makeProbeFolder } from '../../../src/io/box/probe-folder.ts'

it('removes the folders of programs that were killed while they probed, and of nobody else', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-probes-'))
  vi.stubEnv('TMPDIR', dir)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    return rm(dir, { recursive: true })
  })
  const mine = await makeProbeFolder()
  expect(basename(mine)).toContain(`-${process.pid}-`)
  const ended = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim()
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0]
  const [killed, elsewhere, other] = [
    `specproof-probe-${namespace}-${ended}-abcdef`,
    `specproof-probe-${Number(namespace) + 1}-${ended}-abcdef`,
    'specproof-probe-of-a-person',
  ].map((name) => join(dir, name)) as [string, string, string]
  for (const path of [killed, elsewhere, other]) mkdirSync(join(path, 'tree'), { recursive: true })
  await makeProbeFolder()
  expect([killed, elsewhere, other, mine].map((path) => existsSync(path))).toEqual([false, true, true, true])
})
