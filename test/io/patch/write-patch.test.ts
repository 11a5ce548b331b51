import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual as isDeepEqual } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../../src/core/hash.ts'
import type { ResolvedChange } from '../../../src/core/patch/patch.ts'
import { type FileLayer, realFiles } from '../../../src/io/patch/file-layer.ts'
import { recoverFolder, writePatch } from '../../../src/io/patch/write-patch.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

const OLD: Record<string, string> = {
  'src/a.ts': 'old a\r\n',
  'src/b.sh': 'old b\n',
  'gone.txt': 'gone\n',
  'from.txt': 'moved\n',
  'kept.txt': 'kept\n',
}
const NEW: Record<string, string> = {
  'src/a.ts': 'new a\r\n',
  'src/b.sh': 'new b\n',
  'deep/er/new.txt': 'created\n',
  'to/moved.txt': 'moved on\n',
  'kept.txt': 'kept\n',
}

function change(path: string, content: string | null, action: ResolvedChange['action'], to?: string): ResolvedChange {
  const before = OLD[path]
  const base = before === undefined ? null : sha256(before)
  return { path, action, content, blocks: [], base, ...(to === undefined ? {} : { to }) }
}

const CHANGES: ResolvedChange[] = [
  change('src/a.ts', NEW['src/a.ts']!, 'edit'),
  change('deep/er/new.txt', NEW['deep/er/new.txt']!, 'create'),
  change('gone.txt', null, 'delete'),
  change('from.txt', null, 'move', 'to/moved.txt'),
  change('to/moved.txt', NEW['to/moved.txt']!, 'move'),
  change('src/b.sh', NEW['src/b.sh']!, 'replace'),
]

