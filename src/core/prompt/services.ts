import type { ServiceConfig } from '../config.ts'

const MOST_COMMAND = 200

/** What the test author is told of the services, after the framework; empty without services. Never their variables. */
export function servicesText(services: ServiceConfig[]): string {
  if (services.length === 0) return ''
  const named = services.map(({ name, run, ready }) => {
    const where = 'port' in ready ? ` on port ${ready.port}` : ''
    return `${name}${where} (\`${oneLine(run)}\`)`
  })
  return ` Beside the tests run, on the loopback address and empty when a test run begins: ${named.join(', ')}. Where the specification needs them, and only there, tests may use them; they must not stop them, and must hold whatever order they run in.`
}

function oneLine(command: string): string {
  const text = command
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replaceAll('`', "'")
  return text.length <= MOST_COMMAND ? text : `${text.slice(0, MOST_COMMAND)} ...`
}
