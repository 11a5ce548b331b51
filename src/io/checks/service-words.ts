import type { End, Failure, ServicesLine } from '../../../sandbox/services/protocol.mts'
import { counted } from '../../core/counted.ts'
import { docsPage } from '../docs-page.ts'

const LOG_LINES = 12
const OWN_PLACE = () =>
  `The box has no /var, no /run and none of the configuration in /etc of this machine: let the service keep its files, a Unix socket too, in $SERVICE_DATA (${docsPage('docs/configuration.md')}, Services).`

/** For a service that went away although it was ready. */
export const FOREGROUND = 'A service has to stay in the foreground: look for an option that keeps it there.'

/** What happened, with the last lines that the service printed. */
export function failureText(failure: Failure, seconds: number): string {
  return `${headline(failure, seconds)}${logText(failure.log)}`
}

export function deathText({ name, log, ...end }: Extract<ServicesLine, { kind: 'died' }>): string {
  return `service ${name} ended with ${endText(end)} while the tests ran${logText(log)}`
}

/** What a person can do about a service that does not become ready on the base, as sentences. */
export function mendText(failure: Failure): string {
  const missing = failure.why === 'ended' ? missingProgram(failure) : null
  if (missing !== null)
    return `\`${missing}\` is not visible in the box: install it where the box shows it (/usr, /bin) or list its folder under \`show:\` in agent.yaml and write its whole path in \`run:\`.`
  switch (failure.why) {
    case 'ended':
      return failure.exitCode === 0 ? FOREGROUND : OWN_PLACE()
    case 'late':
      return 'Give it more time with `seconds:`, or correct what `ready:` waits for.'
    case 'taken':
      return 'Another service of agent.yaml may use the port too; with --isolation none the ports are those of this machine: stop what listens there, or choose another port.'
    case 'unaskable':
      return 'The command of `ready:` runs in the box too, and its program has to be visible there: list its folder under `show:` in agent.yaml, or wait for `port:` or `output:`.'
  }
}

function headline(failure: Failure, seconds: number): string {
  const { name } = failure
  switch (failure.why) {
    case 'ended':
      return `service ${name} ended with ${endText(failure)} before it was ready`
    case 'late':
      return `service ${name} was not ready within ${counted(seconds, 'second')}${failure.detail && ` (${failure.detail})`}`
    case 'taken':
      return `service ${name} was not started: something else answers on port ${failure.port} already`
    case 'unaskable':
      return `service ${name} cannot be asked whether it is ready (${failure.detail})`
  }
}

function endText({ exitCode, signal }: End): string {
  return signal ? `signal ${signal}` : `exit code ${exitCode}`
}

function logText(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  return lines.length === 0 ? '; it printed nothing' : `:\n${lines.slice(-LOG_LINES).join('\n')}`
}

/** What the shell could not find; null: it ended for another reason. */
function missingProgram({ exitCode, log }: End & { log: string }): string | null {
  if (exitCode !== 127) return null
  return /(?:^|: )([^:\s]+): (?:command )?not found$/m.exec(log)?.[1] ?? 'a program'
}
