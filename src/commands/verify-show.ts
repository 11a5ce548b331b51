import { EXIT, exitCodeOf } from '../core/errors.ts'
import { EVENT_VERSION } from '../core/event-version.ts'
import type { Event } from '../core/events.ts'
import type { CheckProgress } from '../io/checks/checks.ts'
import { chooseColor, chooseUnicode } from '../ui/choose.ts'
import { plural, ticking } from '../ui/format.ts'
import { type Line, type Look, readableWidth, step } from '../ui/line.ts'
import { createPlainView } from '../ui/plain.ts'
import { printed } from '../ui/printed.ts'
import { type Verified, verifiedLines, verifiedSummary } from '../ui/verify.ts'
import type { Head } from '../world.ts'
import type { GlobalOptions } from './options.ts'

const SIGN_MS = 30_000
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
  let began = 0
  let cases = 0
  // In a log that is quiet for minutes nothing tells work from standing still.
  const sign = () => {
    if (working === '') return
    const text = cases > 0 ? `${plural(cases, 'case')} so far` : 'still at work'
    put(step(look, { mark: 'none', label: working, text, time: ticking(performance.now() - began), kind: 'progress' }))
  }
  const signs = moving ? null : setInterval(sign, SIGN_MS).unref()
  return {
    tell(event: Event) {
      plain({ v: EVENT_VERSION, t: Math.round(performance.now() - started), ...event })
    },
    progress({ runs }: CheckProgress) {
      cases = Math.max(cases, runs)
      if (moving) process.stderr.write(`${CLEAR}  ${working}: ${plural(runs, 'case')}`)
    },
    begin({ commit, branch }: Head, tasks: number) {
      if (options.quiet || tasks === 0) return
      const where = branch === null ? 'detached HEAD' : branch.replace(/^refs\/heads\//, '')
      write(`${tasks} ticked task${tasks === 1 ? '' : 's'} of ${where} at ${commit.slice(0, 7)}\n`)
    },
    start(spec: string, task: string) {
      working = `${spec}/${task}`
      began = performance.now()
      cases = 0
      if (moving) process.stderr.write(`${CLEAR}  ${working}`)
    },
    task(one: Verified): Verified {
      working = ''
      put(verifiedLines(one, look))
      return one
    },
    note(text: string | null) {
      if (text !== null && !options.quiet) write(`${text}\n`)
    },
    /** Prints the result and answers the exit code. */
    end(tasks: readonly Verified[], commit: string, interrupted = false): number {
      if (signs) clearInterval(signs)
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
