import { join } from 'node:path'
import { openRepository } from '../io/git/repository.ts'
import { runAtWork } from '../io/git/run-lock.ts'
import { type Follower, followRun } from '../io/journal/follow.ts'
import { runsFolder } from '../io/journal/past-runs.ts'
import { chooseColor, chooseUnicode, isSpoken } from '../ui/choose.ts'
import type { Line } from '../ui/line.ts'
import { printed } from '../ui/printed.ts'
import type { StatusLook } from '../ui/status.ts'
import type { GlobalOptions } from './options.ts'
import { createPeek } from './peek.ts'
import { pastTimes } from './times.ts'

/** Where a status stands that is shown anew. */
export interface WatchScreen {
  show(lines: (look: StatusLook) => Line[]): void
  close(): Promise<void>
}

const LOOK_MS = 1_000

/** A screen with the status and the run at work below it; lines one after the other where they are read aloud. */
export async function watchScreen(options: GlobalOptions, root: string, stop: () => void): Promise<WatchScreen> {
  const { stdout, stdin, env } = process
  const color = chooseColor({ noColor: !options.color, isTTY: true, env })
  if (isSpoken({ plain: options.plain, env }) || env.TERM === 'dumb')
    return {
      show(lines) {
        const shown = lines({ width: null, unicode: false })
        stdout.write(`${shown.map((line) => printed(line, color)).join('\n')}\n\n`)
      },
      close: async () => {},
    }
  const peek = createPeek(options)
  const { mountWatchView } = await import('../ui/ink/watch.tsx')
  const hands = {
    stop,
    pause() {},
    show: peek.show,
    report: peek.report,
  }
  const view = mountWatchView({ stdout, stdin, color, unicode: chooseUnicode(env), hands })
  const { commonDir } = await openRepository(root)
  let followed: { run: string; follower: Follower } | null = null
  let looking: Promise<void> | null = null
  const look = async () => {
    const run = await runAtWork(commonDir)
    if (run !== null && run !== followed?.run) {
      const dir = join(runsFolder(root), run)
      followed = { run, follower: followRun(dir) }
      peek.at(root, dir)
      view.begin(await pastTimes(root, run))
    }
    if (followed === null) return
    const { events, age } = await followed.follower.more()
    view.listen(events, age)
    // A run that was killed tells no end.
    if (run === null) {
      followed = null
      view.end()
    }
  }
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => {})
      .finally(() => {
        looking = null
      })
  }, LOOK_MS)
  return {
    show: (lines) => view.status(lines),
    async close() {
      clearInterval(timer)
      await looking
      await view.unmount()
    },
  }
}
