import { stripVTControlCharacters } from 'node:util'
import { counted } from '../../core/counted.ts'
import type { BoxLimits } from '../box/box.ts'
import { createNoneBox } from '../box/none.ts'
import { supervise } from '../box/supervise.ts'

/** One command of the set-up: trusted, so it has the user's rights, environment and network. */
export interface SetupCommand {
  /** Shell text. */
  command: string
  /** The materialised commit, in which it runs. */
  tree: string
  /** The path at which it sees that tree; null: the tree's own. */
  at: string | null
  env: Record<string, string>
  wallMs: number
  signal: AbortSignal
}

/** `how` tells a failure in words. `output` is what was printed, stdout first, its end only. */
export interface SetupEnd {
  ok: boolean
  how: string
  output: string
}

const MB = 1024 ** 2
const TAIL = 6_000

/**
 * Runs after the new mount namespace is made. Everything variable arrives in variables and in "$@", the command line of
 * the payload. Being the first process of its own pid namespace, nothing that was started survives it.
 */
const PLACE_SCRIPT = `set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -n --rbind -- "$SPECPROOF_TREE" "$SPECPROOF_AT"
mount -n -t proc proc /proc 2>/dev/null || true
cd "$SPECPROOF_AT"
umask 022
echo ready >&3
exec 3>&-
"$@"
`

const START_SCRIPT = `PATH=$SPECPROOF_PATH
export PATH
unset SPECPROOF_PATH SPECPROOF_TREE SPECPROOF_AT
exec /bin/sh -c "$1"`

/** The line that shows `tree` at `at` and then runs `command`, as whoever the caller is. */
function placedLine(command: string): string[] {
  const own = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']
  const payload = ['/bin/sh', '-c', START_SCRIPT, 'setup', command]
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
  const root = uid === 0
  // Mounts need rights that only a root has; the command itself is the user again.
  const asUser = root ? [] : ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--']
  const namespaces = root ? own : ['--user', '--map-root-user', ...own]
  const outer = ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--']
  return [...outer, '/bin/sh', '-c', PLACE_SCRIPT, 'setup', ...asUser, ...payload]
}

function superviseLine(argv: string[], variables: Record<string, string>, wallMs: number, signal?: AbortSignal) {
  return supervise(
    { argv, variables, filter: null, inherit: [] },
    { wallMs, outputBytes: 64 * MB },
    signal ? { signal } : {},
  )
}

/** Whether a tree can be shown at another path on this machine, by trying it. `folder` may hold mounts of others. */
export async function canPlace(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const variables = { SPECPROOF_TREE: folder, SPECPROOF_AT: folder, SPECPROOF_PATH: '/usr/bin:/bin' }
  const outcome = await superviseLine(placedLine('true'), variables, 10_000)
  return outcome.report === 'ready\n' && outcome.exitCode === 0
}

/** Never rejects for what the command does. */
export async function runSetup(setup: SetupCommand): Promise<SetupEnd> {
  return setup.at === null ? runUnplaced(setup) : runPlaced(setup, setup.at)
}

async function runPlaced({ command, tree, env, wallMs, signal }: SetupCommand, at: string): Promise<SetupEnd> {
  const variables = { ...env, SPECPROOF_TREE: tree, SPECPROOF_AT: at, SPECPROOF_PATH: env['PATH'] ?? '' }
  const {
    stopped,
    exitCode,
    signal: by,
    stdout,
    stderr,
    report,
    spawnError,
  } = await superviseLine(placedLine(command), variables, wallMs, signal)
  const output = tail(stdout, stderr)
  if (stopped !== null) return { ok: false, how: stopWords(stopped, wallMs), output }
  if (report !== 'ready\n') return { ok: false, how: `could not be started: ${spawnError ?? 'no namespaces'}`, output }
  return ended(exitCode, by, output)
}

async function runUnplaced({ command, tree, env, wallMs, signal }: SetupCommand): Promise<SetupEnd> {
  const policy = { root: tree, tree, readOnly: [], mounts: [], env }
  const limits: BoxLimits = {
    wallMs,
    outputBytes: 64 * MB,
    // Set-up is the user's own; nothing but its time is bounded.
    ...{ fileBytes: Number.MAX_SAFE_INTEGER, tmpBytes: Number.MAX_SAFE_INTEGER },
    ...{ processes: Number.MAX_SAFE_INTEGER, cpuSeconds: Number.MAX_SAFE_INTEGER },
  }
  const result = await createNoneBox().run(['/bin/sh', '-c', `umask 022\n${command}`], policy, limits, { signal })
  const output = tail(result.stdout, result.stderr)
  if (result.cause === 'box') return { ok: false, how: `could not be started: ${result.message}`, output }
  if (result.cause !== 'exit') return { ok: false, how: stopWords(result.cause, wallMs), output }
  return ended(result.exitCode, result.signal, output)
}

function ended(exitCode: number | null, signal: string | null, output: string): SetupEnd {
  if (exitCode === 0) return { ok: true, how: '', output }
  return { ok: false, how: signal ? `ended with ${signal}` : `ended with exit code ${exitCode}`, output }
}

function stopWords(cause: string, wallMs: number): string {
  if (cause === 'cancelled') return 'was interrupted'
  if (cause === 'wall-clock') return `took longer than ${counted(Math.round(wallMs / 6_000) / 10, 'minute')}`
  return `was ended by the ${cause} limit`
}

function tail(stdout: string, stderr: string): string {
  const texts = [stdout, stderr].map((text) => stripVTControlCharacters(text).trim().slice(-TAIL))
  return texts.filter((text) => text !== '').join('\n')
}

/** Variables that would send git, npm or Python to another place than the tree. */
const TRAPS =
  /^(GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX)|npm_(lifecycle|package)_.*|npm_command|npm_execpath|npm_node_execpath|npm_config_(local_prefix|global|prefix|global_prefix|ignore_scripts)|INIT_CWD|PROJECT_CWD|VIRTUAL_ENV|PYTHONHOME|PYTHONPATH|NODE_OPTIONS|NODE_ENV|SPECPROOF_\w+|PWD|OLDPWD)$/

/** The user's environment without what the programs around us have put there. */
export function setupEnvironment(env: NodeJS.ProcessEnv, more: Record<string, string>): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !TRAPS.test(name))
  return { ...(Object.fromEntries(kept) as Record<string, string>), CI: 'true', ...more }
}
