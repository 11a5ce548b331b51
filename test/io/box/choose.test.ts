import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Box } from '../../../src/io/box/box.ts'
import { createBwrapBox } from '../../../src/io/box/bwrap.ts'
import { candidates, chooseAuto } from '../../../src/io/box/choose.ts'
import { createUnshareBox } from '../../../src/io/box/unshare.ts'

async function repository(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-choose-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const missing = () => createBwrapBox('/no/such/bwrap')

it('takes the next backend when one is not installed, and says why and what to do', async () => {
  const choice = await chooseAuto(await repository(), [missing(), createUnshareBox()])

  expect(choice.box?.name).toBe('unshare')
  expect(choice).toMatchObject({ probe: { ok: true, level: expect.stringMatching(/^unshare: /) } })
  expect(choice.rejected).toEqual([
    {
      name: 'bwrap',
      reason: '/no/such/bwrap is not installed',
      advice: expect.stringMatching(/^install bubblewrap .*--isolation none$/),
    },
  ])
})

it('takes the first that holds and tries no other', async () => {
  const untried: Box = {
    ...createUnshareBox(),
    probe: async () => {
      throw new Error('tried')
    },
  }

  const choice = await chooseAuto(await repository(), [createUnshareBox(), untried])

  expect(choice).toMatchObject({ box: { name: 'unshare' }, rejected: [] })
})

it('chooses nothing when nothing holds', async () => {
  expect(await chooseAuto(await repository(), [missing()])).toMatchObject({ box: null, rejected: [{ name: 'bwrap' }] })
})

it('never falls back to no box at all', () => {
  expect(candidates('linux').map((box) => box.name)).toEqual(['bwrap', 'unshare'])
  expect(candidates('darwin').map((box) => box.name)).toEqual(['srt'])
  expect(candidates('win32').map((box) => box.name)).toEqual(['srt'])
})
