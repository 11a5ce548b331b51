import type { Box, BoxLimits, BoxPolicy, BoxResult } from './box.ts'
import { type CgroupPlace, findCgroupPlaces, makeRunGroup, type RunGroup } from './cgroup.ts'
import { detectIdentity, type Identity, levelOf, withoutRights } from './identity.ts'
import { prlimitOptions } from './limits.ts'
import { type Plan, PlanError, planBox } from './plan.ts'
import { probeBox } from './probe.ts'
import { failed, toResult } from './result.ts'
import { leaveSessionKeys } from './session-keys.ts'
import { STARTED_SCRIPT } from './setup-script.ts'
import { supervise } from './supervise.ts'
import { BOX_HOME, SYSTEM_BINS, type SystemLayout, systemLayout } from './system.ts'

/** Makes the command line and its environment that build a box and run `payload` in it as the last step. */
export type Recipe = (made: {
  plan: Plan
  identity: Identity
  limits: BoxLimits
  /** Gives up every right, then starts what was asked for. */
  payload: string[]
}) => Promise<{ argv: string[]; variables: Record<string, string> }>

interface Machine {
  identity: Identity
  system: SystemLayout
  cgroups: CgroupPlace[]
  /** Start of the payload's command line; null when the keys of the caller's session stay readable. */
  leaveKeys: string[] | null
}

const NOTHING_STRUCK = { memory: false, processes: false }

async function detectMachine(): Promise<Machine> {
  const [identity, system, cgroups, leaveKeys] = await Promise.all([
    detectIdentity(),
    systemLayout(),
    findCgroupPlaces(),
    leaveSessionKeys(),
  ])
  return { identity, system, cgroups, leaveKeys }
}

function payloadLine(argv: string[], policy: BoxPolicy, limits: string[], { identity, leaveKeys }: Machine): string[] {
  const environment = { PATH: SYSTEM_BINS.join(':'), HOME: BOX_HOME, ...policy.env }
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const started = ['sh', '-c', STARTED_SCRIPT, 'sh', 'env', '-i', ...assignments, ...argv]
  return withoutRights(identity, limits, [...(leaveKeys ?? []), ...started])
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

function furtherLevel({ cgroups, leaveKeys }: Machine): string {
  const limited = cgroups.some(({ controller }) => controller === 'memory')
  const memory = limited ? 'memory limited by a control group' : 'memory not limited'
  return leaveKeys === null ? `${memory}; session keys not hidden (needs Perl or Python)` : memory
}

/** A box of Linux namespaces. What the payload may see and do is decided here; `recipe` only builds it. */
export function createLinuxBox(name: 'unshare' | 'bwrap', recipe: Recipe): Box {
  let detected: Promise<Machine> | null = null
  const machine = () => {
    detected ??= detectMachine()
    return detected
  }
  const run: Box['run'] = async (argv, policy, limits, options): Promise<BoxResult> => {
    const refusal = refuse(argv, policy)
    if (refusal !== null) return failed(refusal)
    let plan: Plan | null = null
    let group: RunGroup | null = null
    try {
      const known = await machine()
      const { identity, system, cgroups } = known
      plan = await planBox(policy, system)
      group = await makeRunGroup(cgroups, limits)
      const counted = group?.controllers.includes('pids') ?? false
      const payload = payloadLine(argv, policy, await prlimitOptions(limits, identity, counted), known)
      const made = await recipe({ plan, identity, limits, payload })
      const outcome = await supervise(group?.enter(made.argv) ?? made.argv, made.variables, limits, options)
      return toResult(outcome, (await group?.struck()) ?? NOTHING_STRUCK)
    } catch (error) {
      if (error instanceof PlanError) return failed(error.message)
      throw error
    } finally {
      await group?.remove()
      await plan?.cleanUp()
    }
  }
  const box: Box = {
    name,
    run,
    probe: (repository) =>
      probeBox(box, repository, async () => {
        const known = await machine()
        return `${levelOf(name, known.identity)}; ${furtherLevel(known)}`
      }),
  }
  return box
}
