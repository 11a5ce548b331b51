import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/core/hash.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js')
const GOOD = '```\na.txt\n<<<<<<< SEARCH\none\n=======\n1\n>>>>>>> REPLACE\n```\n'

let root = ''
afterEach(() => rmSync(root, { recursive: true, force: true }))

function folder(files: Record<string, string>): string {
  root = mkdtempSync(join(tmpdir(), 'specproof-apply-'))
  mkdirSync(join(root, 'tree'))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text)
  return join(root, 'tree')
}

function agent(args: string[], input = '') {
  return spawnSync(process.execPath, [BIN, ...args], { cwd: root, input, encoding: 'utf8' })
}

describe('agent apply', () => {
  it('applies the reply in a file and tells each block its rung', () => {
    const dir = folder({ 'reply.md': GOOD, 'tree/a.txt': 'one\r\ntwo\r\n' })
    const ran = agent(['apply', '--reply', 'reply.md', '--dir', 'tree', '--json'])
    expect(ran.status).toBe(0)
    const files = [{ path: 'a.txt', action: 'edit', blocks: [{ rung: 'line-endings' }] }]
    expect(JSON.parse(ran.stdout)).toMatchObject({ applied: true, files, refused: [] })
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('1\r\ntwo\r\n')
    expect(existsSync(join(dir, '.agent'))).toBe(false)
  })

  it('works in the current folder or in that of --cwd, with the reply on stdin, for people too', () => {
    const dir = folder({ 'tree/a.txt': 'one\n' })
    const ran = agent(['--cwd', 'tree', 'apply', '--reply', '-'], GOOD)
    expect(ran.stdout).toBe('The patch was applied.\nedit a.txt\n')
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('1\n')
  })

  it('writes nothing with --check', () => {
    const dir = folder({ 'tree/a.txt': 'one\n' })
    const ran = agent(['apply', '--reply', '-', '--dir', 'tree', '--check', '--json'], GOOD)
    expect(ran.status).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({ applied: false, check: true, files: [{ path: 'a.txt' }] })
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('one\n')
  })

  it('ends with 3 where it refuses, says what fits, and leaves the tree as it is', () => {
    const dir = folder({ 'tree/a.txt': 'one\n', 'tree/b.txt': 'two\n' })
    const reply = `${GOOD}\n${GOOD.replace('a.txt', 'b.txt')}`
    const ran = agent(['apply', '--reply', '-', '--dir', 'tree', '--json'], reply)
    expect(ran.status).toBe(3)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      applied: false,
      files: [],
      refused: [{ path: 'b.txt', block: 1, code: 'no-match', nearest: null }],
      fits: [{ path: 'a.txt', block: 1 }],
    })
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('one\n')
    expect(agent(['apply', '--reply', '-', '--dir', 'tree'], reply).stdout).toContain('- a.txt, block 1')
  })

  it('tells a move once, with both paths', () => {
    folder({ 'tree/a.txt': 'one\n' })
    const reply = '*** Begin Patch\n*** Update File: a.txt\n*** Move to: b.txt\n@@\n-one\n+1\n*** End Patch\n'
    const ran = agent(['apply', '--reply', '-', '--dir', 'tree', '--json'], reply)
    expect(JSON.parse(ran.stdout).files).toEqual([
      { path: 'a.txt', action: 'move', to: 'b.txt', blocks: [{ rung: 'exact' }] },
    ])
  })

  it.each([
    [['apply'], /required option/],
    [['apply', '--reply', 'none.md'], /--reply none\.md: cannot be read/],
    [['apply', '--reply', '-', '--dir', 'none'], /There is no folder/],
  ])('ends with 2 for %j', (args, message) => {
    folder({})
    const ran = agent(args)
    expect(ran.status).toBe(2)
    expect(ran.stderr).toMatch(message)
  })

  it('first finishes what an earlier process could not', () => {
    const dir = folder({ 'tree/a.txt': 'one\n', 'tree/b.txt': 'two\n' })
    // A number that no process has, so its journal is an orphan; its first rename was done.
    const stage = join(dir, '.agent', 'apply-99999999-1')
    mkdirSync(stage, { recursive: true })
    writeFileSync(join(dir, 'b.txt'), '2\n')
    writeFileSync(join(stage, 'new-1'), '3\n')
    const entry = (path: string, before: string | null, after: string) => ({
      path,
      before: before === null ? null : sha256(before),
      after: sha256(after),
    })
    const entries = [entry('b.txt', 'two\n', '2\n'), entry('c.txt', null, '3\n')]
    writeFileSync(join(stage, 'plan.json'), JSON.stringify({ version: 1, entries, folders: [] }))
    expect(agent(['apply', '--reply', '-', '--dir', 'tree', '--check'], GOOD).status).toBe(2)
    const ran = agent(['apply', '--reply', '-', '--dir', 'tree', '--json'], GOOD)
    expect(JSON.parse(ran.stdout)).toMatchObject({ applied: true, recovered: ['b.txt', 'c.txt'] })
    expect(readFileSync(join(dir, 'c.txt'), 'utf8')).toBe('3\n')
    expect(existsSync(join(dir, '.agent'))).toBe(false)
  })
})
