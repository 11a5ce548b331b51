/** How the supervisor of services is spoken to. It is shown in the box alone, so nothing here needs another folder. */

export type Ready = { port: number } | { command: string } | { output: string }

export interface Service {
  name: string
  /** Shell command that stays in the foreground; it runs in the project's folder. */
  run: string
  ready: Ready
  /** How long it may take to become ready. */
  seconds: number
  env: Record<string, string>
}

/** The first line of the supervisor's stdin, as JSON; what follows belongs to the command that it runs. */
export interface ServicesRequest {
  /** Unguessable; kept out of the environment and of argv so that the command cannot sign a line of its own. */
  nonce: string
  services: Service[]
}

export interface End {
  exitCode: number | null
  signal: string | null
}

/** Why a service is not ready and the command was never started. */
export type Failure = {
  name: string
  /** What was printed last, at most 2,000 characters. */
  log: string
} & (
  | ({ why: 'ended' } & End)
  /** `detail`: what the last try said; empty when there is nothing to say. */
  | { why: 'late'; detail: string }
  /** Something else answers on the port already. */
  | { why: 'taken'; port: number }
  /** The command that asks whether it is ready cannot be run. */
  | { why: 'unaskable'; detail: string }
)

export type ServicesLine =
  | { kind: 'ready'; services: { name: string; ms: number }[] }
  | ({ kind: 'failed' } & Failure)
  /** While the command ran. */
  | ({ kind: 'died'; name: string; log: string } & End)
  /** The command has ended and all deaths are told. */
  | { kind: 'ended' }

const MARK = '\u001e specproof-services'

/** The leading newline ends whatever was printed without one. */
export function servicesLine(nonce: string, line: ServicesLine): string {
  return `\n${MARK} ${nonce} ${JSON.stringify(line)}\n`
}

/** What a program printed, without the lines that carry the nonce, and these lines. */
export function splitOutput(nonce: string, stdout: string): { stdout: string; lines: ServicesLine[] } {
  const start = `\n${MARK} ${nonce} `
  const lines: ServicesLine[] = []
  const kept: string[] = []
  let from = 0
  for (let at = stdout.indexOf(start); at >= 0; at = stdout.indexOf(start, from)) {
    const end = stdout.indexOf('\n', at + start.length)
    // A limit cut the run short in the middle of a line.
    if (end < 0) break
    const line = parsed(stdout.slice(at + start.length, end))
    if (line) lines.push(line)
    kept.push(stdout.slice(from, at))
    from = end + 1
  }
  return { stdout: kept.join('') + stdout.slice(from), lines }
}

/** Null where another program printed into the middle of it; who waits for the line then hears nothing. */
function parsed(json: string): ServicesLine | null {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
