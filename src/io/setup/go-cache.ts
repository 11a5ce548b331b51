import { createHash } from 'node:crypto'
import { readdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Tree, Worktree } from '../../world.ts'
import type { Box, BoxLimits, BoxPolicy } from '../box/box.ts'
import { BOX_HOME } from '../box/system.ts'
import { firstOnPath } from '../box/toolchain.ts'
import { GO_BUILD, HARNESS } from '../checks/harness.ts'
import { runProgram } from '../run-program.ts'
import { openStore } from './store.ts'

export interface GoCacheRequest {
  /** Folder of the store. */
  dir: string
  box: Box
  limits: BoxLimits
  /** The tree that work starts from: the user's own code, with nothing of a patch. */
  tree: Pick<Tree, 'paths' | 'read' | 'commit'>
  /** What a box of this tree holds. */
  policy(worktree: Worktree): Promise<BoxPolicy | null>
  open(commit: string): Promise<Worktree>
  close(worktree: Worktree): Promise<void>
  /** Called when it has to be filled, which takes a minute or two. */
  onStart(): void
  signal: AbortSignal
}

/** Where the go command keeps it in a box. */
const PLACE = join(BOX_HOME, '.cache/go-build')
const INSIDE = '.specproof-go-build'
const MODULE = /(^|\/)go\.(mod|sum|work|work\.sum)$/
const MB = 1024 ** 2

/**
 * Folder of a build cache that holds the standard library as the harness changes it, the dependencies and the packages of the tree, compiled
 * with the race detector where there is one. It is filled once for each set of versions, by a box in which the compiler alone runs and
 * nothing of what it compiles. Boxes of patches write over it and never into it. Null: it could not be made.
 */
export async function goBuildCache(request: GoCacheRequest): Promise<{ dir: string; made: boolean } | null> {
  const { policy, tree, signal } = request
  // What it is named after does not hang on where the tree lies.
  const unplaced = await policy({ commit: tree.commit, dir: '' })
  if (!unplaced) return null
  const store = await openStore(request.dir)
  const key = await keyOf(request, unplaced)
  const known = await store.find(key)
  if (known) return { dir: await kept(known.dir), made: false }
  request.onStart()
  const made = await store.make<null>(key, signal, async (dir) =>
    (await fill(request, dir)) ? { ok: true, products: [], caches: [] } : { ok: false, failure: null },
  )
  return made.ok ? { dir: await kept(made.entry.dir), made: made.made } : null
}

/** Compiles in a box whose tree is the only place that stays, and takes the cache out of it. */
async function fill({ box, limits, tree, policy, open, close, signal }: GoCacheRequest, dir: string): Promise<boolean> {
  const worktree = await open(tree.commit)
  try {
    const own = await policy(worktree)
    if (!own) return false
    const place = join(box.name === 'none' ? own.tree : own.root, INSIDE)
    const overlays = (own.overlays ?? []).filter(({ to }) => to !== PLACE)
    const filling = { ...own, overlays, env: { ...own.env, GOCACHE: place } }
    const roomy = { ...limits, diskBytes: 4096 * MB, wallMs: 600_000 }
    const { exitCode } = await box.run([...GO_BUILD, '--warm'], filling, roomy, { signal })
    // What does not compile lacks something that may be there the next time, and nothing in the key would show it.
    if (exitCode !== 0) return false
    const filled = join(worktree.dir, INSIDE)
    const there = await stat(filled).catch(() => null)
    if (!there?.isDirectory() || signal.aborted) return false
    await rename(filled, join(dir, 'cache'))
    if (process.geteuid?.() === 0) await runProgram('chmod', ['-R', 'u+rwX,go+rX', '--', join(dir, 'cache')])
    return true
  } finally {
    await close(worktree)
  }
}

/** The go command throws away what nobody has used for days; the boxes' uses leave no trace here, so it is told that it just did. */
async function kept(entry: string): Promise<string> {
  const dir = join(entry, 'cache')
  await writeFile(join(dir, 'trim.txt'), `${Math.floor(Date.now() / 1000)}\n`)
  return dir
}

/** With the build cache in place of the user's own, which knows neither our changes nor the race detector. */
export function withBuildCache<T extends { overlays?: BoxPolicy['overlays'] }>(toolchains: T, cache: string): T {
  const others = (toolchains.overlays ?? []).filter(({ to }) => to !== PLACE)
  return { ...toolchains, overlays: [...others, { from: cache, to: PLACE }] }
}

async function keyOf({ box, tree }: GoCacheRequest, { env = {} }: BoxPolicy): Promise<string> {
  const hash = createHash('sha256')
  const settings = Object.entries(env).filter(([name]) => /^(GO|CGO)/.test(name))
  hash.update(JSON.stringify([box.name, process.arch, settings.sort(), await versionOf(env['PATH'] ?? '')]))
  for (const path of tree.paths.filter((one) => MODULE.test(one)).sort()) {
    const file = await tree.read(path)
    hash.update(JSON.stringify([path, file.kind === 'text' ? file.text : '']))
  }
  const injected = join(HARNESS, 'go', 'inject')
  for (const name of (await readdir(injected)).sort()) hash.update(await readFile(join(injected, name)))
  return hash.digest('hex').slice(0, 32)
}

/** Of the Go that a PATH leads to; installations carry it in a file. */
async function versionOf(path: string): Promise<string> {
  const go = await firstOnPath(path.split(delimiter), 'go')
  if (go === null) return ''
  const installed = dirname(dirname(await realpath(go)))
  return `${installed} ${await readFile(join(installed, 'VERSION'), 'utf8').catch(() => '')}`
}
