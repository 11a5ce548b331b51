import { runProgram } from '../run-program.ts'
import { isWithin } from './system.ts'

/** How often is looked again: what is being ended may have started another. */
const ROUNDS = 5

/** Processes by their working folder, from the output of `lsof -Fpn`. */
export function parseLsof(text: string): { pid: number; folder: string }[] {
  const found: { pid: number; folder: string }[] = []
  let pid = 0
  for (const line of text.split('\n')) {
    if (/^p\d+$/.test(line)) pid = Number(line.slice(1))
    else if (line.startsWith('n') && pid > 0) found.push({ pid, folder: line.slice(1) })
  }
  return found
}

async function workingIn(folders: string[]): Promise<number[]> {
  const user = String(process.getuid?.() ?? '')
  const { stdout } = await runProgram('lsof', ['-a', '-u', user, '-d', 'cwd', '-Fpn'])
  return parseLsof(stdout)
    .filter(({ pid, folder }) => pid !== process.pid && folders.some((dir) => isWithin(folder, dir)))
    .map(({ pid }) => pid)
}

/**
 * Ends the caller's processes whose working folder is one of `folders` (resolved) or lies below: those that have left
 * their group, where no namespace holds them. One that has left the folders as well is not found. Does nothing where
 * there is no lsof.
 */
export async function endThoseIn(folders: string[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const pids = await workingIn(folders)
    if (pids.length === 0) return
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It is gone already.
      }
    }
  }
}
