import { stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Event } from '../../core/events.ts'
import { sha256 } from '../../core/hash.ts'
import type { Unprovided } from '../../world.ts'
import type { Repository } from '../git/repository.ts'
import { runProgram } from '../run-program.ts'
import { patchedCommands } from './after-patch.ts'
import type { Carried } from './carry.ts'
import { fitOf } from './fits.ts'
import { type Installation, type InstallFailure, installPart } from './install.ts'
import { blamesTheFiles, type Ecosystem, type Manager, type Source } from './managers.ts'
import { commandIn, type Part, type ProjectSetup, partsOf, sourceIn } from './parts.ts'
import { type Installed, makeProvision, type Provision } from './provision.ts'
import { canPlace, setupEnvironment } from './run-setup.ts'
import { openSource } from './source.ts'
import { openStore, type Store } from './store.ts'

export interface ProvisionerOptions {
  repository: Repository
  /** Folder of the store. */
  dir: string
  /** `setup:` of agent.yaml. */
  setup: string[] | undefined
  /** Packages with a folder of their own; left out: none. */
  projects?: readonly ProjectSetup[]
  carry: Carried[]
  /** False: set-up runs in its own folder, since the box shows trees in theirs too (`--isolation none`). */
  place: boolean
  env: NodeJS.ProcessEnv
  wallMs?: number
  tell(event: Event): void
  signal: AbortSignal
}

export type Provided = { ok: true; provision: Provision } | { ok: false; unready: Unprovided }

/** Installs what commits depend on, each set of lockfiles once. */
export interface Provisioner {
  /** For the commit that work starts from: the user's own code. */
  base(commit: string, ecosystems: Ecosystem[]): Promise<Provided>
  /** For a commit on top of the last base. What a patch chose to depend on is installed without running any of it. */
  patched(commit: string): Promise<Provided>
  /** Of a commit that was provided for; of any other one what the base has. */
  of(commit: string): Provision | null
}

const TEN_MINUTES = 600_000

/** How one part was provided for: from the checkout, or by set-up. */
type Settled =
  | { part: Part; carried: true }
  | { part: Part; carried: false; installation: Installation; patch: boolean }

interface Base {
  source: Source
  ecosystems: Ecosystem[]
  settled: Settled[]
  provision: Provision
}

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  return new RealProvisioner(options)
}

class RealProvisioner implements Provisioner {
  private readonly options: ProvisionerOptions
  private base_: Base | null = null
  private readonly known = new Map<string, Provided>()
  private readonly versions = new Map<string, Promise<string>>()
  private readonly told = new Set<string>()
  private store: Promise<Store> | null = null
  private placed: Promise<boolean> | null = null

  constructor(options: ProvisionerOptions) {
    this.options = options
  }

  readonly of = (commit: string): Provision | null => {
    const known = this.known.get(commit)
    return known?.ok ? known.provision : (this.base_?.provision ?? null)
  }

  async base(commit: string, ecosystems: Ecosystem[]): Promise<Provided> {
    const source = await openSource(this.options.repository.root, commit)
    const parts = await partsOf(source, this.options.setup, ecosystems, this.options.projects)
    const settled: Settled[] = []
    for (const part of parts) {
      const carried = await this.carriedPaths(part, source)
      if (carried) {
        this.tellCarried(part, carried)
        settled.push({ part, carried: true })
        continue
      }
      const made = await this.install(part, source, false)
      if (!made.ok) return { ok: false, unready: { status: 'environment', message: this.baseFailure(part, made) } }
      settled.push({ part, carried: false, installation: made, patch: false })
    }
    const provision = await this.assemble(source, settled)
    this.base_ = { source, ecosystems, settled, provision }
    const provided: Provided = { ok: true, provision }
    this.known.set(commit, provided)
    return provided
  }

  async patched(commit: string): Promise<Provided> {
    const known = this.known.get(commit)
    if (known) return known
    const base = this.base_
    if (!base) throw new Error('a patch was to be provided for before its base')
    const source = await openSource(this.options.repository.root, commit)
    const provided = await this.provideForPatch(base, source)
    // What failed for want of a network may hold the next time.
    if (provided.ok || provided.unready.status === 'patch') this.known.set(commit, provided)
    return provided
  }

