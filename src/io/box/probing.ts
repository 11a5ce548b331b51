import { realpath } from 'node:fs/promises'
import type { BoxLimits, BoxResult, Probe, ProbeCheck } from './box.ts'

export const PROBE_LIMITS: BoxLimits = {
  wallMs: 20_000,
  outputBytes: 200_000,
  fileBytes: 1_000_000,
  tmpBytes: 1_000_000,
  processes: 200,
  cpuSeconds: 20,
}

/** How one kind of box is tried: what is planted, what is attempted in one run, and when that was all. */
export interface Probing<Planted> {
  plant(repository: string): Promise<Planted>
  /** One run made like a real one; `checks` are from inside and from outside. */
  attempt(planted: Planted): Promise<{ result: BoxResult; checks: ProbeCheck[] }>
  /** Whether every try was made. */
  complete(checks: ProbeCheck[], planted: Planted): boolean
  /** Describes the box. */
  level(): Promise<string>
  adviceFor(reason: string): string | Promise<string>
}

/** The lines in which a script inside told of its tries; others are left out. */
export function parseLines(stdout: string): ProbeCheck[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ProbeCheck)
}

/** What only the host can tell of every kind of box, after the end. */
export function endingChecks(result: BoxResult, alive: boolean, connections: number): ProbeCheck[] {
  const finished = result.cause === 'exit' && result.exitCode === 0
  const ending = result.message ?? `${result.cause}, code ${result.exitCode}: ${result.stderr.slice(-300)}`
  return [
    { name: 'runs a command', held: finished, detail: finished ? `${result.durationMs} ms` : ending },
    { name: 'no child survives', held: !alive, detail: alive ? 'still running' : 'gone' },
    { name: 'no listener was reached', held: connections === 0, detail: `${connections} connections` },
  ]
}

/** Tries a box with the repository's path as its root. Leaves nothing behind in the repository, not even an empty `.agent`. */
export async function probeBy<Planted extends { remove(): Promise<void> }>(
  { plant, attempt, complete, level, adviceFor }: Probing<Planted>,
  repository: string,
): Promise<Probe> {
  let planted: Planted
  try {
    planted = await plant(await realpath(repository))
  } catch (error) {
    const reason = `the box cannot be tried: ${error instanceof Error ? error.message : error}`
    return { ok: false, reason, advice: 'the repository and the temporary folder must be writable', checks: [] }
  }
  const refused = async (reason: string, checks: ProbeCheck[]): Promise<Probe> => {
    return { ok: false, reason, advice: await adviceFor(reason), checks }
  }
  try {
    const { result, checks } = await attempt(planted)
    if (result.cause === 'box') return refused(result.message ?? 'the box could not be made', checks)
    const broken = checks.filter((check) => !check.held)
    if (broken.length === 0 && complete(checks, planted)) return { ok: true, level: await level(), checks }
    const names = broken.map((check) => `${check.name} (${check.detail})`).join('; ')
    return refused(`the box does not hold: ${names || 'not every try was made'}`, checks)
  } finally {
    await planted.remove()
  }
}
