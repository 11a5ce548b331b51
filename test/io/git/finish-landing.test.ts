import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finishLanding } from '../../../src/io/git/finish-landing.ts'
import { makeRepo } from './support.ts'

type State = 'before' | 'after' | 'missing' | 'torn'

const BEFORE = { 'edited.txt': 'one\ntwo\nthree\n', 'gone.txt': 'gone\n', 'mine.txt': 'ours\n' }
const AFTER = 'one\n2\nthree\nfour\n'

/** A repository whose user has changes of their own, and a verified commit on top of HEAD. */
async function withCommit() {
  const repo = await makeRepo(BEFORE)
  const base = repo.head()
  await repo.write({ 'edited.txt': AFTER, 'new/file.txt': 'new\n' })
  await rm(join(repo.root, 'gone.txt'))
  const commit = repo.commit('verified')
  repo.git('reset', '--quiet', '--hard', base)
  await repo.write({ 'mine.txt': 'ours\nmine\n', 'untracked.txt': 'mine\n' })
  return { repo, base, commit }
}

describe('a landing that was cut', () => {
  it('is finished from wherever it was, with the changes of the person as they were', async () => {
    const { repo, base, commit } = await withCommit()
    const states = fc.record({
      edited: fc.constantFrom<State>('before', 'after', 'missing', 'torn'),
      gone: fc.constantFrom<State>('before', 'after'),
      added: fc.constantFrom<State>('before', 'after'),
      index: fc.boolean(),
    })
    const law = fc.asyncProperty(states, async ({ edited, gone, added, index }) => {
      repo.git('update-ref', 'refs/heads/main', base)
      repo.git('read-tree', base)
      await repo.write({ ...BEFORE, 'mine.txt': 'ours\nmine\n', 'untracked.txt': 'mine\n' })
      await rm(join(repo.root, 'new'), { recursive: true, force: true })
      if (edited === 'missing') await rm(join(repo.root, 'edited.txt'))
      else
        await repo.write({
          'edited.txt': { before: BEFORE['edited.txt'], after: AFTER, torn: AFTER.slice(0, 5) }[edited],
        })
      if (gone === 'after') await rm(join(repo.root, 'gone.txt'))
      if (added === 'after') await repo.write({ 'new/file.txt': 'new\n' })
      const done = edited === 'after' && gone === 'after' && added === 'after'
      if (index && done) repo.git('read-tree', commit)
      repo.git('status')

      const said = await finishLanding(repo.root, commit)

      const touched = edited !== 'before' || gone !== 'before' || added !== 'before'
      expect(said).toBe(touched ? `the landing of ${commit.slice(0, 7)} was cut and is finished now` : null)
      expect(repo.head()).toBe(touched ? commit : base)
      expect(repo.git('status', '--porcelain')).toBe(' M mine.txt\n?? untracked.txt')
      if (touched) expect(await readFile(join(repo.root, 'edited.txt'), 'utf8')).toBe(AFTER)
    })
    await fc.assert(law, { numRuns: process.env['SPECPROOF_FULL'] === '1' ? 200 : 15 })
  })

  it('is left alone where a file holds what git did not write, and where the branch has moved', async () => {
    const { repo, commit } = await withCommit()
    await repo.write({ 'edited.txt': 'something else\n', 'new/file.txt': 'new\n' })
    expect(await finishLanding(repo.root, commit)).toContain('cannot be finished')
    expect(await readFile(join(repo.root, 'edited.txt'), 'utf8')).toBe('something else\n')
    expect(repo.git('diff', '--cached', '--name-only')).toBe('')
    repo.git('commit', '--quiet', '--allow-empty', '--message', 'meanwhile')
    expect(await finishLanding(repo.root, commit)).toBeNull()
  })
})
