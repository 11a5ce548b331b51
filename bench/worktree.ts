/**
 * What a tree for an attempt costs in a large repository: a full checkout (`git worktree add`, given to the payload's user, looked
 * through for changes and removed) beside one that is used again, in turns. Prints medians and their ratio.
 * `node bench/worktree.ts [files] [rounds]`
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareTree } from '../src/io/box/identity.ts'
import { openRepository } from '../src/io/git/repository.ts'
import { createWorktrees } from '../src/io/git/worktree.ts'

const files = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 5)
const around = mkdtempSync(join(tmpdir(), 'specproof-bench-'))
process.env['XDG_CACHE_HOME'] = join(around, 'cache')
const root = join(around, 'project')
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

mkdirSync(root)
git('init', '--quiet')
git('config', 'user.name', 'Ada')
git('config', 'user.email', 'ada@example.invalid')
for (let n = 0; n < files; n++) {
  const dir = join(root, `p${n % 50}`, `q${Math.floor(n / 50) % 20}`)
  if (n < 1_000) mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, `f${n}.ts`), `export const n${n} = ${n}\n`.repeat(20))
}
git('add', '--all')
git('commit', '--quiet', '--message', 'base')
const commits = [git('rev-parse', 'HEAD')]
for (let n = 1; n < 4; n++) {
  writeFileSync(join(root, 'p0/q0/f0.ts'), `changed ${n}\n`)
  git('commit', '--quiet', '--all', '--message', `change ${n}`)
  commits.push(git('rev-parse', 'HEAD'))
}

async function timed(use: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await use()
  return performance.now() - started
}

const worktrees = await createWorktrees(await openRepository(root), 'bench', prepareTree)
const times: Record<string, number[]> = { checkout: [], again: [], modified: [], close: [] }
const first = await timed(async () => worktrees.close(await worktrees.open(commits[0]!)))
for (let round = 0; round < rounds; round++) {
  const commit = commits[round % commits.length]!
  const full = join(around, `full-${round}`)
  times['checkout']!.push(
    await timed(async () => {
      git('worktree', 'add', '--quiet', '--detach', full, commit)
      await prepareTree(full)
    }),
  )
  git('worktree', 'remove', '--force', full)
  let tree = { commit, dir: '' }
  times['again']!.push(
    await timed(async () => {
      tree = await worktrees.open(commit)
    }),
  )
  writeFileSync(join(tree.dir, 'p1/q1/new.txt'), 'by a test')
  times['modified']!.push(await timed(async () => void (await worktrees.modified(tree))))
  times['close']!.push(await timed(() => worktrees.close(tree)))
}
await worktrees.closeAll()
rmSync(around, { recursive: true, force: true })

const median = (name: string) => [...times[name]!].sort((a, b) => a - b)[times[name]!.length >> 1]!
const said = (ms: number) => `${ms.toFixed(0)} ms`
console.log(`${files} files; the first tree ${said(first)}`)
for (const name of Object.keys(times))
  console.log(`${name.padEnd(9)} min ${said(Math.min(...times[name]!))}, median ${said(median(name))}`)
const whole = median('again') + median('close')
console.log(
  `opened, cleaned and given back: ${said(whole)}, ${(median('checkout') / whole).toFixed(0)} times sooner than a checkout alone`,
)
