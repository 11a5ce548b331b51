import type { StampedEvent } from '../core/events.ts'
import { docsPage } from '../io/docs-page.ts'
import { ownCommandIn } from '../io/own-command.ts'
import { chooseColor, chooseUnicode, chooseView, isSpoken } from '../ui/choose.ts'
import { runClock } from '../ui/clock.ts'
import type { Times } from '../ui/expected.ts'
import type { Hands } from '../ui/ink/mount.tsx'
import { createJsonlView } from '../ui/jsonl.ts'
import { createPlainView } from '../ui/plain.ts'
import type { GlobalOptions } from './options.ts'

export interface Views {
  listen(event: StampedEvent): void
  /** How long stages took in earlier runs; left out: nobody wants to know. */
  expect?(times: Times): void
  close(): Promise<void>
}

const TICK_MS = 1_000

/** What people and programs see of a run: JSON lines, plain lines, or the live view in a terminal. */
export async function openViews(options: GlobalOptions, hands: Hands): Promise<Views> {
  const { stdout, stderr, stdin, env } = process
  const view = chooseView({
    json: options.json,
    quiet: options.quiet,
    plain: options.plain ?? false,
    noColor: !options.color,
    stdoutIsTTY: stdout.isTTY === true,
    stdinIsTTY: stdin.isTTY === true,
    env,
  })
  const command = ownCommandIn(options.cwd)
  const spoken = isSpoken({ plain: options.plain, env })
  const unicode = chooseUnicode(env) && !spoken
  const colorOn = (stream: NodeJS.WriteStream) =>
    chooseColor({ noColor: !options.color, isTTY: stream.isTTY === true, env })
  if (view === 'ink') {
    const { mountInkView } = await import('../ui/ink/mount.tsx')
    const mounted = mountInkView({ stdout, stdin, color: colorOn(stdout), unicode, hands, page: docsPage, command })
    return {
      listen: (event) => mounted.listen(event),
      expect: (times) => mounted.expect(times),
      close: () => mounted.unmount(),
    }
  }
  const people = view === 'jsonl' ? stderr : stdout
  const plain = createPlainView({
    write: (text) => void people.write(text),
    color: colorOn(people),
    quiet: options.quiet,
    width: people.columns ?? 100,
    unicode,
    spoken,
    page: docsPage,
    command,
  })
  const told = sayingOneLine(plain, (text) => void stderr.write(text))
  const clock = runClock()
  const lines = (event: StampedEvent) => {
    clock.hear(event.t)
    told(event)
  }
  const ticks = setInterval(() => plain.waiting(clock.now()), TICK_MS).unref()
  const close = async () => clearInterval(ticks)
  if (view === 'plain') return { listen: lines, close }
  const jsonl = createJsonlView((text) => void stdout.write(text))
  return {
    listen(event) {
      jsonl(event)
      lines(event)
    },
    close,
  }
}

/** A run that cannot begin has a message and no story: people get it as from every other command. */
function sayingOneLine(
  view: (event: StampedEvent) => void,
  complain: (text: string) => void,
): (event: StampedEvent) => void {
  let begun = false
  return (event) => {
    if (event.type === 'run.result' && !begun && event.exitCode !== 0) {
      const { exitCode, message } = event
      complain(`agent: ${message}\nexit ${exitCode}: see ${docsPage(`docs/troubleshooting.md#exit-${exitCode}`)}\n`)
    } else view(event)
    begun = true
  }
}