  private async provideForPatch(base: Base, source: Source): Promise<Provided> {
    const parts = await partsOf(source, this.options.setup, base.ecosystems, this.options.projects)
    const settled: Settled[] = []
    for (const part of parts) {
      const same = base.settled.find(({ part: old }) => old.fingerprint === part.fingerprint && old.dir === part.dir)
      if (same) {
        settled.push(same)
        continue
      }
      const chosen = await patchedCommands(part, base.source, source)
      if ('refused' in chosen) return { ok: false, unready: { status: 'blocked', message: refusal(chosen.refused) } }
      const env = { ...part.env, ...chosen.manager?.env, ...chosen.manager?.patchEnv }
      const made = await this.install({ ...part, commands: chosen.commands, env }, source, true)
      if (!made.ok) return { ok: false, unready: patchFailure(chosen.manager, made) }
      settled.push({ part, carried: false, installation: made, patch: true })
    }
    if (settled.every((part) => base.settled.includes(part)) && settled.length === base.settled.length)
      return { ok: true, provision: base.provision }
    return { ok: true, provision: await this.assemble(source, settled) }
  }

  /** Paths of the checkout that serve as they are; null: set-up has to run. The user's own commands always do. */
  private async carriedPaths(
    { manager, dir = '' }: Part,
    source: Source,
  ): Promise<{ paths: string[]; unknown: boolean } | null> {
    const { repository, carry } = this.options
    if (!manager?.folder) return null
    const folder = posix.join(dir, manager.folder)
    if (carry.some(({ path }) => path === folder)) return { paths: [], unknown: false }
    const fit = await fitOf(join(repository.root, dir), manager, sourceIn(source, dir))
    return fit === 'fits' || fit === 'unknown' ? { paths: [folder], unknown: fit === 'unknown' } : null
  }

  private tellCarried({ manager, fingerprint }: Part, { paths, unknown }: { paths: string[]; unknown: boolean }): void {
    if (paths.length === 0 || this.told.has(fingerprint)) return
    this.told.add(fingerprint)
    const asked = manager?.name === 'pip' ? 'what the requirements ask for' : 'what the lockfile asks for'
    const message = unknown
      ? `${paths[0]} of your checkout is used as it is: whether it holds ${asked} cannot be told without ${manager?.name}; install again after a change there`
      : null
    const managers = [manager?.name ?? 'setup']
    this.options.tell({ type: 'setup.finished', how: 'carried', managers, paths, afterPatch: false, message, ms: 0 })
  }

  private async assemble(source: Source, settled: Settled[]): Promise<Provision> {
    const { repository, carry } = this.options
    const installed: Installed[] = []
    for (const part of settled) {
      if (part.carried) continue
      const { entry } = part.installation
      for (const path of entry.products)
        installed.push({ path, from: join(entry.dir, 'products', path), trusted: !part.patch })
    }
    const caches = settled.flatMap((one) =>
      one.carried ? [] : one.part.caches.map(({ env }, i) => cacheOf(one.installation.entry.caches[i] ?? [], env)),
    )
    const made = new Set(installed.map(({ path }) => path))
    const mended = new Set(
      settled.flatMap(({ part, carried }) => (carried || part.dir ? [] : [part.manager?.ecosystem])),
    )
    const fitting = settled.flatMap(({ part: { dir, manager }, carried }) =>
      carried && dir && manager?.folder ? [posix.join(dir, manager.folder)] : [],
    )
    for (const path of await this.foldersOfCheckout(source)) {
      // Beside a node_modules that set-up made, those of the checkout belong to another lockfile.
      const another = path.endsWith('node_modules') ? mended.has('javascript') : mended.has('python')
      if (!made.has(path) && (!another || fitting.includes(path)))
        installed.push({ path, from: join(repository.root, path), trusted: true })
    }
    return makeProvision(repository.root, installed, caches, carry)
  }

