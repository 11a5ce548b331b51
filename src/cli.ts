import { CommanderError } from 'commander'
import { EXIT, exitCodeOf, UserError } from './core/errors.ts'
import { docsPage } from './io/docs-page.ts'
import { buildProgram } from './program.ts'

/** Errors of commands that show no events: one message on stderr. */
function report(error: unknown): number {
  if (error instanceof UserError) {
    const code = exitCodeOf(error.status)
    process.stderr.write(
      `agent: ${error.message}\nexit ${code}: see ${docsPage(`docs/troubleshooting.md#exit-${code}`)}\n`,
    )
    return code
  }
  process.stderr.write(
    `agent: this is a bug of agent, not of yours.\n${error instanceof Error ? error.stack : String(error)}\n`,
  )
  return EXIT.bug
}

async function main(argv: string[]): Promise<number> {
  let code: number = EXIT.done
  const program = buildProgram(async (action) => {
    try {
      code = await action
    } catch (error) {
      code = report(error)
    }
  })
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error)
    if (error.exitCode === 0) return EXIT.done
    // Scripts read the last line of `next` and `run` on every way out, this one included.
    if (argv.includes('--json') && argv.some((word) => word === 'next' || word === 'run')) {
      const { EVENT_VERSION } = await import('./core/event-version.ts')
      const { resultWithoutRun } = await import('./core/result.ts')
      process.stdout.write(
        `${JSON.stringify({ v: EVENT_VERSION, t: 0, ...resultWithoutRun('usage', error.message) })}\n`,
      )
    }
    return EXIT.usage
  }
  return code
}

// A reader that goes away (`agent ... | head`) is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const code = await main(process.argv)
// A pipe takes what its reader has room for; the rest would be lost with the process.
for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done))
process.exit(code)
