import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from './box.ts'
import { type DiskEnd, DiskWatch } from './disk.ts'
import { prlimitOptions, rlimits } from './limits.ts'
import { refuse } from './linux-box.ts'
import { spawn } from './none.ts'
import { PlanError } from './plan.ts'
import { DISK_NEARLY_FULL, failed } from './result.ts'
import { endThoseIn } from './srt-leftovers.ts'
import { arrange } from './srt-places.ts'
import { probeOwnPath } from './srt-probe.ts'
import { type FileRules, helperFolder, unwrap, wrap } from './srt-runtime.ts'
import { execWords, startWrapped, wordVariables } from './srt-words.ts'
import { isWithin, SYSTEM_BINS, systemLayout } from './system.ts'

/** System folders of macOS without anything of a user, and what Homebrew installs; what is missing does no harm. */
const MACOS_READABLE = [
  ...['/usr', '/bin', '/sbin', '/dev', '/System', '/Library/Apple', '/Library/Developer/CommandLineTools'],
  ...['/private/etc/hosts', '/private/etc/localtime', '/private/etc/protocols', '/private/etc/services'],
  ...['/private/etc/ssl', '/private/var/db/dyld', '/private/var/db/timezone', '/private/var/select'],
  ...['bin', 'lib', 'opt', 'Cellar'].map((name) => `/opt/homebrew/${name}`),
]

/** What the runtime always allows writing, and others on this machine share. */
const SHARED = ['/tmp/claude', '/private/tmp/claude']

/** For machines without prlimit(1). POSIX counts files in blocks of 512 bytes; a shell with larger ones allows more. */
const ULIMITS = 'ulimit -c 0; ulimit -f "$1"; ulimit -H -t "$(($2 + 1))"; ulimit -S -t "$2"; shift 2; exec "$@"'

type RunOptions = Parameters<Box['run']>[3]

async function systemPaths(): Promise<string[]> {
  if (process.platform !== 'linux') return MACOS_READABLE
  const { binds } = await systemLayout()
  const helpers = await helperFolder()
  return [...binds.map(({ to }) => to), ...(helpers === null ? [] : [helpers])]
}

async function limited(argv: string[], limits: BoxLimits): Promise<string[]> {
  if (process.platform === 'linux') {
    return ['prlimit', ...prlimitOptions(rlimits(limits, { kind: 'user', nested: true })), '--', ...argv]
  }
  const [blocks, seconds] = [Math.ceil(limits.fileBytes / 512), Math.max(1, Math.ceil(limits.cpuSeconds))]
  return ['sh', '-c', ULIMITS, 'sh', String(blocks), String(seconds), ...argv]
}

function fileRules(readable: string[], writable: string[], kept: string[]): FileRules {
  const literal = (paths: string[]) => [...new Set(paths)].map((path) => ({ path, literal: true as const }))
  return {
    denyRead: ['/'],
    allowRead: literal([...readable, ...writable]),
    allowWrite: literal(writable),
    denyWrite: literal([...SHARED, ...kept]),
  }
}

/** What the run's own signals mean; the ones of the payload pass through the runtime only on macOS. */
function withCause(ended: Omit<BoxResult, 'durationMs'>): Omit<BoxResult, 'durationMs'> {
  if (ended.cause !== 'exit') return ended
  if (ended.signal === 'SIGXCPU') return { ...ended, cause: 'cpu-time' }
  return ended.signal === 'SIGXFSZ' ? { ...ended, cause: 'file-size' } : ended
}

/** Runs it, and ends it when its tree grows too much. */
async function watched(
  argv: string[],
  place: { cwd: string; env: Record<string, string> },
  limits: BoxLimits,
  options: RunOptions,
): Promise<Omit<BoxResult, 'durationMs'>> {
  if (limits.diskBytes === undefined) return withCause(await spawn(argv, place, limits, options))
  const disk = DiskWatch.start(place.cwd, limits.diskBytes)
  const stop = new AbortController()
  let why: DiskEnd | null = null
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const ended = await spawn(argv, place, limits, { ...options, signal }, (pid) =>
    disk.watch(pid, (end) => {
      why = end
      stop.abort()
    }),
  )
  disk.end()
  if (why === 'nearly full') return { ...failed(DISK_NEARLY_FULL), stdout: ended.stdout, stderr: ended.stderr }
  const grown = why === 'grown' || (ended.cause === 'exit' && (await disk.lastLook()) === 'grown')
  return grown ? { ...ended, cause: 'disk' } : withCause(ended)
}

async function runOnce(
  argv: string[],
  policy: BoxPolicy,
  limits: BoxLimits,
  options: RunOptions,
  undo: (() => Promise<unknown>)[],
): Promise<Omit<BoxResult, 'durationMs'>> {
  const tree = await realpath(policy.tree)
  // The runtime protects some names in the folder where this process is, on Linux by empty files.
  if (isWithin(process.cwd(), tree)) throw new PlanError('this process must not be in the tree that it gives away')
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'specproof-srt-')))
  undo.push(() => rm(scratch, { recursive: true, force: true }))
  const places = await arrange(policy, tree)
  undo.push(places.undo)
  const rules = fileRules([...(await systemPaths()), ...places.visible], [tree, scratch], places.links)
  const wrapped = await wrap(execWords(), rules, policy.network === 'host')
  undo.push(unwrap)
  const variables = { PATH: SYSTEM_BINS.join(':'), HOME: scratch, TMPDIR: scratch, ...policy.env }
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const words = wordVariables(await limited(['env', '-i', ...assignments, ...argv], limits))
  const place = { cwd: tree, env: { PATH: SYSTEM_BINS.join(':'), ...words } }
  const ended = await watched(startWrapped(wrapped), place, limits, options)
  if (process.platform !== 'linux') await endThoseIn([tree, scratch])
  return ended
}

/**
 * The runtime's sandbox by its rules for files alone, for machines where nothing can be mounted: macOS. The program
 * starts in `policy.tree`, and `policy.root` means nothing to it, as without isolation; see `arrange` for mounts. HOME
 * and TMPDIR are one private folder. Not kept, as nothing there can: a network of its own (there is none at all), sizes
 * of scratch folders, memory, the number of processes. Made for a plain user.
 */
export function createOwnPathBox(): Box {
  const run: Box['run'] = async (argv, policy, limits, options): Promise<BoxResult> => {
    const started = performance.now()
    const refusal = refuse(argv, policy)
    if (refusal !== null) return failed(refusal)
    const undo: (() => Promise<unknown>)[] = []
    let ended: Omit<BoxResult, 'durationMs'>
    try {
      ended = await runOnce(argv, policy, limits, options, undo)
    } catch (error) {
      if (!(error instanceof PlanError)) throw error
      ended = failed(error.message)
    } finally {
      for (const step of undo.reverse()) await step().catch(() => {})
    }
    return { ...ended, durationMs: Math.round(performance.now() - started) }
  }
  const box: Box = { name: 'srt', run, probe: (repository) => probeOwnPath(box, repository) }
  return box
}
