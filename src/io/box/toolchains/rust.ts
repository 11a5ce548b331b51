import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSystemPath, isWithin } from '../system.ts'
import { cargoSettings } from './cargo-settings.ts'
import { type Detected, foldersIn, homeOf, isFile, missing, onPath, type Place, partOf, textOf } from './part.ts'
import { standIn } from './stand-in.ts'

/** Rust with what cargo has fetched (read-only), and cargo's settings without what is secret. */
export async function detectRust(place: Place): Promise<Detected> {
  const rustc = await onPath(place, 'rustc')
  if (rustc === null) return missing('there is no `rustc` on PATH')
  if (isWithin(rustc, place.root))
    return missing(`${rustc} lies in the repository, and nothing of it is run outside the box`)
  const own = await ownToolchain(place)
  if (own !== null)
    return missing(`${own} names a toolchain by its path, and such a one is not started outside the box`)
  // Behind rustup's stand-in this is the toolchain that the folder asks for; a missing one is not installed here.
  const env = { ...place.env, RUSTUP_AUTO_INSTALL: '0' }
  const answer = await place.ask(rustc, ['--print', 'sysroot'], { cwd: place.dir, env })
  if (!answer.ok) return missing(answer.why)
  const sysroot = answer.text.trim()
  const real = join(sysroot, 'bin/rustc')
  if (!(await isFile(real))) return missing(`\`${rustc} --print sysroot\` gave ${sysroot}, which has no bin/rustc`)
  const version = await place.ask(real, ['--version'], { cwd: '/', env })
  if (!version.ok) return missing(version.why)
  return partOf(/^rustc (\S+)/.exec(version.text)?.[1] ?? version.text.trim(), sysroot, {
    ...(await cargoParts(place, sysroot)),
    path: [join(sysroot, 'bin')],
  })
}

async function cargoParts(place: Place, sysroot: string) {
  const home = place.env['CARGO_HOME'] ?? (homeOf(place.env) && join(homeOf(place.env), '.cargo'))
  const toolchain = isSystemPath(sysroot) ? [] : [sysroot]
  const offline = { CARGO_NET_OFFLINE: 'true' }
  if (!home || isSystemPath(home)) return { readOnly: toolchain, env: offline }
  const fetched = await foldersIn(home, (await usesGit(place)) ? ['registry', 'git'] : ['registry'])
  const settings = await cargoSettings(place, join(sysroot, 'bin/cargo'), home)
  const mounts = settings
    ? [{ from: await standIn(place.scratch, settings.text, 'config.toml'), to: join(home, 'config.toml') }]
    : []
  const readOnly = [...toolchain, ...fetched, ...(await subcommands(home)), ...(settings?.folders ?? [])]
  // The path of the host, because what cargo has compiled is known by the path of its source.
  const used = readOnly.some((path) => isWithin(path, home)) || mounts.length > 0
  return { readOnly, mounts, env: { ...offline, ...(used ? { CARGO_HOME: home } : {}) } }
}

/** `cargo-nextest` and its like; what rustup puts there leads to rustup, which is not in the box. */
async function subcommands(home: string): Promise<string[]> {
  const bin = join(home, 'bin')
  const rustup = await stat(join(bin, 'rustup')).catch(() => null)
  const names = (await readdir(bin).catch(() => [])).filter((name) => name.startsWith('cargo-'))
  const kept = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(bin, name)).catch(() => null)
      return (found?.isFile() ?? false) && found?.ino !== rustup?.ino
    }),
  )
  return names.filter((_, index) => kept[index]).map((name) => join(bin, name))
}

/** Checkouts of git dependencies are shown only where one is locked: they tell the addresses of others. */
async function usesGit({ root, paths }: Place): Promise<boolean> {
  const locks = paths.filter((path) => path === 'Cargo.lock' || path.endsWith('/Cargo.lock'))
  const texts = await Promise.all(locks.map((path) => textOf(join(root, path))))
  return texts.some((text) => text?.includes('"git+') ?? false)
}

/** The file, from the manifest's folder up to the root, that makes rustup start programs of a named folder. */
async function ownToolchain({ root, dir }: Place): Promise<string | null> {
  for (let folder = dir; isWithin(folder, root); folder = dirname(folder)) {
    for (const name of ['rust-toolchain', 'rust-toolchain.toml']) {
      const text = await textOf(join(folder, name))
      if (text !== null && /^\s*(toolchain\s*\.\s*)?["']?path["']?\s*=|[{,]\s*["']?path["']?\s*=/m.test(text))
        return join(folder, name)
    }
    if (folder === '/') break
  }
  return null
}
