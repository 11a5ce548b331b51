import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

/** Whether this machine has a terminal that tests can drive and look at. */
export const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0

const run = promisify(execFile)
const TRIES = 300
const EVERY_MS = 100

export interface Terminal {
  /** What stands on it, a line for each row, without trailing blanks. */
  screen(): Promise<string[]>
  /** The same with what has scrolled off its top. */
  all(): Promise<string[]>
  /** Keys by their names, as `Escape`, or as characters. */
  press(...keys: string[]): Promise<void>
  resize(columns: number, rows: number): Promise<void>
  /** Looks until the screen is as it should be, and answers it. Throws with what stands there after half a minute. */
  until(matches: (screen: string) => boolean): Promise<string>
}

/** Runs a shell command in a terminal of its own, which ends with the test. `dir`: for its socket. */
export async function openTerminal(
  dir: string,
  command: string,
  { columns, rows }: { columns: number; rows: number },
): Promise<Terminal> {
  const env = { PATH: process.env['PATH'], LANG: 'C.UTF-8' }
  const tmux = async (...args: string[]) => {
    const { stdout } = await run('tmux', ['-S', join(dir, 'tmux'), '-f', '/dev/null', ...args], { env })
    return stdout
  }
  const size = ['-x', String(columns), '-y', String(rows)]
  await tmux('new-session', '-d', '-s', 'test', ...size, command)
  onTestFinished(async () => {
    await tmux('kill-server').catch(() => {})
  })
  const lines = async (...from: string[]) => {
    const text = await tmux('capture-pane', '-p', ...from, '-t', 'test')
    return text.split('\n').map((line) => line.trimEnd())
  }
  const terminal: Terminal = {
    screen: () => lines(),
    all: () => lines('-J', '-S', '-'),
    press: async (...keys) => void (await tmux('send-keys', '-t', 'test', ...keys)),
    async resize(columns, rows) {
      await tmux('resize-window', '-t', 'test', '-x', String(columns), '-y', String(rows))
    },
    async until(matches) {
      let screen = ''
      for (let tries = 0; tries < TRIES; tries++) {
        screen = (await terminal.screen()).join('\n')
        if (matches(screen)) return screen
        await sleep(EVERY_MS)
      }
      throw new Error(`the screen never came to be as expected:\n${screen}`)
    },
  }
  return terminal
}
