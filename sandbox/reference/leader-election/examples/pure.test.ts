import { describe, expect, it } from 'vitest'
import { FakeDisk } from '../../fakes.ts'
import { committable, isUpToDate, mergeEntries, termAt } from '../src/log.ts'
import type { AppendRequest, Entry } from '../src/messages.ts'
import { afterAnswer, nextAppend, startProgress } from '../src/progress.ts'
import { decideAppend, decideVote, type Saved } from '../src/rules.ts'
import { openStorage } from '../src/storage.ts'

const entries = (...terms: number[]): Entry[] => terms.map((term, at) => ({ term, command: `${term}/${at}` }))

describe('log', () => {
  it('knows the term of an entry', () => {
    expect(termAt(entries(1, 2), 0)).toBe(0)
    expect(termAt(entries(1, 2), 2)).toBe(2)
    expect(termAt(entries(1, 2), 3)).toBe(undefined)
  })
  it('compares last terms before lengths', () => {
    expect(isUpToDate(entries(1, 1, 1), 1, 2)).toBe(true)
    expect(isUpToDate(entries(2), 5, 1)).toBe(false)
    expect(isUpToDate(entries(1, 2), 2, 2)).toBe(true)
    expect(isUpToDate(entries(1, 2), 1, 2)).toBe(false)
  })
  it('appends what is new', () => {
    expect(mergeEntries(entries(1), 1, [{ term: 2, command: 'x' }])).toEqual([...entries(1), { term: 2, command: 'x' }])
  })
  it('replaces what conflicts, with all that follows', () => {
    expect(mergeEntries(entries(1, 1, 1), 1, [{ term: 2, command: 'x' }])).toEqual([
      ...entries(1),
      { term: 2, command: 'x' },
    ])
  })
  it('leaves the log alone when it holds the entries already', () => {
    const log = entries(1, 1, 2)
    expect(mergeEntries(log, 0, log.slice(0, 2))).toEqual(log)
  })
  it('commits what a majority holds', () => {
    expect(committable(entries(1, 1, 1), 1, [3, 2, 0])).toBe(2)
    expect(committable(entries(1, 1, 1), 1, [3, 0, 0])).toBe(0)
    expect(committable(entries(1, 1, 1), 1, [3, 3, 1, 1, 1])).toBe(1)
  })
  it('does not commit an entry of an earlier term', () => {
    expect(committable(entries(1, 1), 2, [2, 2, 0])).toBe(0)
    expect(committable(entries(1, 1, 2), 2, [3, 3, 0])).toBe(3)
  })
})

describe('votes', () => {
  const saved: Saved = { term: 3, votedFor: null, log: entries(1, 2) }
  const ask = (term: number, lastIndex = 2, lastTerm = 2) => ({ type: 'vote', term, lastIndex, lastTerm }) as const

  it('go to the first candidate', () => {
    const { saved: after, answer } = decideVote(saved, 'b', ask(3))
    expect(answer).toEqual({ type: 'vote-answer', term: 3, granted: true })
    expect(after.votedFor).toBe('b')
  })
  it('go to no second one, and to the first again', () => {
    const voted = { ...saved, votedFor: 'b' }
    expect(decideVote(voted, 'c', ask(3)).answer.granted).toBe(false)
    expect(decideVote(voted, 'b', ask(3)).answer.granted).toBe(true)
  })
  it('are free again in a greater term', () => {
    const { saved: after, answer } = decideVote({ ...saved, votedFor: 'b' }, 'c', ask(4))
    expect(answer.granted).toBe(true)
    expect(after).toMatchObject({ term: 4, votedFor: 'c' })
  })
  it('are refused in a lower term', () => {
    expect(decideVote(saved, 'b', ask(2)).answer).toEqual({ type: 'vote-answer', term: 3, granted: false })
  })
  it('are refused to a log that is less up to date, and the term is adopted', () => {
    const { saved: after, answer } = decideVote(saved, 'b', ask(5, 9, 1))
    expect(answer).toEqual({ type: 'vote-answer', term: 5, granted: false })
    expect(after).toMatchObject({ term: 5, votedFor: null })
  })
})

describe('append messages', () => {
  const saved: Saved = { term: 3, votedFor: 'b', log: entries(1, 2) }
  const append = (fields: Partial<AppendRequest>): AppendRequest => ({
    ...{ type: 'append', term: 3, prevIndex: 2, prevTerm: 2, entries: [], commit: 0 },
    ...fields,
  })

  it('are taken', () => {
    const { saved: after, answer, commit } = decideAppend(saved, append({ entries: entries(3), commit: 9 }))
    expect(answer).toEqual({ type: 'append-answer', term: 3, ok: true, match: 3 })
    expect(after.log).toHaveLength(3)
    expect(commit).toBe(3)
  })
  it('are refused in a lower term', () => {
    expect(decideAppend(saved, append({ term: 2 })).answer).toEqual({
      ...{ type: 'append-answer', term: 3, ok: false, match: 0 },
    })
  })
  it('are refused when the entry before them is missing or of another term', () => {
    expect(decideAppend(saved, append({ prevIndex: 7, prevTerm: 3 })).answer).toMatchObject({ ok: false, match: 2 })
    expect(decideAppend(saved, append({ prevTerm: 1 })).answer).toMatchObject({ ok: false, match: 1 })
  })
})

describe('progress', () => {
  it('begins at the end, goes back after a refusal and forth after a success', () => {
    const log = entries(1, 1, 1, 1, 1, 1)
    let progress = startProgress(log)
    expect(nextAppend(log, 1, progress, 0)).toMatchObject({ prevIndex: 6, entries: [] })
    progress = afterAnswer(progress, { type: 'append-answer', term: 1, ok: false, match: 1 })
    expect(nextAppend(log, 1, progress, 0)).toMatchObject({ prevIndex: 1, entries: log.slice(1, 5) })
    progress = afterAnswer(progress, { type: 'append-answer', term: 1, ok: true, match: 5 })
    expect(progress).toEqual({ next: 6, match: 5 })
  })
})

describe('storage', () => {
  it('reads what was saved', async () => {
    const disk = new FakeDisk()
    const storage = await openStorage(disk.asDisk())
    expect(storage.saved).toEqual({ term: 0, votedFor: null, log: [] })
    await storage.save({ term: 1, votedFor: 'a', log: [] })
    await storage.save({ term: 1, votedFor: 'a', log: entries(1, 1) })
    await storage.save({ term: 2, votedFor: null, log: entries(1, 2) })
    expect((await openStorage(disk.asDisk())).saved).toEqual({ term: 2, votedFor: null, log: entries(1, 2) })
  })
  it('reads a vote in a term that was known', async () => {
    const disk = new FakeDisk()
    const storage = await openStorage(disk.asDisk())
    await storage.save({ term: 1, votedFor: null, log: [] })
    await storage.save({ term: 1, votedFor: 'c', log: [] })
    expect((await openStorage(disk.asDisk())).saved.votedFor).toBe('c')
  })
  it('leaves out a record that is torn', async () => {
    const disk = new FakeDisk()
    const storage = await openStorage(disk.asDisk())
    await storage.save({ term: 4, votedFor: 'a', log: [] })
    disk.files.set('raft', `${disk.files.get('raft')}{"term":5,`)
    expect((await openStorage(disk.asDisk())).saved).toMatchObject({ term: 4, votedFor: 'a' })
  })
})
