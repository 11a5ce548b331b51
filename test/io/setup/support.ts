import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EventOf } from '../../../src/core/events.ts'
import { sha256 } from '../../../src/core/hash.ts'
import type { Carried } from '../../../src/io/setup/carry.ts'
import type { ProjectSetup } from '../../../src/io/setup/parts.ts'
import { createProvisioner, type Provisioner } from '../../../src/io/setup/provisioner.ts'
import { makeRepo, type Repo } from '../git/support.ts'

export type SetupEvent = EventOf<'setup.started'> | EventOf<'setup.finished'>

export interface SetupRun {
  provisioner: Provisioner
  events: SetupEvent[]
  /** `run`, `cached`, ... in order. */
  ways(): string[]
  controller: AbortController
}

export interface SetupOptions {
  setup?: string[]
  projects?: ProjectSetup[]
  carry?: Carried[]
  place?: boolean
  env?: NodeJS.ProcessEnv
  wallMs?: number
}

/** A provisioner as a run of the program would make it; each call is another run. */
export function provisionerOf(repo: Repo, options: SetupOptions = {}): SetupRun {
  const events: SetupEvent[] = []
  const controller = new AbortController()
  const provisioner = createProvisioner({
    repository: { root: repo.root, commonDir: repo.commonDir },
    dir: join(repo.around, 'setup'),
    setup: options.setup,
    projects: options.projects ?? [],
    carry: options.carry ?? [],
    place: options.place ?? true,
    env: options.env ?? { ...process.env, npm_config_cache: join(repo.around, 'npm') },
    ...(options.wallMs === undefined ? {} : { wallMs: options.wallMs }),
    tell: (event) => {
      if (event.type === 'setup.started' || event.type === 'setup.finished') events.push(event)
    },
    signal: controller.signal,
  })
  const ways = () => events.flatMap((event) => (event.type === 'setup.finished' ? [event.how] : []))
  return { provisioner, events, ways, controller }
}

/** Packs a package of these files as npm would; answers its bytes. */
export function tarball(around: string, files: Record<string, string>): Buffer {
  const dir = join(around, `pack-${sha256(JSON.stringify(files)).slice(0, 8)}`)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, 'package', path)), { recursive: true })
    writeFileSync(join(dir, 'package', path), text)
  }
  const args = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-czf', 'out.tgz', 'package']
  execFileSync('tar', args, { cwd: dir })
  return readFileSync(join(dir, 'out.tgz'))
}

/** A package whose scripts would leave a mark. */
export const tiny = (version: string): Record<string, string> => ({
  'package.json': JSON.stringify({ name: 'tiny', version, scripts: { postinstall: 'touch ran-its-script' } }),
  'index.js': `module.exports = '${version}'\n`,
})

export const MANIFEST = (path: string): string =>
  JSON.stringify({ name: 'target', private: true, dependencies: { tiny: `file:${path}` } })

/** package-lock.json for one package from a tarball of the repository. */
export function lockFor(path: string, version: string): string {
  const root = { name: 'target', dependencies: { tiny: `file:${path}` } }
  const entry = { version, resolved: `file:${path}`, hasInstallScript: true }
  return JSON.stringify(
    { name: 'target', lockfileVersion: 3, requires: true, packages: { '': root, 'node_modules/tiny': entry } },
    null,
    2,
  )
}

/** A project that depends on `tiny` 1.0.0, and has 2.0.0 at hand. */
export async function makeTinyProject(): Promise<Repo> {
  const repo = await makeRepo({ '.gitignore': 'node_modules/\n.venv/\nsecret.env\ngen/\n' })
  await repo.write({
    'vendor/tiny-1.tgz': tarball(repo.around, tiny('1.0.0')),
    'vendor/tiny-2.tgz': tarball(repo.around, tiny('2.0.0')),
    'package.json': MANIFEST('vendor/tiny-1.tgz'),
    'package-lock.json': lockFor('vendor/tiny-1.tgz', '1.0.0'),
  })
  repo.commit('project')
  return repo
}
