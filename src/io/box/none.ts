import { cp, mkdir, mkdtemp, realpath, rm, rmdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from './box.ts'

type RunOptions = Parameters<Box['run']>[3]
type Ending = Pick<BoxResult, 'exitCode' | 'signal' | 'cause' | 'message'>

/** How long an ended program's pipes may stay open in processes that left its group. */
const DRAIN_MS = 500

/**
 * No isolation: the program runs as the user. Kept are the clean environment, the wall clock, the output limit,
 * cancelling, and the end of the whole process group. A process that makes a session of its own survives.
 *
 * Nothing is mounted here, so the program starts in `policy.tree`, and `policy.root` means nothing to it. A mount
 * below the root becomes a symbolic link in the tree for the time of the run, unless something is there already. Any
 * other mount has to be the same file on both sides, else the run ends with cause `box`.
 * An overlay is a copy, removed afterwards. There is no private /tmp: HOME and TMPDIR name a fresh folder, unless the policy sets them.
 */
export function createNoneBox(): Box {
  return {
    name: 'none',
    probe: async () => ({ ok: true, level: 'none: what a patch runs can do all that you can', checks: [] }),
    async run(argv, policy, limits, options) {
      const started = performance.now()
      const undo: (() => Promise<unknown>)[] = []
      let ended: Omit<BoxResult, 'durationMs'>
      try {
        const home = await mkdtemp(join(tmpdir(), 'specproof-none-'))
        undo.push(() => rm(home, { recursive: true, force: true }))
        await linkMounts(policy, home, undo)
        ended = await spawn(
          argv,
          { cwd: policy.tree, env: { HOME: home, TMPDIR: home, ...policy.env } },
          limits,
          options,
        )
      } catch (error) {
        ended = { exitCode: null, signal: null, cause: 'box', message: String(error), stdout: '', stderr: '' }
      }
      for (const step of undo.reverse()) await step().catch(() => {})
      return { ...ended, durationMs: Math.round(performance.now() - started) }
    },
  }
}

async function linkMounts(policy: BoxPolicy, home: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const { root, tree, mounts, overlays = [] } = policy
  const copies = overlays.map(async ({ from, to }, index) => {
    const copy = join(home, `overlay-${index}`)
    await cp(from, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    return { from: copy, to }
  })
  for (const { from, to } of [...mounts, ...(await Promise.all(copies))]) {
    const inside = relative(root, to)
    if (inside !== '' && !inside.startsWith('..')) await linkInto(join(tree, inside), from, undo)
    else if ((await real(from)) !== (await real(to))) throw new Error(`cannot show ${from} at ${to} without isolation`)
  }
}

async function linkInto(path: string, from: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const made = await mkdir(dirname(path), { recursive: true })
  // Only when it is empty again, and only the deepest: what the program wrote there is not ours to delete.
  if (made) undo.push(() => rmdir(dirname(path)))
  try {
    await symlink(from, path)
    undo.push(() => rm(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function real(path: string): Promise<string | null> {
  return realpath(path).catch(() => null)
}

/**
 * Runs a program as the leader of a process group under the limits that are kept from outside, and ends the group with it.
 * `onStart` gets its process id.
 */
export async function spawn(
  [command, ...args]: string[],
  place: { cwd: string; env: Record<string, string> },
  limits: BoxLimits,
  options: RunOptions,
  onStart?: (pid: number) => void,
): Promise<Omit<BoxResult, 'durationMs'>> {
  const { execa } = await import('execa')
  const child = execa(command ?? '', args, {
    ...place,
    extendEnv: false,
    detached: true,
    reject: false,
    buffer: false,
    stdout: 'pipe',
    stderr: 'pipe',
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  return new Promise((resolve) => {
    let cause: BoxResult['cause'] = 'exit'
    const end = (why: BoxResult['cause']) => {
      if (cause === 'exit') cause = why
      killGroup(child.pid)
    }
    const output = collect(child, limits.outputBytes, options.onOutput, () => end('output'))
    const timer = setTimeout(() => end('wall-clock'), limits.wallMs)
    const cancel = () => end('cancelled')
    options.signal?.addEventListener('abort', cancel)
    if (options.signal?.aborted) cancel()
    child.nodeChildProcess.once('exit', () => {
      killGroup(child.pid)
      setTimeout(output.close, DRAIN_MS).unref()
    })
    void child.then((result) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', cancel)
      const ending: Ending = {
        exitCode: result.exitCode ?? null,
        signal: result.signal ?? null,
        cause: child.pid === undefined ? 'box' : cause,
        message: child.pid === undefined ? (result.shortMessage ?? 'the program could not be started') : null,
      }
      resolve({ ...ending, ...output.texts() })
    })
  })
}

type Child = {
  stdout: NodeJS.ReadableStream & { destroy(): void }
  stderr: NodeJS.ReadableStream & { destroy(): void }
}

/** Keeps both streams up to `limit` bytes together. */
function collect(child: Child, limit: number, tell: ((text: string) => void) | undefined, full: () => void) {
  const texts = { stdout: '', stderr: '' }
  let left = limit
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder()
    child[name].on('data', (chunk: Buffer) => {
      const text = decoder.decode(chunk.subarray(0, left), { stream: true })
      texts[name] += text
      if (text) tell?.(text)
      if (chunk.length > left) full()
      left = Math.max(0, left - chunk.length)
    })
  }
  const close = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return { texts: () => texts, close }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}
