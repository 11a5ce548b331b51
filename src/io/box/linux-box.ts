import type { Box, BoxLimits, BoxPolicy, BoxResult } from './box.ts'
import { detectIdentity, type Identity, levelOf, withoutRights } from './identity.ts'
import { prlimitOptions } from './limits.ts'
import { type Plan, PlanError, planBox } from './plan.ts'
import { probeBox } from './probe.ts'
import { failed, toResult } from './result.ts'
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
}

async function payloadLine(
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

/** A box of Linux namespaces. What the payload may see and do is decided here; `recipe` only builds it. */
export function createLinuxBox(name: 'unshare' | 'bwrap', recipe: Recipe): Box {
  let known: Promise<Machine> | null = null
  const machine = () => {
    known ??= Promise.all([detectIdentity(), systemLayout()]).then(([identity, system]) => ({ identity, system }))
    return known
  }
  const run: Box['run'] = async (argv, policy, limits, options): Promise<BoxResult> => {
    const refusal = refuse(argv, policy)
    if (refusal !== null) return failed(refusal)
    let plan: Plan | null = null
    try {
      const { identity, system } = await machine()
      plan = await planBox(policy, system)
      const payload = await payloadLine(argv, policy, limits, identity)
      const made = await recipe({ plan, identity, limits, payload })
      return toResult(await supervise(made.argv, made.variables, limits, options))
    } catch (error) {
      if (error instanceof PlanError) return failed(error.message)
      throw error
    } finally {
      await plan?.cleanUp()
    }
  }
  const box: Box = {
    name,
    run,
    probe: (repository) => probeBox(box, repository, async () => levelOf(name, (await machine()).identity)),
  }
  return box
}
