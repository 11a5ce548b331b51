import { dirname } from 'node:path'

/** What is installed together: a project has at most one manager of each. */
export type Ecosystem = 'javascript' | 'python' | 'go' | 'rust' | 'java'

/** Files of one commit, as far as set-up looks at them. */
export interface Source {
  commit: string
  paths: string[]
  /** Names the contents; null: there is no such file. */
  hashOf(path: string): string | null
  /** Null for what is not there or is not text. */
  read(path: string): Promise<string | null>
}

/** A package manager: a row of the table that detection, provisioning and the reading of failures go by. */
export interface Manager {
  name: string
  ecosystem: Ecosystem
  /** It is in charge when one of these lies at the top of the repository, or when `applies` says so. */
  lockfiles: string[]
  applies?(source: Source): Promise<boolean>
  /** Base names at any depth of what decides on the dependencies, lockfiles apart. */
  inputs: RegExp
  /** Shell commands for the user's own commit. */
  install(source: Source): Promise<string[]>
  /** Added to each command when a patch chose the dependencies, so that no code of theirs runs; null: not possible. */
  nothingBuilt: string | null
  env?: Record<string, string>
  /** Added to `env` after a patch. */
  patchEnv?: Record<string, string>
  /** Commands whose output names the versions that matter. */
  versions: string[]
  /** Where it installs to in the tree; null: in a cache of the user's home. */
  folder: string | null
  /** Shell command that prints the user's caches, one path a line, and what the box has to be told of them. */
  caches?: { command: string; env(paths: string[]): Record<string, string> }
  /** Its own words for a lockfile or manifest that is wrong, whoever asks and whenever. */
  faults: RegExp
}

/** Folders whose modules are not judged: the harness looks into no others. */
const NOT_JUDGED = /(^|\/)([._][^/]*|node_modules|vendor|testdata)\//

