import { describe, expect, it } from 'vitest'
import { FakeDisk } from '../../fakes.ts'
import { openJournal } from '../src/journal.ts'
import { canPrepare, finish, type Ledger, openLedger, prepare } from '../src/ledger.ts'

const promise = (ledger: Ledger, tx: string, account: string, amount: number) =>
  prepare(ledger, tx, { changes: [{ account, amount }], coordinator: 'c' })

describe('ledger', () => {
  const ledger = openLedger({ x: 10, y: 0 })

  it('promises what the balance covers', () => {
    expect(canPrepare(ledger, '1', [{ account: 'x', amount: -4 }])).toBe(true)
    expect(canPrepare(ledger, '1', [{ account: 'x', amount: -10 }])).toBe(true)
    expect(canPrepare(ledger, '1', [{ account: 'x', amount: -11 }])).toBe(false)
    expect(canPrepare(ledger, '1', [{ account: 'y', amount: 1 }])).toBe(true)
  })
  it('does not know other accounts', () => {
    expect(canPrepare(ledger, '1', [{ account: 'z', amount: 1 }])).toBe(false)
  })
  it('locks the accounts of what is prepared, and keeps their balances', () => {
    const locked = promise(ledger, '1', 'x', -4)
    expect(locked.balances.get('x')).toBe(10)
    expect(canPrepare(locked, '2', [{ account: 'x', amount: 1 }])).toBe(false)
    expect(canPrepare(locked, '2', [{ account: 'y', amount: 1 }])).toBe(true)
  })
  it('promises again what is prepared, and not what is finished', () => {
    const locked = promise(ledger, '1', 'x', -4)
    expect(canPrepare(locked, '1', [{ account: 'x', amount: -4 }])).toBe(true)
    expect(canPrepare(finish(locked, '1', 'abort'), '1', [{ account: 'x', amount: -4 }])).toBe(false)
  })
  it('makes the changes of a commit once, and frees the account', () => {
    const done = finish(promise(ledger, '1', 'x', -4), '1', 'commit')
    expect(done.balances.get('x')).toBe(6)
    expect(finish(done, '1', 'commit').balances.get('x')).toBe(6)
    expect(canPrepare(done, '2', [{ account: 'x', amount: 1 }])).toBe(true)
  })
  it('drops the changes of an abort', () => {
    const dropped = finish(promise(ledger, '1', 'x', -4), '1', 'abort')
    expect(dropped.balances.get('x')).toBe(10)
    expect(canPrepare(dropped, '2', [{ account: 'x', amount: 1 }])).toBe(true)
  })
})

describe('journal', () => {
  it('reads what was appended', async () => {
    const disk = new FakeDisk()
    const journal = await openJournal<number>(disk.asDisk(), 'j')
    for (const record of [1, 2, 3]) await journal.append(record)
    expect((await openJournal<number>(disk.asDisk(), 'j')).records).toEqual([1, 2, 3])
  })
  it('leaves out what is torn, and goes on after it', async () => {
    const disk = new FakeDisk()
    disk.files.set('j', '1\n2\n{"thr')
    const journal = await openJournal<number>(disk.asDisk(), 'j')
    expect(journal.records).toEqual([1, 2])
    await journal.append(3)
    expect((await openJournal<number>(disk.asDisk(), 'j')).records).toEqual([1, 2, 3])
  })
})
