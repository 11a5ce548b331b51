import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../git/remove-tree.ts'
import type { Repository } from '../git/repository.ts'
import { commandIn, type Part } from './parts.ts'
import { materialise, takeProducts } from './provision-tree.ts'
import { runSetup } from './run-setup.ts'
import type { Entry, Store } from './store.ts'

export interface Installation {
  ok: true
  entry: Entry
  /** False: it was there already. */
  made: boolean
}

export interface InstallFailure {
  ok: false
  command: string
  /** `ended with exit code 1`. */
  how: string
  /** The end of what it printed. */
  output: string
  cancelled: boolean
}

export interface InstallRequest {
  store: Store
  key: string
  part: Part
  repository: Repository
  commit: string
  /** Where the commands see the tree; null: in its own folder. */
  at: string | null
  env: Record<string, string>
  /** For each command. */
  wallMs: number
  signal: AbortSignal
  onStart(): void
}

/** Takes a part from the store, or runs its commands on a fresh tree and keeps what they made. */
export async function installPart(request: InstallRequest): Promise<Installation | InstallFailure> {
  const { store, key, signal } = request
  const known = await store.find(key)
  if (known) return { ok: true, entry: known, made: false }
  request.onStart()
  try {
    const made = await store.make<InstallFailure>(key, signal, (dir) => fill(request, dir))
    return made.ok ? made : made.failure
  } catch (error) {
    // Waiting for another run that installs the same ends with an exception.
    if (!signal.aborted) throw error
    return { ok: false, command: request.part.commands[0] ?? '', how: 'was interrupted', output: '', cancelled: true }
  }
}

type Filled = { ok: true; products: string[]; caches: string[][] } | { ok: false; failure: InstallFailure }

async function fill(request: InstallRequest, dir: string): Promise<Filled> {
  const { part, repository, commit, at, env, wallMs, signal } = request
  const tree = join(dir, 'tree')
  const scratch = join(dir, 'scratch')
  await mkdir(scratch)
  await materialise(repository, commit, tree, scratch)
  const run = (command: string) => runSetup({ command: commandIn(part.dir, command), tree, at, env, wallMs, signal })
  for (const command of part.commands) {
    const { ok, how, output } = await run(command)
    if (!ok) return { ok, failure: { ok, command, how, output, cancelled: signal.aborted } }
  }
  const caches: string[][] = []
  for (const { command } of part.caches) caches.push(await existing((await run(command)).output.split('\n')))
  const products = await takeProducts(tree, join(dir, 'products'))
  await removeTree(tree)
  await removeTree(scratch)
  return { ok: true, products, caches }
}

async function existing(paths: string[]): Promise<string[]> {
  const absolute = paths.filter((path) => path.startsWith('/'))
  const there = await Promise.all(absolute.map((path) => stat(path).catch(() => null)))
  return absolute.filter((_, i) => there[i]?.isDirectory())
}
