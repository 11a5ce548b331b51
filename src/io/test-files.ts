import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isTestPath } from '../core/patch/test-paths.ts'
import { readTestFile, type TestFile } from '../core/trace/test-names.ts'
import type { TestFiles } from '../core/trace/tests.ts'
import { gitBuffer, tryGit } from './git/git.ts'
import { decodeBlob } from './git/tree.ts'

/** Words that a tag begins with. What they mean is decided when a file is read. */
const TAGS = ['Feature:.*Propert(y|ies) ', 'Validates.*[0-9]']
const LARGEST = 4_000_000

/**
 * The files of the checkout, committed or not, without what git ignores. Read are those named in `paths` and those that seem to hold
 * tags: every file with a `Feature: ..., Property n`, and tests with a `Validates: ...`.
 */
export async function readTestFiles(root: string, paths: readonly string[]): Promise<TestFiles> {
  const list = async (...kinds: string[]) =>
    fields(await gitBuffer(root, ['ls-files', ...kinds, '--exclude-standard', '-z', '--', ':/']))
  const existing = new Set(await list('--cached', '--others'))
  for (const path of await list('--deleted')) existing.delete(path)
  const wanted = new Set(paths.filter((path) => existing.has(path)))
  for (const [index, pattern] of TAGS.entries())
    for (const path of await holding(root, pattern)) if (index === 0 || isTestPath(path)) wanted.add(path)
  const read = new Map<string, TestFile>()
  for (const path of [...wanted].sort()) {
    const text = await readText(join(root, path))
    if (text === null) existing.delete(path)
    else read.set(path, readTestFile(path, text))
  }
  return {
    exists: (path) => existing.has(path),
    file: (path) => read.get(path) ?? null,
    all: [...read.values()],
  }
}

/** Text files of the checkout that hold a line like this; documents only talk about tests. */
async function holding(root: string, pattern: string): Promise<string[]> {
  const options = ['-l', '-z', '-I', '--untracked', '--full-name', '--extended-regexp', '--no-color']
  const found = await tryGit(root, ['grep', ...options, '-e', pattern, '--', ':/', ':(exclude,top)*.md'])
  return fields(found.stdout)
}

function fields(out: Buffer): string[] {
  return out.toString('utf8').split('\0').filter(Boolean)
}

/** Null where it is gone from the checkout; empty where it is no text, or too much of it. */
async function readText(path: string): Promise<string | null> {
  const there = await lstat(path).catch(() => null)
  if (there === null) return null
  if (!there.isFile() || there.size > LARGEST) return ''
  const file = decodeBlob(await readFile(path))
  return file.kind === 'text' ? file.text : ''
}
