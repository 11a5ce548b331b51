import { join } from 'node:path'
import { expect, it } from 'vitest'
import { mayHaveOurs } from '../../../src/io/git/our-branches.ts'
import { makeRepo } from './support.ts'

it('sees every branch of ours, loose or packed, from a linked worktree too', async () => {
  const repo = await makeRepo()
  const linked = join(repo.around, 'linked')
  repo.git('worktree', 'add', '--quiet', '-b', 'specproof', linked)
  const seen = () => Promise.all([repo.root, linked].map(mayHaveOurs))
  // A branch of that very name stands where the folder of ours would be.
  expect(await seen()).toEqual([true, true])
  repo.git('-C', linked, 'checkout', '--quiet', '-b', 'other')
  repo.git('branch', '--delete', '--force', 'specproof')
  expect(await seen()).toEqual([false, false])
  repo.git('branch', 'specproof/q--1')
  expect(await seen()).toEqual([true, true])
  repo.git('pack-refs', '--all', '--prune')
  expect(await seen()).toEqual([true, true])
  repo.git('branch', '--delete', '--force', 'specproof/q--1')
  expect(await seen()).toEqual([false, false])
})

it('is not sure where it cannot look', async () => {
  const repo = await makeRepo()
  expect(await mayHaveOurs(repo.around)).toBe(true)
})