/** A path as a word of a shell. */
export const quoted = (path: string) => (/^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

const JAVASCRIPT = /^(package\.json|\.npmrc|\.nvmrc|\.node-version)$/
const PYTHON =
  /^(pyproject\.toml|setup\.(py|cfg)|([\w.-]*-)?requirements[\w.-]*\.txt|constraints.*\.txt|\.python-version|uv\.toml)$/

/** Before the others of its ecosystem comes the one with the lockfile that says most. */
export const MANAGERS: Manager[] = [
  {
    name: 'npm',
    ecosystem: 'javascript',
    lockfiles: ['package-lock.json', 'npm-shrinkwrap.json'],
    inputs: JAVASCRIPT,
    install: async () => ['npm ci --ignore-scripts --include=dev --no-audit --no-fund'],
    nothingBuilt: '--ignore-scripts',
    versions: ['node --version', 'npm --version'],
    folder: 'node_modules',
    faults: /\b(EUSAGE|E404|ETARGET|ENOVERSIONS|EINTEGRITY|EJSONPARSE|ERESOLVE|EINVALIDPACKAGENAME|EINVALIDTAGNAME)\b/,
  },
  {
    name: 'pnpm',
    ecosystem: 'javascript',
    lockfiles: ['pnpm-lock.yaml'],
    inputs: /^(package\.json|\.npmrc|pnpm-workspace\.yaml|\.pnpmfile\.[cm]?js|\.nvmrc|\.node-version)$/,
    install: async () => ['pnpm install --frozen-lockfile --ignore-scripts'],
    nothingBuilt: '--ignore-scripts',
    // Files that are shared with the user's store would be changed along with our copies.
    env: { npm_config_package_import_method: 'copy' },
    versions: ['node --version', 'pnpm --version'],
    folder: 'node_modules',
    faults: /ERR_PNPM_(OUTDATED_LOCKFILE|BROKEN_LOCKFILE|FETCH_404|NO_MATCHING_VERSION|TARBALL_INTEGRITY|LOCKFILE_\w+)/,
  },
  {
    name: 'yarn',
    ecosystem: 'javascript',
    lockfiles: ['yarn.lock'],
    inputs: /^(package\.json|\.npmrc|\.yarnrc|\.yarnrc\.yml|\.nvmrc|\.node-version)$/,
    install: async (source) => [
      /^__metadata:/m.test((await source.read('yarn.lock')) ?? '')
        ? 'yarn install --immutable --mode=skip-build'
        : 'yarn install --frozen-lockfile --non-interactive --ignore-scripts',
    ],
    // Both generations refuse the other's word, and `install` has the right one already.
    nothingBuilt: '',
    env: { YARN_ENABLE_GLOBAL_CACHE: 'false' },
    versions: ['node --version', 'yarn --version'],
    folder: 'node_modules',
    faults:
      /YN0028|YN0035|YN0082|YN0018|lockfile needs to be updated|Couldn't find (package|any versions)|Integrity check failed/,
  },
  {
    name: 'bun',
    ecosystem: 'javascript',
    lockfiles: ['bun.lock', 'bun.lockb'],
    inputs: /^(package\.json|\.npmrc|bunfig\.toml)$/,
    install: async () => ['bun install --frozen-lockfile --ignore-scripts --backend=copyfile'],
    nothingBuilt: '--ignore-scripts',
    versions: ['bun --version'],
    folder: 'node_modules',
    faults: /lockfile had changes|failed to resolve|Integrity check failed|GET \S+ - 404/,
  },
  {
    name: 'uv',
    ecosystem: 'python',
    lockfiles: ['uv.lock'],
    inputs: PYTHON,
    install: async () => ['uv sync --locked'],
    nothingBuilt: '--no-build',
    env: { UV_LINK_MODE: 'copy', UV_PROJECT_ENVIRONMENT: '.venv' },
    versions: ['uv --version', 'python3 --version'],
    folder: '.venv',
    faults:
      /lockfile .*needs to be updated|No solution found|Failed to parse|Hash mismatch|was not found in the package registry/,
  },
  {
    name: 'poetry',
    ecosystem: 'python',
    lockfiles: ['poetry.lock'],
    inputs: /^(pyproject\.toml|poetry\.toml|\.python-version)$/,
    install: async () => ['poetry install --no-interaction'],
    nothingBuilt: null,
    env: { POETRY_VIRTUALENVS_IN_PROJECT: 'true' },
    versions: ['poetry --version', 'python3 --version'],
    folder: '.venv',
    faults: /pyproject\.toml changed significantly|version solving failed/,
  },
  {
    name: 'pip',
    ecosystem: 'python',
    lockfiles: [],
    applies: async (source) => (await pipArguments(source)).length > 0,
    inputs: PYTHON,
    install: async (source) => [
      'python3 -m venv .venv',
      `.venv/bin/python -m pip install --no-input --disable-pip-version-check ${(await pipArguments(source)).join(' ')}`,
    ],
    nothingBuilt: '--only-binary :all:',
    versions: ['python3 --version'],
    folder: '.venv',
    faults:
      /No matching distribution found|ResolutionImpossible|DO NOT MATCH THE HASHES|Invalid requirement|Hashes are required|requires a different Python/,
  },
  {
    name: 'go',
    ecosystem: 'go',
    lockfiles: ['go.mod'],
    applies: async (source) => goModules(source).length > 0,
    inputs: /^(go\.sum|go\.work|go\.work\.sum|go\.mod)$/,
    install: async (source) =>
      goModules(source).map((dir) => (dir === '' ? 'go mod download' : `go -C ${quoted(dir)} mod download`)),
    nothingBuilt: '',
    // Another toolchain that go.mod asks for would be fetched and run.
    patchEnv: { GOTOOLCHAIN: 'local' },
    versions: ['go version'],
    folder: null,
    caches: {
      command: 'go env GOMODCACHE',
      env: ([modules]) => ({
        ...(modules === undefined ? {} : { GOMODCACHE: modules }),
        GOPROXY: 'off',
        GOSUMDB: 'off',
      }),
    },
    faults:
      /missing go\.sum entry|checksum mismatch|SECURITY ERROR|unknown revision|errors parsing go\.mod|malformed module path|: (404 Not Found|410 Gone)|invalid version|requires go >=/,
  },
  {
    name: 'cargo',
    ecosystem: 'rust',
    lockfiles: ['Cargo.lock'],
    inputs: /^(Cargo\.toml|rust-toolchain(\.toml)?)$/,
    install: async () => ['cargo fetch --locked'],
    nothingBuilt: '',
    versions: ['cargo --version'],
    folder: null,
    caches: {
      // As the toolchain shows them: checkouts of git tell the addresses of other projects.
      command:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
        'echo "${CARGO_HOME:-$HOME/.cargo}/registry"; ! grep -qs \'"git+\' Cargo.lock || echo "${CARGO_HOME:-$HOME/.cargo}/git"',
      env: ([cache]) => ({
        CARGO_NET_OFFLINE: 'true',
        ...(cache === undefined ? {} : { CARGO_HOME: dirname(cache) }),
      }),
    },
    faults:
      /lock file .*needs to be updated|no matching package|failed to parse (lock file|manifest)|checksum for .* changed|failed to select a version/,
  },
  {
    name: 'maven',
    ecosystem: 'java',
    lockfiles: ['pom.xml'],
    inputs: /^(pom\.xml|maven\.config|extensions\.xml)$/,
    install: async (source) => [
      `${source.hashOf('mvnw') === null ? 'mvn' : 'sh ./mvnw'} -B -q -DskipTests dependency:go-offline`,
    ],
    nothingBuilt: null,
    versions: ['java -version 2>&1'],
    folder: null,
    caches: {
      command: 'echo "$HOME/.m2/repository"',
      env: ([repository]) => ({
        MAVEN_ARGS: repository === undefined ? '--offline' : `--offline -Dmaven.repo.local=${repository}`,
      }),
    },
    faults: /(?!)/,
  },
  {
    name: 'gradle',
    ecosystem: 'java',
    lockfiles: ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'],
    inputs: /(\.gradle|\.gradle\.kts|\.lockfile|gradle\.properties|\.versions\.toml)$/,
    install: async (source) => [
      `${source.hashOf('gradlew') === null ? 'gradle' : 'sh ./gradlew'} --no-daemon --console=plain dependencies`,
    ],
    nothingBuilt: null,
    versions: ['java -version 2>&1'],
    folder: null,
    caches: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      command: 'echo "${GRADLE_USER_HOME:-$HOME/.gradle}/caches/modules-2"',
      env: ([modules]): Record<string, string> =>
        modules === undefined ? {} : { GRADLE_RO_DEP_CACHE: dirname(modules) },
    },
    faults: /(?!)/,
  },
]

