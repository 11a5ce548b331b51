import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Spec } from '../../src/core/spec/spec.ts'
import { keepAtCommit, keepParsed } from '../../src/io/parsed-specs.ts'
import { specFilesOnDisk } from '../../src/io/spec-files.ts'
import { loadSpecs } from '../../src/task/load-specs.ts'

const ROOT = join(import.meta.dirname, '..', '..')

it('a spec that was read is the same when it is read again, and is parsed again only where anything differs', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-parsed-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const tree = await specFilesOnDisk(ROOT)
  const { specs } = await loadSpecs(tree)
  expect(specs.length).toBeGreaterThan(4)
  let parsed = 0
  const read = async (build: string) => {
    parsed = 0
    const keep = keepParsed(join(dir, 'specs'), build)
    const counted = (source: Parameters<typeof keep>[0], parse: () => Promise<Spec>) =>
      keep(source, () => {
        parsed++
        return parse()
      })
    expect((await loadSpecs({ ...tree, parsed: counted })).specs).toEqual(specs)
    return parsed
  }
  expect(await read('a')).toBe(specs.length)
  expect(await read('a')).toBe(0)
  expect(await read('b')).toBe(specs.length)
  // A file that was cut says nothing.
  for (const name of await readdir(join(dir, 'specs'))) await writeFile(join(dir, 'specs', name), 'x')
  expect(await read('a')).toBe(specs.length)
  const change = async (path: string) => {
    const file = await tree.read(path)
    return file.kind === 'text' && path === `${specs[0]!.dir}/tasks.md` ? { ...file, text: `${file.text}\n` } : file
  }
  const changed = await loadSpecs({ ...tree, read: change, parsed: keepParsed(join(dir, 'specs'), 'a') })
  expect(changed.specs).toHaveLength(specs.length)
  expect(await readdir(join(dir, 'specs'))).toHaveLength(2 * specs.length + 1)
})

it('what was read of a commit is kept by commit, build and what else decides', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-parsed-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  let asked = 0
  const read = (build: string, commit: string, roots: string[]) =>
    keepAtCommit(dir, build, commit, roots, async () => ++asked)
  expect(await read('a', 'c1', [])).toBe(1)
  expect(await read('a', 'c1', [])).toBe(1)
  expect(await read('b', 'c1', [])).toBe(2)
  expect(await read('a', 'c2', [])).toBe(3)
  expect(await read('a', 'c1', ['more'])).toBe(4)
  expect(await read('a', 'c1', ['more', 'yet'])).toBe(5)
  expect(await read('a', 'c1', ['more'])).toBe(4)
})
