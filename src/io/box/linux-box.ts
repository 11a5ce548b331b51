import { closeSync, openSync } from 'node:fs'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from './box.ts'
import { type CgroupPlace, findCgroupPlaces, makeRunGroup, type RunGroup } from './cgroup.ts'
import { DiskWatch } from './disk.ts'
import { detectIdentity, type Identity, levelOf } from './identity.ts'
import { commonVariables } from './layout.ts'
import { type Plan, PlanError, planBox } from './plan.ts'
import { probeBox } from './probe.ts'
import { failed, toResult } from './result.ts'
import { type FindStarter, findStarter, type Start, type Starter } from './starter.ts'
import { type Outcome, type Program, type Supervision, supervise } from './supervise.ts'
import { BOX_HOME, SYSTEM_BINS, type SystemLayout, systemLayout } from './system.ts'

/** Makes the command line and its environment that build a box and start the payload in it as the last step. */
export type Recipe = (made: { plan: Plan; identity: Identity; limits: BoxLimits; start: Start }) => Promise<{
  argv: string[]
  variables: Record<string, string>
  /** What the outermost program reads from the descriptor for the filter of system calls. */
  filter?: Buffer | null
}>

interface Machine {
  identity: Identity
  system: SystemLayout
  cgroups: CgroupPlace[]
  starter: Starter
}

const NOTHING_STRUCK = { memory: false, processes: false }

async function detectMachine(find: FindStarter): Promise<Machine> {
  const [identity, system, cgroups, starter] = await Promise.all([
    detectIdentity(),
    systemLayout(),
    findCgroupPlaces(),
    find(),
  ])
  return { identity, system, cgroups, starter }
}

/** Why a command cannot be run in any box; null when it can. */
export function refuse(argv: string[], policy: BoxPolicy): string | null {
  if (argv.length === 0) return 'there is no command to run'
  // env(1) would take it for one more variable.
  if (argv[0]!.includes('=')) return `a program's name cannot hold "=": ${argv[0]}`
  const bad = Object.entries(policy.env).find(([name, value]) => !/^[^=\0]+$/.test(name) || value.includes('\0'))
  if (bad) return `not a usable environment variable: ${JSON.stringify(bad[0])}`
  return argv.some((arg) => arg.includes('\0')) ? 'an argument holds a zero byte' : null
}

function furtherLevel(name: string, { cgroups, starter }: Machine): string {
  const limited = cgroups.some(({ controller }) => controller === 'memory')
  const memory = limited ? 'memory limited by a control group' : 'memory not limited'
  return [memory, ...starter.lacks(name === 'bwrap')].join('; ')
}

/** Hands the entrances of a group on to the first process of the box, which sees no control groups. */
async function superviseIn(
  group: RunGroup | null,
  program: Program,
  limits: BoxLimits,
  options: Supervision,
): Promise<Outcome> {
  const inherit = (group?.entrances ?? []).map((path) => openSync(path, 'w'))
  try {
    return await supervise({ ...program, inherit }, limits, options)
  } finally {
    for (const descriptor of inherit) closeSync(descriptor)
  }
}

/**
 * A box of Linux namespaces. What the payload may see and do is decided here; `recipe` only builds it. `around`: how many
 * processes the recipe keeps running around the payload, besides the first one.
 */
export function createLinuxBox(
  name: 'unshare' | 'bwrap' | 'srt',
  recipe: Recipe,
  find: FindStarter = findStarter,
  around = 0,
): Box {
  let detected: Promise<Machine> | null = null
  const machine = () => {
    detected ??= detectMachine(find)
    return detected
  }
  const run: Box['run'] = async (argv, policy, limits, options): Promise<BoxResult> => {
    const refusal = process.platform === 'linux' ? refuse(argv, policy) : 'this box needs Linux'
    if (refusal !== null) return failed(refusal)
    let plan: Plan | null = null
    let group: RunGroup | null = null
    try {
      const { identity, system, cgroups, starter } = await machine()
      plan = await planBox(policy, system)
      group = await makeRunGroup(cgroups, { ...limits, processes: limits.processes + around })
      const env = { PATH: SYSTEM_BINS.join(':'), HOME: BOX_HOME, ...policy.env }
      const counted = group?.controllers.includes('pids') ?? false
      const groups = group?.entrances.length ?? 0
      const overlays = plan.overlays.length > 0
      const start = await starter.start({ argv, env, limits, identity, counted, groups, overlays })
      const made = await recipe({ plan, identity, limits, start })
      const variables = { ...commonVariables(plan, identity, starter.mapsOwners), ...made.variables }
      const disk = limits.diskBytes === undefined ? null : DiskWatch.start(policy.tree, limits.diskBytes)
      const outcome = await superviseIn(
        starter.entersGroups ? group : null,
        {
          argv: starter.entersGroups ? made.argv : (group?.enter(made.argv) ?? made.argv),
          variables,
          filter: made.filter ?? null,
          inherit: [],
        },
        limits,
        { ...options, disk },
      )
      const grown = (await disk?.lastLook()) === 'grown'
      return toResult(outcome, group?.struck() ?? NOTHING_STRUCK, grown)
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
    probe(repository) {
      // Looked at while the probe plants what it needs; trouble is told by its run.
      if (process.platform === 'linux') machine().catch(() => {})
      return probeBox(box, repository, async () => {
        const known = await machine()
        return `${levelOf(name, known.identity)}; ${furtherLevel(name, known)}`
      })
    },
  }
  return box
}
