import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file whose tests run, in which process, and since when. */
interface UnderWay {
  path: string
  pid: number
  since: number
}

/**
 * Ends what takes longer than `minutes`: the process of a test file, which then fails, while the others go on; or, where no file is
 * under way for that long, what `stuck` ends. Limits of vitest's own are no help against a loop that never gives way.
 * `folder`: where each process leaves a note while a file of its runs (setup.ts).
 */
export function limitFiles(folder: string, minutes: number, stuck: () => void): { stopped: string[]; end(): void } {
  const stopped: string[] = []
  let lastSeen = Date.now()
  const look = () => {
    const now = Date.now()
    const files = filesUnderWay(folder)
    if (files.length > 0) lastSeen = now
    else if (now - lastSeen > minutes * 60_000) stuck()
    for (const { path, pid, since } of files) {
      if (now - since <= minutes * 60_000) continue
      console.log(`stopped after ${minutes} minutes: ${path}`)
      stopped.push(path)
      process.kill(pid, 'SIGKILL')
    }
  }
  const timer = setInterval(look, Math.min(5_000, minutes * 60_000))
  return { stopped, end: () => clearInterval(timer) }
}

/** Those whose process is still there; notes of others are taken away. */
function filesUnderWay(folder: string): UnderWay[] {
  return readdirSync(folder).flatMap((name) => {
    const note = join(folder, name)
    try {
      process.kill(Number(name), 0)
      return [{ path: readFileSync(note, 'utf8'), pid: Number(name), since: statSync(note).mtimeMs }]
    } catch {
      // It ended, or finished its file between two of these calls.
      rmSync(note, { force: true })
      return []
    }
  })
}