  /** Installed folders of the checkout, beside every manifest of a workspace. */
  private async foldersOfCheckout({ paths }: Source): Promise<string[]> {
    const manifests = paths.filter((path) => /(^|\/)package\.json$/.test(path) && !/(^|\/)node_modules\//.test(path))
    const beside = manifests.map((path) => path.replace(/package\.json$/, 'node_modules'))
    const wanted = [...new Set(['node_modules', '.venv', ...beside])]
    const there = await Promise.all(
      wanted.map((path) => stat(join(this.options.repository.root, path)).catch(() => null)),
    )
    return wanted.filter((_, i) => there[i]?.isDirectory())
  }

  private async install(part: Part, source: Source, afterPatch: boolean): Promise<Installation | InstallFailure> {
    const { repository, dir, tell, signal } = this.options
    this.placed ??= this.options.place ? canPlace(repository.root) : Promise.resolve(false)
    this.store ??= openStore(dir)
    const placed = await this.placed
    const key = await this.keyOf(part, placed)
    const started = performance.now()
    const managers = [part.manager?.name ?? 'setup']
    const made = await installPart({
      store: await this.store,
      key,
      part,
      repository,
      commit: source.commit,
      at: placed ? repository.root : null,
      env: setupEnvironment(this.options.env, part.env),
      wallMs: this.options.wallMs ?? TEN_MINUTES,
      signal,
      onStart: () => {
        const commands = part.commands.map((command) => commandIn(part.dir, command))
        tell({ type: 'setup.started', managers, commands, afterPatch })
      },
    })
    if (made.ok && !made.made && this.told.has(key)) return made
    this.told.add(key)
    const place = placed
      ? null
      : `it ran in a folder of its own: paths that are written down in what it made do not hold`
    tell({
      type: 'setup.finished',
      how: made.ok ? (made.made ? 'run' : 'cached') : 'failed',
      managers,
      paths: made.ok ? [...made.entry.products, ...made.entry.caches.flat()] : [],
      afterPatch,
      message: made.ok ? (made.made ? place : null) : `\`${made.command}\` ${made.how}`,
      ms: Math.round(performance.now() - started),
    })
    return made
  }

  private async keyOf({ manager, commands, env, fingerprint, dir }: Part, placed: boolean): Promise<string> {
    const tools = await Promise.all((manager?.versions ?? ['node --version']).map((command) => this.version(command)))
    const platform = [process.platform, process.arch]
    const all = { commands, env, fingerprint, tools, platform, root: this.options.repository.root, placed, dir }
    return sha256(JSON.stringify(all)).slice(0, 32)
  }

  /** What a tool says of its version; a tool that is missing says nothing, and the command will. */
  private version(command: string): Promise<string> {
    const known = this.versions.get(command)
    if (known) return known
    const env = setupEnvironment(this.options.env, {})
    const options = { cwd: this.options.repository.root, env, timeoutMs: 20_000 }
    const asked = runProgram('/bin/sh', ['-c', command], options).then(({ stdout }) => stdout)
    this.versions.set(command, asked)
    return asked
  }

  private baseFailure(part: Part, failure: InstallFailure): string {
    const where = this.options.setup
      ? 'Mend the commands under `setup:` in agent.yaml, or take them out.'
      : 'Name other commands under `setup:` in agent.yaml; `setup: []` says that there is nothing to install.'
    const by = `git clone ${this.options.repository.root} /tmp/try && cd /tmp/try && ${part.commands.map((command) => commandIn(part.dir, command)).join(' && ')}`
    return `The project could not be set up: ${words(failure)}\nRun it by hand in a fresh clone: ${by}\n${where}`
  }
}

function cacheOf(paths: string[], env: (paths: string[]) => Record<string, string>) {
  return { paths, env: env(paths) }
}

function words({ command, how, output }: InstallFailure): string {
  const all = output.split('\n')
  // A manager says first what is wrong and then how it is used; a build says it last.
  const some = all.length > 30 ? [...all.slice(0, 15), '...', ...all.slice(-15)] : all
  const lines = some.map((line) => line.slice(0, 300)).join('\n')
  return `\`${command}\` ${how}${lines === '' ? '.' : `:\n${lines}`}`
}

/** Only what the manager itself says of the files is told to the model; everything else is the surroundings. */
function patchFailure(manager: Manager | null, failure: InstallFailure): Unprovided {
  if (manager && !failure.cancelled && blamesTheFiles(manager, failure.output))
    return {
      status: 'patch',
      message: `The dependencies that the patch asks for cannot be installed: ${words(failure)}`,
    }
  return {
    status: 'environment',
    message: `The dependencies of the patch could not be installed, and nothing shows that the patch is at fault: ${words(failure)}\nBefore the patch the project could be set up. Try again when registry and network are in order.`,
  }
}

function refusal(reason: string): string {
  return `The patch changes what the project depends on, and that cannot be installed without running code that the patch chose: ${reason}.\nMake the change of dependencies yourself and commit it, then run again; or name commands under \`setup:\` in agent.yaml that only install from a lockfile (\`npm ci\`, \`pnpm install\`, \`uv sync\`, \`pip install -r requirements.txt\`, \`go mod download\`, \`cargo fetch\`).`
}