/** The managers in charge of a commit, one for each ecosystem. */
export async function managersOf(source: Source, ecosystems: Ecosystem[]): Promise<Manager[]> {
  const found = new Map<Ecosystem, Manager>()
  for (const manager of MANAGERS) {
    if (!ecosystems.includes(manager.ecosystem) || found.has(manager.ecosystem)) continue
    const locked = manager.lockfiles.some((name) => source.hashOf(name) !== null)
    if (locked || (await manager.applies?.(source))) found.set(manager.ecosystem, manager)
  }
  return [...found.values()]
}

/** Folders of the modules whose tests are run, the top first: each has dependencies of its own. */
function goModules(source: Source): string[] {
  const found = source.paths.filter((path) => /(^|\/)go\.mod$/.test(path) && !NOT_JUDGED.test(path))
  return found.map((path) => path.replace(/\/?go\.mod$/, '')).sort()
}

/** `-r` for each list of requirements at the top; else the project itself, where it can be installed. */
async function pipArguments(source: Source): Promise<string[]> {
  const lists = source.paths.filter((path) => /^(requirements[\w.-]*|[\w.-]*-requirements)\.txt$/.test(path))
  if (lists.length > 0) return lists.flatMap((path) => ['-r', path])
  const pyproject = (await source.read('pyproject.toml')) ?? ''
  const installable =
    source.hashOf('setup.py') !== null ||
    /^\[metadata\]/m.test((await source.read('setup.cfg')) ?? '') ||
    /^\[project\]/m.test(pyproject)
  if (!installable) return []
  const extras = testExtras(pyproject)
  return ['-e', extras.length === 0 ? '.' : `'.[${extras.join(',')}]'`]
}

/** Groups of optional dependencies by whose name they are for developing and testing. */
function testExtras(pyproject: string): string[] {
  const table = /^\[project\.optional-dependencies\]\s*\n([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(pyproject)?.[1] ?? ''
  const names = [...table.matchAll(/^["']?([\w-]+)["']?\s*=\s*\[/gm)].map((match) => match[1]!)
  return names.filter((name) => /^(?:dev|develop|tests?|testing)$/.test(name)).sort()
}

/** What no manager can be blamed for: without the network nothing is known about a lockfile. */
const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EHOSTUNREACH|ENETUNREACH|CERT_|SELF_SIGNED|UNABLE_TO_|\bE(401|403|407|429|5\d\d)\b|name resolution|Could not resolve host|Connection (refused|reset|timed out)|Failed to establish a new connection|Network is unreachable|no such host|dial tcp|TLS handshake|i\/o timeout|certificate|error sending request|(?:HTTP|status)[^\n]{0,12}\b(401|403|407|429|5\d\d)\b/

/** Whether the manager itself says that a lockfile or manifest is wrong. Whatever else went wrong is nobody's patch. */
export function blamesTheFiles(manager: Manager, output: string): boolean {
  return manager.faults.test(output) && !NETWORK.test(output)
}
