import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ownCommand, ownCommandIn } from '../../src/io/own-command.ts'

const ROOT = join(import.meta.dirname, '../..')
const BIN = join(ROOT, 'bin/agent.js')

function folder(...inner: string[]): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'specproof-command-')))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const one of inner) mkdirSync(join(dir, one), { recursive: true })
  return dir
}

it('is npx only where npx finds this very program', () => {
  const dir = folder('src', 'node_modules/.bin')
  const link = join(dir, 'node_modules/.bin/agent')
  expect(ownCommand(dir, BIN, '')).toBe(`node ${BIN}`)
  symlinkSync(BIN, link)
  expect([ownCommand(dir, BIN, ''), ownCommand(join(dir, 'src'), BIN, '')]).toEqual(['npx agent', 'npx agent'])
  rmSync(link)
  symlinkSync(import.meta.filename, link)
  expect(ownCommand(dir, BIN, '')).toBe(`node ${BIN}`)
})

it('is the name that was typed where PATH has it', () => {
  const dir = folder()
  expect(ownCommand(dir, '/opt/bin/specproof', '/usr/bin:/opt/bin')).toBe('specproof')
  expect(ownCommand(dir, '/opt/bin/agent', '/usr/bin')).toBe(`node ${BIN}`)
})

it('names the repository where it is another folder than the current one', () => {
  const dir = folder('a b')
  expect(ownCommandIn(dir, dir)).toBe(ownCommand(dir))
  expect(ownCommandIn(join(dir, 'a b'), dir)).toBe(`${ownCommand(dir)} --cwd '${join(dir, 'a b')}'`)
})
