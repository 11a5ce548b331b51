import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { judge } from '../../src/commands/apply.ts'
import type { Fitting, Refusal } from '../../src/core/patch/patch.ts'
import { sample } from '../support/sample.ts'

/**
 * One folder a case: `input/` is the tree, `reply.md` the model's reply, and either `expected/` is the tree afterwards or
 * `refusal.json` tells why nothing is done. `case.json` adds what files cannot hold.
 */
const CASES = join(import.meta.dirname, 'patch')
const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js')

interface Extra {
  /** Symbolic links by path. */
  links?: Record<string, string>
  /** Modes in octal, of the input where it has the file, and of the result. */
  modes?: Record<string, string>
  /** The input is committed to a repository of its own. */
  git?: boolean
  /** Files that would mean something to this repository too, and are left as they are. */
  files?: Record<string, string>
  allow?: string[]
  rungs?: [path: string, rungs: string[]][]
  /** The tree afterwards holds no file. */
  empty?: boolean
}

interface Refused {
  refused: { path: string; code: string; block?: number; says?: string[] }[]
  fits?: Fitting[]
}

const scratch = mkdtempSync(join(tmpdir(), 'specproof-patch-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function json<T>(name: string, file: string): T | null {
  const path = join(CASES, name, file)
  return statSync(path, { throwIfNoEntry: false }) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null
}

/** Bytes of every file as Latin-1 text, by path; git's own folder aside. */
function treeOf(root: string, dir = ''): Record<string, string> {
  if (!statSync(join(root, dir), { throwIfNoEntry: false })) return {}
  const found: Record<string, string> = {}
  for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`
    if (path === '.git') continue
    if (entry.isDirectory()) Object.assign(found, treeOf(root, path))
    else if (entry.isSymbolicLink()) found[path] = '(link)'
    else found[path] = readFileSync(join(root, path), 'latin1')
  }
  return found
}

function setUp(name: string, extra: Extra): string {
  const root = mkdtempSync(join(scratch, `${name.slice(0, 3)}-`))
  if (statSync(join(CASES, name, 'input'), { throwIfNoEntry: false }))
    cpSync(join(CASES, name, 'input'), root, { recursive: true })
  for (const [path, text] of Object.entries(extra.files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, target] of Object.entries(extra.links ?? {})) symlinkSync(target, join(root, path))
  for (const [path, mode] of Object.entries(extra.modes ?? {})) {
    if (statSync(join(root, path), { throwIfNoEntry: false })) chmodSync(join(root, path), Number.parseInt(mode, 8))
  }
  if (extra.git) {
    for (const args of [
      ['init', '-q'],
      ['add', '-A'],
      ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x'],
    ])
      expect(spawnSync('git', args, { cwd: root }).status).toBe(0)
  }
  return root
}

function expectRefusal(wanted: Refused, refused: readonly Refusal[], fits: readonly Fitting[]): void {
  expect(refused.map(({ path, code }) => ({ path, code }))).toEqual(
    wanted.refused.map(({ path, code }) => ({ path, code })),
  )
  for (const [k, { block, says }] of wanted.refused.entries()) {
    if (block !== undefined) expect(refused[k]!.block).toBe(block)
    for (const text of says ?? []) expect(`${refused[k]!.message}\n${refused[k]!.nearest ?? ''}`).toContain(text)
  }
  if (wanted.fits) expect(fits).toEqual(wanted.fits)
}

function expectTree(name: string, root: string, before: Record<string, string>, extra: Extra, refusal: unknown): void {
  const after = treeOf(root)
  if (refusal !== null) {
    expect(after).toEqual(before)
    return
  }
  expect(after).toEqual({ ...treeOf(join(CASES, name, 'expected')), ...latin1(extra.files) })
  for (const [path, mode] of Object.entries(extra.modes ?? {})) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false })
    if (stats) expect(stats.mode & 0o777).toBe(Number.parseInt(mode, 8))
  }
}

function latin1(files: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text).toString('latin1')]))
}

function replyOf(name: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(join(CASES, name, 'reply.md')))
  } catch {
    return null
  }
}

const names = readdirSync(CASES).sort()

describe('replies and what becomes of a folder', () => {
  it('are many, and each says what is expected', () => {
    expect(names.length).toBeGreaterThanOrEqual(150)
    for (const name of names) {
      const ends = ['expected', 'refusal.json'].filter((end) =>
        statSync(join(CASES, name, end), { throwIfNoEntry: false }),
      )
      expect(ends.length + (json<Extra>(name, 'case.json')?.empty ? 1 : 0), name).toBe(1)
    }
  })

  it.each(names)('%s', async (name) => {
    const extra = json<Extra>(name, 'case.json') ?? {}
    const refusal = json<Refused>(name, 'refusal.json')
    const root = setUp(name, extra)
    const before = treeOf(root)
    const options = { check: false, allow: extra.allow ?? [] }
    const tried = await judge(replyOf(name), root, { ...options, check: true })
    expect(treeOf(root)).toEqual(before)
    const result = await judge(replyOf(name), root, options)
    expect(result).toEqual(tried)
    if (result.ok) expect(refusal, 'was applied').toBeNull()
    else expectRefusal(refusal ?? { refused: [] }, result.refused, result.fits)
    expectTree(name, root, before, extra, refusal)
    if (!result.ok) return
    for (const [path, rungs] of extra.rungs ?? []) {
      const change = result.changes.find((one) => one.path === path)
      expect(change?.blocks.map(({ rung }) => rung)).toEqual(rungs)
    }
    // Sent again, the same reply is refused; only an exchange of two lines can be had twice.
    const again = await judge(replyOf(name), root, options)
    expect(again.ok, 'applied twice').toBe(name.endsWith('_swap_against_base'))
  })

  it.each(sample('replies through the command', names, 6))('the command: %s', (name) => {
    const extra = json<Extra>(name, 'case.json') ?? {}
    const refusal = json<Refused>(name, 'refusal.json')
    const root = setUp(name, extra)
    const before = treeOf(root)
    const allow = (extra.allow ?? []).flatMap((glob) => ['--allow', glob])
    const ran = spawnSync(process.execPath, [BIN, '--json', 'apply', '--reply', '-', '--dir', root, ...allow], {
      input: readFileSync(join(CASES, name, 'reply.md')),
      encoding: 'utf8',
    })
    expect(ran.status, ran.stderr).toBe(refusal === null ? 0 : 3)
    const told = JSON.parse(ran.stdout) as { applied: boolean; refused: Refusal[]; fits?: Fitting[] }
    expect(told.applied).toBe(refusal === null)
    if (refusal !== null) expectRefusal(refusal, told.refused, told.fits ?? [])
    expectTree(name, root, before, extra, refusal)
  })
})
