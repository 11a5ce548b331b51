import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadGrammars } from '../../../src/io/symbols/grammars.ts'
import { signaturesOf } from '../../../src/io/symbols/signatures.ts'
import { createSymbols } from '../../../src/io/symbols/symbols.ts'
import { makeRepository } from '../../support/repository.ts'

const grammars = await loadGrammars()

describe('the symbols of a commit', () => {
  const FILES = {
    'src/queue.ts': "import { x } from './x.ts'\nexport function take(\n  limit: number,\n): Job {\n  return x\n}\n",
    'src/job.py': 'class Job:\n    pass\n',
    'vendor/lib.go': 'func Lib() {}\n',
    'src/gen.ts': '// @generated\nexport const a = 1\n',
    'src/made.ts': 'export const made = 1\n',
    'src/huge.ts': `export const huge = 1\n${'// filler\n'.repeat(40_000)}`,
    'src/binary.ts': 'export const b = 1\0',
    'README.md': '# Words\n',
    '.gitattributes': 'made.ts linguist-generated\n',
  }

  it('are those of its source files, without vendored, generated, huge and binary ones', async () => {
    const repository = await makeRepository({ files: FILES, packages: null })
    const cache = join(repository.around, 'symbols')
    const index = await createSymbols(repository.dir, cache)('HEAD')
    expect(index.files).toEqual([
      { path: 'src/job.py', names: ['Job'], words: ['job'], imports: [] },
      { path: 'src/queue.ts', names: ['take'], words: ['take'], imports: ['./x.ts'] },
    ])
  })

  it('are kept by blob: a later commit reads what changed, a broken cache is no cache', async () => {
    const repository = await makeRepository({ files: FILES, packages: null })
    const cache = join(repository.around, 'symbols')
    const before = await createSymbols(repository.dir, cache)('HEAD')
    // Objects that are known are not read again: without them the same is answered.
    const { hash, dir } = await objectOf(repository.dir, await repository.git('rev-parse', 'HEAD:src/queue.ts'))
    await rm(join(dir, hash))
    expect((await createSymbols(repository.dir, cache)('HEAD')).files).toEqual(before.files)
    for (const name of await readdir(cache)) await writeFile(join(cache, name), '{"version":2,"entries":[[')
    await expect(createSymbols(repository.dir, cache)('HEAD')).rejects.toThrow('no such object')
  })

  it('are kept of the last commits alone, so that a long run stays small', async () => {
    const repository = await makeRepository({ files: FILES, packages: null })
    const symbols = createSymbols(repository.dir, join(repository.around, 'symbols'))
    const first = await repository.git('rev-parse', 'HEAD')
    const kept = await symbols(first)
    await symbols('HEAD')
    expect(await symbols(first)).toBe(kept)
    const commits: string[] = []
    for (let n = 4; n <= 7; n++) {
      await repository.commit({ 'n.txt': `${n}\n` })
      commits.push(await repository.git('rev-parse', 'HEAD'))
    }
    for (const commit of commits) await symbols(commit)
    const again = await symbols(first)
    expect(again).not.toBe(kept)
    expect(again.files).toEqual(kept.files)
  })

  it('need no cache that can be written', async () => {
    const repository = await makeRepository({ files: FILES, packages: null })
    const cache = join(repository.around, 'taken')
    await writeFile(cache, 'a file')
    expect((await createSymbols(repository.dir, cache)('HEAD')).files).toHaveLength(2)
    await mkdir(join(repository.around, 'other'))
  })

  it('have signatures where a grammar knows the language', async () => {
    const repository = await makeRepository({ files: FILES, packages: null })
    const index = await createSymbols(repository.dir, join(repository.around, 'symbols'))('HEAD')
    const found = await index.signatures(['src/queue.ts', 'src/job.py', 'README.md', 'absent.ts'])
    expect(Object.fromEntries(found)).toEqual({
      'src/queue.ts': [{ name: 'take', text: 'take(limit: number): Job', exported: true }],
      'src/job.py': [{ name: 'Job', text: 'class Job', exported: true }],
    })
  })
})

async function objectOf(root: string, id: string): Promise<{ hash: string; dir: string }> {
  return { dir: join(root, '.git', 'objects', id.slice(0, 2)), hash: id.slice(2) }
}

describe('signatures', () => {
  const shown = (language: Parameters<typeof signaturesOf>[0], text: string) =>
    grammars!.parse(language, text, (root) =>
      signaturesOf(language, root, text)
        .map((one) => (one.exported ? '+' : '-') + one.text)
        .join(' | '),
    )

  it.each([
    [
      'typescript' as const,
      'export interface Job {}\nexport class Queue {\n  private y() {}\n  take(n: number): Job {}\n}\nexport const f = async (a: number): Promise<void> => {}\nfunction local() {}',
      '+interface Job | +class Queue | -Queue.y() | +Queue.take(n: number): Job | +f(a: number): Promise<void> | -local()',
    ],
    ['tsx' as const, 'export function App(props: Props) { return <a/> }', '+App(props: Props)'],
    ['javascript' as const, 'export function a(b, c = {}) {}\nclass X { m() {} }', '+a(b, c = {}) | -class X | -X.m()'],
    [
      'python' as const,
      'class Job(Base):\n  def __init__(self, n):\n    pass\n  def run(self, n: int = 1) -> str:\n    return ""\n  def _p(self): pass',
      '+class Job | +Job.__init__(self, n) | +Job.run(self, n: int = 1) -> str | -Job._p(self)',
    ],
    [
      'go' as const,
      'package a\nconst (\n\tMost = 3\n\tb\n)\ntype Job struct {\n\tID string `json:"id"`\n\tn int\n}\ntype Store[K any] interface {\n\tGet(key K,\n\t\tn int) error\n}\ntype Kind = int\nfunc (q *Queue[T]) Take(n int) (j Job, err error) { return }\nfunc local() {}',
      '+const Most = 3 | -const b | +struct Job { ID string } | +interface Store[K any] | +Store.Get(key K, n int) error | +type Kind = int | +Queue.Take(n int) (j Job, err error) | -local()',
    ],
    [
      'go' as const,
      `package a\ntype S struct {\n\tA int\n\tF func(counts Counts, state State) (bool, ${'e'.repeat(300)})\n\tB ${'b'.repeat(300)}\n\tC int\n}`,
      `+struct S { A int; F func(counts Counts, state State) (bool, ${'e'.repeat(300)}); 2 more }`,
    ],
    [
      'rust' as const,
      'pub struct Job {}\nimpl Queue { pub fn take(&mut self) -> Job { a } fn p() {} }\npub trait T { fn m(&self) -> u8; }',
      '+struct Job | +Queue.take(&mut self) -> Job | -Queue.p() | +trait T | +T.m(&self) -> u8',
    ],
    [
      'java' as const,
      'public class Queue {\n  public Queue(int n) {}\n  public Job take(int n) throws E { return a; }\n  private void p() {}\n}',
      '+class Queue | +Queue.Queue(int n) | +Queue.take(int n) throws E | -Queue.p()',
    ],
  ])('of %s', async (language, text, expected) => expect(await shown(language, text)).toBe(expected))
})
