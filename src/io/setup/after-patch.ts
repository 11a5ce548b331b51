import { MANAGERS, type Manager, type Source } from './managers.ts'
import { type Part, sourceIn } from './parts.ts'

/** Commands that run nothing of what they install, or why there are none. */
export type PatchedCommands = { commands: string[]; manager: Manager | null } | { refused: string }

/** What managers obey: hooks, plug-ins, registries, toolchains. A model that writes them writes code for the host. */
const OBEYED =
  /(^|\/)(\.npmrc|\.yarnrc|\.yarnrc\.yml|\.pnpmfile\.[cm]?js|pnpm-workspace\.yaml|bunfig\.toml|pip\.conf|pip\.ini|uv\.toml|poetry\.toml|rust-toolchain(\.toml)?|\.tool-versions|\.nvmrc|\.node-version|\.python-version|\.envrc)$|(^|\/)\.(yarn|cargo|mvn)\//
/** Fields of a package.json that choose the program which installs. */
const PROGRAM_FIELDS = ['packageManager', 'devEngines', 'pnpm']

/**
 * Sources other than a registry: code repositories run hooks and build steps, and paths can lead out of the repository.
 * Looked for in what a patch adds to lockfiles and manifests.
 */
const FOREIGN =
  /git\+|git:\/\/|git@|ssh:\/\/|\.git["'#\s]|(github|gitlab|bitbucket|gist|exec|patch):|(file|link|portal):\s*["']?(\/|~|\.\.)|"resolved":\s*"(\/|\.\.)|"node_modules\/\S+":\s*\{\s*"resolved":\s*"\.\.|^\s*\+?\s*"\.\.\/|^\s*(path|git|url)\s*=|[{,]\s*(path|git)\s*=|source = \{ (url|directory)|\btype: (git|directory)/

/** A range of versions, a tag, another name of a package, one of the same workspace, or what lies in the repository. */
const IN_ORDER =
  /^(@[\w.-]+\/)?[\w.-]+@((workspace:|catalog:)?[\w.^~<>=|*\s+-]*|npm:(@[\w.-]+\/)?[\w.-]+(@[\w.^~<>=|*\s+-]*)?|file:(\.\/)?(?!.*\.\.)\w[\w./@+-]*)$/

/** A line of requirements that names a package of the index, with version, marker, hashes and nothing else. */
const REQUIREMENT =
  /^[A-Za-z0-9][\w.-]*(\[[\w,.\s-]*\])?\s*([<>=!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*(;[^@]*)?(\s*--hash=sha(256|384|512):[0-9a-f]+)*$/
const LIST = /(^|\/)[\w.-]*(requirements|constraints)[\w.-]*\.txt$/

/** `npm ci --legacy-peer-deps`: one program, its word for installing, plain flags. No shell and no path of its own. */
const RECOGNISED: { command: RegExp; manager: string }[] = [
  { command: /^npm (ci|install|i|clean-install)( --?[\w-]+(=[\w./:-]+)?)*$/, manager: 'npm' },
  { command: /^pnpm (install|i)( --?[\w-]+(=[\w./:-]+)?)*$/, manager: 'pnpm' },
  { command: /^yarn( install)?( --?[\w-]+(=[\w./:-]+)?)*$/, manager: 'yarn' },
  { command: /^bun (install|i)( --?[\w-]+(=[\w./:-]+)?)*$/, manager: 'bun' },
  { command: /^uv sync( --?[\w-]+(=[\w./:-]+)?)*$/, manager: 'uv' },
  { command: /^python3? -m venv \.venv$/, manager: 'venv' },
  {
    command: /^(\.venv\/bin\/)?(pip3?|python3? -m pip) install( -q| --quiet| --require-hashes)*( (-r|-c) ?[\w./-]+)+$/,
    manager: 'pip',
  },
  { command: /^go( -C [\w./@-]+)? mod download( -x)?$/, manager: 'go' },
  { command: /^cargo fetch( --?[\w-]+(=[\w./:-]+)?)*$/, manager: 'cargo' },
]

/**
 * What may be run outside the box for a part whose lockfile or manifest a patch has changed: a model chose these
 * dependencies, so none of their code may run, neither scripts nor builds.
 */
export async function patchedCommands(part: Part, base: Source, patched: Source): Promise<PatchedCommands> {
  const refused = await whatIsObeyed(base, patched)
  if (refused) return { refused }
  if (part.manager) {
    if (part.manager.nothingBuilt === null || part.commands.some((command) => / -e '?\./.test(command)))
      return { refused: `${part.manager.name} cannot install without running code that the patch chose` }
    const { nothingBuilt } = part.manager
    return { manager: part.manager, commands: part.commands.map((command) => withFlag(command, nothingBuilt)) }
  }
  return ownCommands(part.commands, sourceIn(base, part.dir), sourceIn(patched, part.dir))
}

async function whatIsObeyed(base: Source, patched: Source): Promise<string | null> {
  const paths = [...new Set([...base.paths, ...patched.paths])]
  const changed = paths.filter((path) => base.hashOf(path) !== patched.hashOf(path))
  const obeyed = changed.find((path) => OBEYED.test(path))
  if (obeyed) return `the patch changes ${obeyed}, which package managers obey`
  for (const path of changed) {
    const inputs = MANAGERS.some(
      ({ lockfiles, inputs }) => lockfiles.includes(nameOf(path)) || inputs.test(nameOf(path)),
    )
    if (!inputs && !LIST.test(path)) continue
    const problem = await whatIsForeign(path, await base.read(path), await patched.read(path))
    if (problem) return problem
  }
  return null
}

async function whatIsForeign(path: string, before: string | null, after: string | null): Promise<string | null> {
  if (after === null) return null
  if (nameOf(path) === 'package.json') {
    const field = PROGRAM_FIELDS.find((name) => fieldOf(before, name) !== fieldOf(after, name))
    if (field) return `the patch changes \`${field}\` of ${path}, which chooses the program that installs`
    const odd = dependenciesOf(after).find((line) => !dependenciesOf(before).includes(line) && !IN_ORDER.test(line))
    if (odd) return foreign(path, odd)
  }
  const known = new Set((before ?? '').split('\n'))
  const added = after.split('\n').filter((line) => !known.has(line))
  const bad = LIST.test(path) ? added.find((line) => !isRequirement(line)) : added.find((line) => FOREIGN.test(line))
  return bad === undefined ? null : foreign(path, bad)
}

function foreign(path: string, line: string): string {
  return `the patch adds to ${path} what comes from neither a registry nor this repository: ${line.trim().slice(0, 200)}`
}

/** `name@range` of each; what cannot be read depends on nothing, and the manager will say so. */
function dependenciesOf(manifest: string | null): string[] {
  try {
    const parsed = JSON.parse(manifest ?? '{}') as Record<string, Record<string, unknown> | undefined>
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
    return kinds.flatMap((kind) => Object.entries(parsed[kind] ?? {}).map(([name, range]) => `${name}@${range}`))
  } catch {
    return []
  }
}

function isRequirement(line: string): boolean {
  const text = line
    .replace(/(^|\s)#.*$/, '')
    .replace(/\\$/, '')
    .trim()
  return text === '' || REQUIREMENT.test(text) || /^(--hash=sha(256|384|512):[0-9a-f]+\s*)+$/.test(text)
}

async function ownCommands(commands: string[], base: Source, patched: Source): Promise<PatchedCommands> {
  const known = commands.map((command) => RECOGNISED.find((row) => row.command.test(command)))
  const at = known.indexOf(undefined)
  if (at >= 0) return { refused: `\`${commands[at]}\` under \`setup:\` may run code that the patch chose` }
  const native = known.some((row) => row?.manager === 'npm') ? await withInstallScript(base, patched) : null
  if (native) return { refused: `${native} needs its install script, and \`setup:\` runs scripts` }
  const managers = known.map((row) => MANAGERS.find(({ name }) => name === row?.manager) ?? null)
  return {
    manager: managers.find((manager) => manager !== null) ?? null,
    commands: await Promise.all(
      commands.map(async (command, i) => {
        const manager = managers[i]
        if (manager?.name !== 'yarn') return withFlag(command, manager?.nothingBuilt ?? '')
        return withFlag(command, (await manager.install(patched)).join().split(' ').at(-1) ?? '')
      }),
    ),
  }
}

/** A package of package-lock.json that is not whole without its own script, such as one with native code. */
async function withInstallScript(base: Source, patched: Source): Promise<string | null> {
  for (const source of [patched, base]) {
    const found = /"node_modules\/([^"]+)":\s*\{[^{}]*"hasInstallScript":\s*true/.exec(
      (await source.read('package-lock.json')) ?? '',
    )
    if (found) return found[1]!
  }
  return null
}

function withFlag(command: string, flag: string): string {
  if (flag === '' || / -m venv /.test(command) || ` ${command} `.includes(` ${flag} `)) return command
  return `${command} ${flag}`
}

function fieldOf(manifest: string | null, name: string): string {
  try {
    return JSON.stringify((JSON.parse(manifest ?? '{}') as Record<string, unknown>)[name] ?? null)
  } catch {
    return 'unreadable'
  }
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
