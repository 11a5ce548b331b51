import { constants } from 'node:os'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from './box.ts'
import { detectIdentity, type Identity, levelOf, outerNamespaces, withoutRights } from './identity.ts'
import { prlimitOptions } from './limits.ts'
import { hostMounts } from './mount-table.ts'
import { type Plan, PlanError, planBox } from './plan.ts'
import { probeBox } from './probe.ts'
import { SETUP_SCRIPT, STARTED_SCRIPT } from './setup-script.ts'
import { type Outcome, supervise } from './supervise.ts'
import { BOX_HOME, SYSTEM_BINS, type SystemLayout, systemLayout } from './system.ts'

export { prepareTree } from './identity.ts'

interface Machine {
  identity: Identity
  system: SystemLayout
}

async function commandLine(
  argv: string[],
  policy: BoxPolicy,
  limits: BoxLimits,
  identity: Identity,
): Promise<string[]> {
  const environment = { PATH: SYSTEM_BINS.join(':'), HOME: BOX_HOME, ...policy.env }
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const started = ['sh', '-c', STARTED_SCRIPT, 'sh', 'env', '-i', ...assignments, ...argv]
  return withoutRights(identity, await prlimitOptions(limits, identity), started)
}

function refuse(argv: string[], policy: BoxPolicy): string | null {
  if (process.platform !== 'linux') return 'this box needs Linux'
  if (argv.length === 0) return 'there is no command to run'
  // env(1) would take it for one more variable.
  if (argv[0]!.includes('=')) return `a program's name cannot hold "=": ${argv[0]}`
  const bad = Object.entries(policy.env).find(([name, value]) => !/^[^=\0]+$/.test(name) || value.includes('\0'))
  if (bad) return `not a usable environment variable: ${JSON.stringify(bad[0])}`
  return argv.some((arg) => arg.includes('\0')) ? 'an argument holds a zero byte' : null
}

function failed(message: string): BoxResult {
  return { exitCode: null, signal: null, cause: 'box', message, stdout: '', stderr: '', durationMs: 0 }
}

/** Shells say 128 + n for a signal; they also print a word about it, which an exit with the same number lacks. */
function payloadEnd(report: string): { exitCode: number | null; signal: string | null } | null {
  const match = /^ready\n([\s\S]*)status (\d+)\n$/.exec(report)
  if (match === null) return null
  const code = Number(match[2])
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]
  return match[1] !== '' && name ? { exitCode: null, signal: name } : { exitCode: code, signal: null }
}

function toResult(outcome: Outcome): BoxResult {
  const { stopped, stdout, stderr, durationMs } = outcome
  const base = { stdout, stderr, durationMs, message: null }
  if (stopped !== null) return { ...base, exitCode: null, signal: 'SIGKILL', cause: stopped }
  if (outcome.spawnError !== null) return { ...failed(outcome.spawnError), durationMs }
  if (!outcome.report.startsWith('ready\n')) {
    const why = stderr.trim() || `the set-up ended with code ${outcome.exitCode}`
    return { ...failed(`the box could not be made: ${why}`), durationMs }
  }
  const end = payloadEnd(outcome.report)
  return { ...base, cause: 'exit', ...(end ?? { exitCode: null, signal: outcome.signal ?? 'SIGKILL' }) }
}

async function run(
  machine: () => Promise<Machine>,
  argv: string[],
  policy: BoxPolicy,
  limits: BoxLimits,
  options: Parameters<Box['run']>[3],
): Promise<BoxResult> {
  const refusal = refuse(argv, policy)
  if (refusal !== null) return failed(refusal)
  let plan: Plan | null = null
  try {
    const { identity, system } = await machine()
    plan = await planBox(policy, limits, system, await hostMounts())
    // Should this process die without a word, the kernel ends the box.
    const outer = ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...outerNamespaces(identity), '--']
    const script = ['sh', '-c', SETUP_SCRIPT, 'box', ...(await commandLine(argv, policy, limits, identity))]
    return toResult(await supervise([...outer, ...script], plan.variables, limits, options))
  } catch (error) {
    if (error instanceof PlanError) return failed(error.message)
    throw error
  } finally {
    await plan?.cleanUp()
  }
}

/**
 * A box from `unshare` and mounts (util-linux 2.36 or newer), for root and for plain users, with nothing to install.
 * HOME and PATH are set inside even when the policy leaves them out.
 */
export function createUnshareBox(): Box {
  let known: Promise<Machine> | null = null
  const machine = () => {
    known ??= Promise.all([detectIdentity(), systemLayout()]).then(([identity, system]) => ({ identity, system }))
    return known
  }
  const box: Box = {
    name: 'unshare',
    run: (argv, policy, limits, options) => run(machine, argv, policy, limits, options),
    probe: (repository) => probeBox(box, repository, async () => levelOf((await machine()).identity)),
  }
  return box
}
