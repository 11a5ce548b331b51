import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { leaveSessionKeys } from '../../../src/io/box/session-keys.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'specproof-keys-'))
})

afterEach(() => rm(dir, { recursive: true, force: true }))

const hasKeys = existsSync('/proc/keys')
if (!hasKeys) console.warn('leaving the session keys is not tried: this kernel has none')

for (const [name, program] of [
  ['perl', '/usr/bin/perl'],
  ['python3', '/usr/bin/python3'],
] as const) {
  const there = existsSync(program) && hasKeys
  if (!there) console.warn(`leaving the session keys by ${name} is not tried here`)

  it.skipIf(!there)(`has a new session keyring by ${name}, and passes arguments and the exit code on`, async () => {
    await symlink(program, join(dir, name))
    const start = await leaveSessionKeys(process.arch, [dir])
    const [file, ...args] = [...start!, 'sh', '-c', 'cat /proc/keys; echo "$1"; exit 3', 'sh', `a 'b' "c"`]
    const sessions = (text: string) => new Set(text.match(/^\S+(?=.*\bkeyring\s+_ses\b)/gm))
    const before = sessions((await execa('cat', ['/proc/keys'])).stdout)

    const { stdout, exitCode } = await execa(file!, args, { reject: false })

    expect(exitCode).toBe(3)
    expect(stdout.split('\n').at(-1)).toBe(`a 'b' "c"`)
    expect([...sessions(stdout)].filter((key) => !before.has(key))).not.toEqual([])
  })
}

it('says when nothing can leave them', async () => {
  expect(await leaveSessionKeys(process.arch, [dir])).toBeNull()
  expect(await leaveSessionKeys('mips')).toBeNull()
})
