export type Answer = { ok: true; text: string } | { ok: false; why: string }

/** Runs a tool and gives what it printed. Never throws. */
export type Ask = (program: string, args: string[], options: AskOptions) => Promise<Answer>

export interface AskOptions {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Some tools answer on stderr. */
  from?: 'stdout' | 'all'
}

/** How long a tool may take to say what it is. */
const TIME_LIMIT_MS = 15_000

/** Version managers put scripts in a tool's place: all that a hanging one started is ended, not only the script. */
export function askWithin(timeLimitMs = TIME_LIMIT_MS): Ask {
  return async (program, args, { cwd, env, from = 'stdout' }) => {
    // Only projects in other languages ask, and they ask many times: the library is worth its loading there.
    const { execa } = await import('execa')
    const child = execa(program, args, {
      cwd,
      env,
      extendEnv: false,
      stdin: 'ignore',
      detached: true,
      reject: false,
      all: true,
      maxBuffer: 1_000_000,
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        endGroup(child.pid)
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve(null)
      }, timeLimitMs)
    })
    const result = await Promise.race([child, late])
    clearTimeout(timer)
    const asked = [program, ...args.slice(0, 2)].join(' ')
    if (result === null) return { ok: false, why: `\`${asked}\` gave no answer in ${timeLimitMs / 1_000} s` }
    if (result.exitCode === 0) return { ok: true, text: from === 'all' ? result.all : result.stdout }
    const said = firstLine(result.stderr) ?? firstLine(result.stdout) ?? result.shortMessage
    return { ok: false, why: `\`${asked}\` failed: ${said}` }
  }
}

function firstLine(text: string | undefined): string | null {
  const line = text?.split('\n').find((one) => one.trim() !== '')
  return line === undefined ? null : line.trim().slice(0, 300)
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
