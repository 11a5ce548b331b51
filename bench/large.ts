/**
 * What a large repository costs before and beside the model: each part of `agent next` alone, the first time and again, on a repository
 * of so many files in some 5,000 folders. Prints milliseconds: first, minimum and median of the others.
 * `node bench/large.ts [files] [rounds]`
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { namedFiles } from '../src/core/prompt/select-files.ts'
import { rankFiles } from '../src/core/symbols/rank.ts'
import { prepareTree } from '../src/io/box/identity.ts'
import { makeCommit } from '../src/io/git/commit.ts'
import { openRepository, readHead, uncommitted } from '../src/io/git/repository.ts'
import { listTree, openTree } from '../src/io/git/tree.ts'
import { createWorktrees } from '../src/io/git/worktree.ts'
import { createSymbols } from '../src/io/symbols/symbols.ts'
import { loadSpecs } from '../src/task/load-specs.ts'

const files = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 5)
const around = mkdtempSync(join(tmpdir(), 'specproof-bench-'))
process.env['XDG_CACHE_HOME'] = join(around, 'cache')
const root = join(around, 'project')
const git = (args: string[], input?: string) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', ...(input === undefined ? {} : { input }) }).trim()

mkdirSync(root)
git(['init', '--quiet', '--initial-branch=main'])
git(['config', 'user.name', 'Ada'])
git(['config', 'user.email', 'ada@example.invalid'])
const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
const stream = ['commit refs/heads/main\n', 'committer Ada <ada@example.invalid> 1700000000 +0000\n', data('base')]
for (let n = 0; n < files; n++)
  stream.push(
    `M 100644 inline p${n % 100}/q${Math.floor(n / 100) % 50}/f${n}.ts\n`,
    data(`export const n${n} = ${n}\n`),
  )
stream.push('M 100644 inline specs/a/tasks.md\n', data('- [ ] 1. Change p1/q1/f101.ts\n'))
git(['fast-import', '--quiet'], stream.join(''))
git(['reset', '--quiet', '--hard'])

const times = new Map<string, number[]>()
async function timed<T>(name: string, use: () => Promise<T> | T): Promise<T> {
  const started = performance.now()
  const result = await use()
  times.set(name, [...(times.get(name) ?? []), performance.now() - started])
  return result
}

const repository = await openRepository(root)
const { commit: base } = await readHead(root)
const worktrees = await createWorktrees(repository, 'bench', prepareTree)
const symbols = createSymbols(root, join(around, 'cache', 'symbols'))
let parent = base
for (let round = 0; round <= rounds; round++) {
  await timed('status of the spec in the checkout', () => uncommitted(root, ['specs/a']))
  const tree = await timed('tree of a new base', () => openTree(root, parent))
  await timed('the same tree again', () => openTree(root, parent))
  await timed('specs', () => loadSpecs(tree))
  const index = await timed('symbols', () => symbols(parent))
  const shown = new Set(['p1/q1/f101.ts'])
  await timed('files that a text names', () => namedFiles('Change p1/q1/f101.ts and f207.ts', tree.paths))
  await timed('files by rank', () => rankFiles(index.files, { text: 'Change n101', shown, built: [] }))
  const content = `export const n101 = ${round + 1_000}\n`
  const change = { path: 'p1/q1/f101.ts', action: 'edit' as const, content, blocks: [] }
  const made = await timed('commit', () =>
    makeCommit(root, { parent, changes: [change], message: 'x' }, worktrees.scratch),
  )
  const worktree = await timed('attempt tree', () => worktrees.open(made.commit))
  await timed('attempt tree looked through', () => worktrees.modified(worktree))
  await timed('attempt tree given back', () => worktrees.close(worktree))
  await timed('commit by an index, as it was before', () => byIndex(parent))
  await timed('list of a commit', () => listTree(root, `${made.commit}~0`))
  parent = made.commit
}

function byIndex(from: string): void {
  const env = { ...process.env, GIT_INDEX_FILE: join(around, 'index') }
  const run = (args: string[], input = '') =>
    execFileSync('git', args, { cwd: root, env, input, encoding: 'utf8' }).trim()
  run(['read-tree', from])
  const blob = run(['hash-object', '-w', '--stdin'], 'x')
  run(['update-index', '-z', '--index-info'], `100644 ${blob}\tp1/q1/f101.ts\0`)
  run(['commit-tree', run(['write-tree']), '-p', from], 'x')
  rmSync(env.GIT_INDEX_FILE)
}

await worktrees.closeAll()
rmSync(around, { recursive: true, force: true })
const of = (ms: number) => ms.toFixed(ms < 10 ? 1 : 0).padStart(8)
console.log(`${files} files, ms: first, then minimum and median of ${rounds}`)
for (const [name, [first = 0, ...rest]] of times) {
  const sorted = [...rest].sort((a, b) => a - b)
  console.log(`${name.padEnd(38)}${of(first)}${of(sorted[0] ?? 0)}${of(sorted[sorted.length >> 1] ?? 0)}`)
}
