import type { Box } from './box.ts'
import { isInstalled } from './bwrap.ts'
import { type Identity, outerNamespaces, PAYLOAD_ID } from './identity.ts'
import { commonVariables } from './layout.ts'
import { createLinuxBox, type Recipe } from './linux-box.ts'
import { type HostMount, hostMounts, lockedOptions, submounts } from './mount-table.ts'
import { viewLine } from './overlays.ts'
import { type Mount, type Plan, PlanError } from './plan.ts'
import { helperFolder, unwrap, wrap } from './srt-runtime.ts'
import { execWords, startWrapped, wordVariables } from './srt-words.ts'
import { type FindStarter, findStarter, type Starter } from './starter.ts'
import { isSystemPath, SYSTEM_BINS, type SystemLayout, systemLayout } from './system.ts'
import { unshareVariables } from './unshare-layout.ts'

/** Whoever makes the box, inside the runtime's sandbox nobody is root of the machine. */
const insideOf = (identity: Identity): Identity =>
  identity.kind === 'root' ? { kind: 'user', nested: true, uid: PAYLOAD_ID } : { kind: 'user', nested: true }
/**
 * What stays around the payload: bwrap twice, a shell, the runtime's helper twice, the inner box's two. With the host's
 * network it is less, and the payload may have so many processes more.
 */
const AROUND = 7
/** Where the outer box shows what the inner one mounts. */
const STAGE = '/stage'

/** The outer box has a report of its own, which nobody reads; the real one waits at descriptor 6. */
const KEEP_REPORT = 'exec 6>&3 3>/dev/null; exec "$@"'

interface Parts {
  outer: Plan
  inner: Plan
  /** The mounts that the inner box finds, as far as they bind it. */
  table: HostMount[]
  /** Where the outer box shows what the inner one lays over. */
  laidOver: string[]
}

/** What the host has mounted below a staged folder, at the place where the inner box finds it. */
function stagedMounts(table: HostMount[], { from }: Mount, to: string): HostMount[] {
  const staged = (path: string): HostMount => ({
    path: to + path.slice(from.length),
    options: lockedOptions(table, path),
    type: 'none',
    superOptions: [],
  })
  return [staged(from), ...submounts(table, from).map(({ path }) => staged(path))]
}

/** Splits a plan into the box around the runtime, which shows everything apart, and the one inside, which arranges it. */
function split(plan: Plan, system: SystemLayout, helpers: string | null, host: HostMount[]): Parts {
  const fromSystem = (mount: Mount) => system.binds.some(({ from, to }) => from === mount.from && to === mount.to)
  const outer: Plan = {
    ...plan,
    cwd: '/',
    mounts: [],
    overlays: [],
    dirs: [...plan.dirs, STAGE],
    files: [...plan.files],
  }
  const inner: Plan = { ...plan, mounts: [] }
  const table: HostMount[] = []
  const laidOver: string[] = []
  const show = (mount: Mount) => {
    outer.mounts.push(mount)
    table.push(...stagedMounts(host, mount, mount.to))
  }
  for (const [index, mount] of plan.mounts.entries()) {
    const to = fromSystem(mount) ? mount.to : `${STAGE}/${index}`
    if (to !== mount.to) (mount.isDirectory ? outer.dirs : outer.files).push(to)
    show({ ...mount, to })
    if (mount.isDirectory && plan.overlays.some((overlay) => overlay.to === mount.to)) laidOver.push(to)
    inner.mounts.push({ ...mount, from: to })
  }
  // bwrap always shows a terminal; it gets something else.
  outer.files.push('/dev/tty')
  show({ from: '/dev/null', to: '/dev/tty', isDirectory: false, writable: false })
  if (helpers !== null && !isSystemPath(helpers)) {
    outer.dirs.push(helpers)
    show({ from: helpers, to: helpers, isDirectory: true, writable: false })
  }
  return { outer, inner, table, laidOver }
}

/** The command line that runs what `wordVariables` holds in the runtime's sandbox, with the real report in its place. */
async function sandboxed(network: Plan['network']): Promise<string[]> {
  if (!isInstalled('bwrap')) throw new PlanError('bwrap is not installed')
  const command = execWords('exec 3>&6 6>&-')
  // With files left to us and the network of the host there is nothing that the runtime would do.
  if (network === 'host') return ['sh', '-c', command]
  const rules = { disabled: true, denyRead: [], allowRead: [], allowWrite: [], denyWrite: [] }
  const wrapped = await wrap(command, rules)
  await unwrap()
  return startWrapped(wrapped)
}

/** Who works in the inner box. What enters control groups is outside, and in a user namespace nobody maps owners. */
const inner = (starter: Starter): Starter => ({
  ...starter,
  start: (asked) => starter.start({ ...asked, identity: insideOf(asked.identity), groups: 0, overlays: true }),
  mapsOwners: false,
  entersGroups: false,
})

const recipeOf =
  (starter: () => Promise<Starter>): Recipe =>
  async ({ plan, identity, limits, start }) => {
    if (plan.inOverlays.length > 0)
      throw new PlanError(`the box of srt cannot mount ${plan.inOverlays[0]} in an overlay: use bwrap or unshare`)
    const host = hostMounts()
    const [command, helpers, system] = await Promise.all([sandboxed(plan.network), helperFolder(), systemLayout()])
    const parts = split(plan, system, helpers, host)
    const base = await starter()
    // Only root outside can give what is laid over to the payload's user; the inner box looks whether it did.
    const given = identity.kind === 'root' && base.mapsOwners
    const overlays = given ? plan.overlays.map((overlay) => ({ ...overlay, uid: PAYLOAD_ID })) : plan.overlays
    const variables = {
      ...commonVariables({ ...parts.inner, overlays }, insideOf(identity), false),
      ...(await unshareVariables(parts.inner, limits, parts.table)),
    }
    parts.outer.dirs.push(variables.BOX_BASE!)
    const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    const namespaces = outerNamespaces(insideOf(identity), plan.network)
    const box = ['unshare', ...namespaces, '--', 'env', ...assignments, ...start.build]
    const env = { PATH: SYSTEM_BINS.join(':'), ...wordVariables(box) }
    // The processes are counted for the inner box alone.
    const asked = { argv: command, env, limits, identity, counted: true, groups: 0, overlays: true }
    const sandbox = await base.start(asked)
    const around = ['setpriv', '--pdeathsig', 'KILL', '--', 'unshare', ...outerNamespaces(identity, plan.network), '--']
    return {
      argv: ['sh', '-c', KEEP_REPORT, 'sh', ...around, ...sandbox.build],
      variables: {
        ...commonVariables(parts.outer, identity, false),
        BOX_OVERLAYS: given ? parts.laidOver.map(viewLine).join('\n') : '',
        ...(await unshareVariables(parts.outer, limits, host)),
      },
    }
  }

/**
 * The box of `createUnshareBox`, made twice, with the sandbox of `@anthropic-ai/sandbox-runtime` between the two: its
 * network, its processes and its filter of system calls, which refuses Unix sockets. The outer box shows only what the
 * inner one mounts, so the runtime finds nothing else and its rules for files, which would put empty files into the
 * tree, are not needed. Where the package or bubblewrap is not installed every run ends with cause `box`. `find` as with
 * `createUnshareBox`.
 */
export function createLinuxSrtBox(find: FindStarter = findStarter): Box {
  let found: Promise<Starter> | null = null
  const starter = () => {
    found ??= find()
    return found
  }
  return createLinuxBox('srt', recipeOf(starter), async () => inner(await starter()), AROUND)
}