function makeTree(): string {
  const root = mkdtempSync(join(tmpdir(), 'specproof-write-'))
  roots.push(root)
  for (const [path, text] of Object.entries(OLD)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  chmodSync(join(root, 'src/b.sh'), 0o750)
  chmodSync(join(root, 'from.txt'), 0o640)
  return root
}

/** Every file by path; folders with a slash at the end. */
function treeOf(root: string, dir = ''): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(join(root, dir), { withFileTypes: true }).map((entry) => {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`
      if (entry.isDirectory()) return { [`${path}/`]: '', ...treeOf(root, path) }
      return { [path]: readFileSync(join(root, path), 'utf8') }
    }),
  ) as Record<string, string>
}

function withFolders(files: Record<string, string>, ...folders: string[]): Record<string, string> {
  return { ...files, ...Object.fromEntries(folders.map((folder) => [folder, ''])) }
}
const BEFORE = withFolders(OLD, 'src/')
const AFTER = withFolders(NEW, 'src/', 'deep/', 'deep/er/', 'to/')

class Killed extends Error {}

/** The layer of a process that dies before its call number `last`; `torn`: a write of its last moment is cut short. */
function dyingAt(last: number, torn: boolean): { files: FileLayer; calls: () => number } {
  let calls = 0
  const dying = Object.fromEntries(
    Object.entries(realFiles).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        if (++calls <= last) return (call as (...all: unknown[]) => unknown)(...args)
        if (torn && calls === last + 1 && name === 'write') {
          const [fd, bytes] = args as [number, Buffer]
          realFiles.write(fd, bytes.subarray(0, bytes.length >> 1))
        }
        throw new Killed(name)
      },
    ]),
  ) as unknown as FileLayer
  return { files: dying, calls: () => calls }
}

/** The layer of the next process, for which the one that died is dead. */
const later: FileLayer = { ...realFiles, lifeOf: () => 'later' }

function callsOf(run: (files: FileLayer) => void): number {
  const layer = dyingAt(Number.POSITIVE_INFINITY, false)
  run(layer.files)
  return layer.calls()
}

describe('writing a patch to a folder', () => {
  it('gives the new tree, keeps modes and leaves nothing else', () => {
    const root = makeTree()
    expect(writePatch(realFiles, root, CHANGES)).toEqual({ ok: true })
    expect(treeOf(root)).toEqual(AFTER)
    expect(lstatSync(join(root, 'src/b.sh')).mode & 0o7777).toBe(0o750)
    expect(lstatSync(join(root, 'to/moved.txt')).mode & 0o7777).toBe(0o640)
  })

  it('leaves the old tree or the new one when it is killed before any of its system calls', () => {
    const all = callsOf((files) => writePatch(files, makeTree(), CHANGES))
    expect(all).toBeGreaterThan(80)
    const ends = new Set<string>()
    for (let last = 0; last < all; last++) {
      const root = makeTree()
      expect(() => writePatch(dyingAt(last, last % 2 === 0).files, root, CHANGES), `call ${last}`).toThrow(Killed)
      recoverFolder(later, root)
      const tree = treeOf(root)
      const end = isDeepEqual(tree, BEFORE) ? 'old' : 'new'
      expect(tree, `killed before call ${last + 1} of ${all}`).toEqual(end === 'old' ? BEFORE : AFTER)
      ends.add(end)
    }
    expect([...ends].sort()).toEqual(['new', 'old'])
  })

  it('does so too when the recovery is killed as well, before any of its calls', () => {
    const all = callsOf((files) => writePatch(files, makeTree(), CHANGES))
    // The first kill falls among the renames, where most is half done.
    for (let first = Math.floor(all / 2); first < all; first += 11) {
      for (let second = 0; second < 60; second += 7) {
        const root = makeTree()
        expect(() => writePatch(dyingAt(first, false).files, root, CHANGES)).toThrow(Killed)
        const layer = { ...dyingAt(second, false).files, lifeOf: () => 'later' }
        try {
          recoverFolder(layer, root)
        } catch (error) {
          expect(error).toBeInstanceOf(Killed)
        }
        recoverFolder(later, root)
        const tree = treeOf(root)
        expect(tree, `killed at ${first}, then at ${second}`).toEqual(isDeepEqual(tree, BEFORE) ? BEFORE : AFTER)
      }
    }
  })

  it.each(['mkdir', 'create', 'write', 'fsync', 'rename', 'unlink', 'openFolder'] as const)(
    'goes back to the old tree when %s fails at any time',
    (name) => {
      for (let time = 1; ; time++) {
        const root = makeTree()
        let calls = 0
        const failing: FileLayer = {
          ...realFiles,
          [name]: (...args: never[]) => {
            if (++calls === time) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
            return (realFiles[name] as (...all: never[]) => unknown)(...args)
          },
        }
        let failed = false
        try {
          writePatch(failing, root, CHANGES)
        } catch {
          failed = true
        }
        if (calls < time) return expect(time).toBeGreaterThan(1)
        recoverFolder(later, root)
        const tree = treeOf(root)
        expect(tree, `${name} number ${time}`).toEqual(failed && isDeepEqual(tree, BEFORE) ? BEFORE : AFTER)
      }
    },
  )

  it('writes nothing where a file was changed since it was read', () => {
    const root = makeTree()
    writeFileSync(join(root, 'src/b.sh'), 'somebody else\n')
    expect(writePatch(realFiles, root, CHANGES)).toMatchObject({ ok: false, path: 'src/b.sh' })
    expect(treeOf(root)).toEqual({ ...BEFORE, 'src/b.sh': 'somebody else\n' })
  })

  it('never writes through a link that took the place of a folder', () => {
    const root = makeTree()
    const elsewhere = makeTree()
    rmSync(join(root, 'src'), { recursive: true })
    symlinkSync(join(elsewhere, 'src'), join(root, 'src'))
    expect(writePatch(realFiles, root, CHANGES)).toMatchObject({ ok: false, path: 'src/a.ts' })
    expect(treeOf(elsewhere)).toEqual(BEFORE)
  })

  it('touches nothing where a file was changed after an interruption, and says where everything lies', () => {
    const root = makeTree()
    const all = callsOf((files) => writePatch(files, makeTree(), CHANGES))
    expect(() => writePatch(dyingAt(all - 25, false).files, root, CHANGES)).toThrow(Killed)
    writeFileSync(join(root, 'src/a.ts'), 'by hand\n')
    const before = treeOf(root)
    expect(() => recoverFolder(later, root)).toThrow(/src\/a\.ts has been changed since/)
    expect(treeOf(root)).toEqual(before)
  })

  it('lets one process at a time into a folder', () => {
    const root = makeTree()
    mkdirSync(join(root, '.agent', `apply-${process.ppid}-${realFiles.lifeOf(process.ppid)}`), { recursive: true })
    expect(() => recoverFolder(realFiles, root)).toThrow(/Another patch is being applied/)
    expect(() => writePatch(realFiles, root, CHANGES)).toThrow(/Another patch is being applied/)
    expect(readFileSync(join(root, 'src/a.ts'), 'utf8')).toBe(OLD['src/a.ts'])
  })

  it('survives a real SIGKILL', async () => {
    const all = callsOf((files) => writePatch(files, makeTree(), CHANGES))
    for (const last of [Math.floor(all * 0.3), Math.floor(all * 0.6), Math.floor(all * 0.75), all - 3]) {
      const root = makeTree()
      const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-writer.ts'), root, String(last)], {
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      child.stdin.end(JSON.stringify(CHANGES))
      const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)))
      expect(signal).toBe('SIGKILL')
      recoverFolder(realFiles, root)
      const tree = treeOf(root)
      expect(tree).toEqual(isDeepEqual(tree, BEFORE) ? BEFORE : AFTER)
      expect(existsSync(join(root, '.agent'))).toBe(false)
    }
  })
})
