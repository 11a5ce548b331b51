import { EXIT, exitCodeOf } from '../core/errors.ts'
import { EVENT_VERSION } from '../core/event-version.ts'
import type { Event } from '../core/events.ts'
import type { CheckProgress } from '../io/checks/checks.ts'
import { chooseColor, chooseUnicode } from '../ui/choose.ts'
import { type Line, type Look, readableWidth } from '../ui/line.ts'
import { createPlainView } from '../ui/plain.ts'
import { printed } from '../ui/printed.ts'
import { type Verified, verifiedLines, verifiedSummary } from '../ui/verify.ts'
import type { Head } from '../world.ts'
import type { GlobalOptions } from './options.ts'

const CLEAR = '\r\u001b[K'

/** What people and programs see of `agent verify`: lines, on stderr with --json; in a terminal one more that moves. */
export function createVerifyShow(options: GlobalOptions) {
  const people = options.json ? process.stderr : process.stdout
  const started = performance.now()
  const moving = process.stderr.isTTY === true && !options.quiet && !process.env['CI']
  const color = chooseColor({ noColor: !options.color, isTTY: people.isTTY === true, env: process.env })
  const look: Look = { width: readableWidth(people.columns), unicode: chooseUnicode(process.env) }
  const write = (text: string) => people.write(moving ? `${CLEAR}${text}` : text)
  const plain = createPlainView({ write, color, quiet: options.quiet, ...look })
  const put = (lines: Line[]) => {
    const shown = options.quiet ? lines.filter(({ kind }) => kind === 'key') : lines
    if (shown.length > 0) write(shown.map((line) => `${printed(line, color)}\n`).join(''))
  }
  let working = ''
  return {
    tell(event: Event) {
      plain({ v: EVENT_VERSION, t: Math.round(performance.now() - started), ...event })
    },
    progress({ runs }: CheckProgress) {
      if (moving) process.stderr.write(`${CLEAR}  ${working}: ${runs.toLocaleString('en-US')} cases`)
    },
    begin({ commit, branch }: Head, tasks: number) {
      if (options.quiet || tasks === 0) return
      const where = branch === null ? 'detached HEAD' : branch.replace(/^refs\/heads\//, '')
      write(`${tasks} ticked task${tasks === 1 ? '' : 's'} of ${where} at ${commit.slice(0, 7)}\n`)
    },
    start(spec: string, task: string) {
      working = `${spec}/${task}`
      if (moving) process.stderr.write(`${CLEAR}  ${working}`)
    },
    task(one: Verified): Verified {
      put(verifiedLines(one, look))
      return one
    },
    note(text: string | null) {
      if (text !== null && !options.quiet) write(`${text}\n`)
    },
    /** Prints the result and answers the exit code. */
    end(tasks: readonly Verified[], commit: string, interrupted = false): number {
      write(interrupted ? 'Interrupted.\n' : `${verifiedSummary(tasks)}\n`)
      const code = interrupted ? EXIT.interrupted : codeOf(tasks)
      if (options.json)
        process.stdout.write(`${JSON.stringify({ type: 'verify.result', commit, exitCode: code, tasks })}\n`)
      return code
    },
  }
}

/** What no longer holds weighs more than what could not be run. */
function codeOf(tasks: readonly Verified[]): number {
  if (tasks.some(({ standing }) => standing === 'broken')) return EXIT.problems
  return tasks.some(({ standing }) => standing === 'not-run') ? exitCodeOf('environment') : EXIT.done
}
