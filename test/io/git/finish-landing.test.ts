import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finishLanding } from '../../../src/io/git/finish-landing.ts'
import { makeRepo } from './support.ts'

type State = 'before' | 'after' | 'missing' | 'torn' | 'empty'

/** What a run finds in the checkout. */
interface Found {
  edited: State
  grown: State
  gone: State
  added: State
  index: boolean
  locked: boolean
}

const BEFORE = { 'edited.txt': 'one\ntwo\nthree\n', 'grown.txt': 'a\nb\n', 'gone.txt': 'gone\n', 'mine.txt': 'ours\n' }
const AFTER = { 'edited.txt': 'one\n2\nthree\nfour\n', 'grown.txt': 'a\nb\nc\nd\n' }
/** What git may have come to, and what a person may have made: of the second file it is the end of either. */
const TORN = { 'edited.txt': 'one\n2', 'grown.txt': 'a\n' }
const OURS = { 'mine.txt': 'ours\nmine\n', 'untracked.txt': 'mine\n' }

/** A repository whose user has changes of their own, and a verified commit on top of HEAD. */
async function withCommit() {
  const repo = await makeRepo(BEFORE)
  const base = repo.head()
  await repo.write({ ...AFTER, 'new/file.txt': 'new\n' })
  await rm(join(repo.root, 'gone.txt'))
  const commit = repo.commit('verified')
  repo.git('reset', '--quiet', '--hard', base)
  await repo.write(OURS)
  const lay = async (path: keyof typeof AFTER, state: State) => {
    const text = { before: BEFORE[path], after: AFTER[path], torn: TORN[path], empty: '', missing: null }[state]
    if (text === null) await rm(join(repo.root, path), { force: true })
    else await repo.write({ [path]: text })
  }
  const text = (path: string) => readFile(join(repo.root, path), 'utf8').catch(() => null)
  const texts = async () => Promise.all([...Object.keys(BEFORE), 'new/file.txt', 'untracked.txt'].map(text))
  return { repo, base, commit, lay, text, texts, lock: join(repo.root, '.git', 'index.lock') }
}

describe('a landing that was cut', () => {
  it('is finished from wherever it was, with the changes of the person as they were; nothing is finished where nothing was cut', async () => {
    const { repo, base, commit, lay, text, texts, lock } = await withCommit()
    const short = commit.slice(0, 7)
    const one = fc.constantFrom<State>('before', 'before', 'after', 'missing', 'torn', 'empty')
    const two = fc.constantFrom<State>('before', 'after')
    const states = fc.record({
      edited: one,
      grown: one,
      gone: two,
      added: two,
      index: fc.boolean(),
      locked: fc.boolean(),
    })
    const nothing: Found = {
      ...{ edited: 'before', grown: 'before', gone: 'before', added: 'before' },
      ...{ index: false, locked: false },
    }
    const examples: [Found][] = [
      [nothing],
      [{ ...nothing, grown: 'torn' }],
      [{ ...nothing, grown: 'torn', edited: 'torn', added: 'after' }],
      [{ ...nothing, added: 'after', locked: true }],
    ]
    const law = fc.asyncProperty(states, async ({ edited, grown, gone, added, index, locked }) => {
      repo.git('update-ref', 'refs/heads/main', base)
      repo.git('read-tree', base)
      await repo.write({ ...BEFORE, ...OURS })
      await rm(join(repo.root, 'new'), { recursive: true, force: true })
      await lay('edited.txt', edited)
      await lay('grown.txt', grown)
      if (gone === 'after') await rm(join(repo.root, 'gone.txt'))
      if (added === 'after') await repo.write({ 'new/file.txt': 'new\n' })
      const all = [edited, grown, gone, added]
      if (index && all.every((state) => state === 'after')) repo.git('read-tree', commit)
      repo.git('status')
      const before = await texts()
      const whole = all.includes('after')
      const torn = [edited, grown].some((state) => ['missing', 'torn', 'empty'].includes(state))

      if (locked) await writeFile(lock, '')
      const said = await finishLanding(repo.root, commit).catch((error: Error) => error)
      await rm(lock, { force: true })

      if (!whole || locked) {
        expect(repo.head()).toBe(base)
        expect(await texts()).toEqual(before)
        if (whole)
          expect(said).toMatchObject({ name: 'UserError', status: 'git', message: expect.stringContaining(lock) })
        else if (torn) expect(said).toContain(`the landing of ${short} may have been cut`)
        else expect(said).toBeNull()
        return
      }
      expect(said).toContain(`the landing of ${short} was cut and is finished now`)
      expect(repo.head()).toBe(commit)
      expect(repo.git('status', '--porcelain')).toBe(' M mine.txt\n?? untracked.txt')
      for (const path of ['edited.txt', 'grown.txt'] as const) expect(await text(path)).toBe(AFTER[path])
      // Whatever was written over can be had again.
      for (const [path, state] of [
        ['edited.txt', edited],
        ['grown.txt', grown],
      ] as const) {
        const blob = new RegExp(`${path.replace('.', '\\.')} as ([0-9a-f]{40})`).exec(String(said))?.[1]
        if (state !== 'torn' && state !== 'empty') expect(blob).toBeUndefined()
        else expect(repo.git('cat-file', 'blob', blob!)).toBe((state === 'torn' ? TORN[path] : '').replace(/\n$/, ''))
      }
    })
    await fc.assert(law, { numRuns: process.env['SPECPROOF_FULL'] === '1' ? 300 : 15, examples })
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
