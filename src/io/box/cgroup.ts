import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs'
import { access, constants, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram } from '../run-program.ts'
import type { BoxLimits } from './box.ts'
import { kernelText } from './kernel-text.ts'
import { hostMounts } from './mount-table.ts'

type Controller = 'memory' | 'pids'

/** A folder in which groups of one controller can be made. With version 2 both controllers have the same one. */
export interface CgroupPlace {
  controller: Controller
  version: 1 | 2
  parent: string
}

/** Which limits of a group struck. */
export interface Struck {
  memory: boolean
  processes: boolean
}

/** The control group of one run. */
export interface RunGroup {
  controllers: Controller[]
  /** The command line that enters the group and then becomes `argv`. */
  enter(argv: string[]): string[]
  /** Files to be opened for writing; whoever writes `0` to all of them enters the group. */
  entrances: string[]
  struck(): Struck
  remove(): Promise<void>
}

/** The first process of the box is in the group as well, and with a shell inside the outermost program too. */
const OWN_PROCESSES = 2
const PREFIX = 'specproof-'
const ENTER = 'for entrance in $1; do echo 0 > "$entrance" || exit; done; shift; exec "$@"'

const FILES = {
  memory: { 1: 'memory.limit_in_bytes', 2: 'memory.max' },
  pids: { 1: 'pids.max', 2: 'pids.max' },
} as const

/**
 * What a process writes `0` to. To move a whole process the kernel waits for a grace period (2 to 70 ms were measured), in
 * which nobody on the machine starts a process; a thread that moves itself waits for nobody, from Linux 5.5 on. Ours have
 * one thread. Version 2 moves no single thread to where memory is limited.
 */
const ENTRANCE = { 1: 'tasks', 2: 'cgroup.procs' } as const

function enter(entrances: string[], argv: string[]): string[] {
  return ['sh', '-c', `IFS='\n'; ${ENTER}`, 'sh', entrances.join('\n'), ...argv]
}

/**
 * The hierarchies (`controllers` is empty for version 2) in which this process is at the top. Any other group belongs
 * to whoever put this process there: a manager that counts and ends what is in its group must find it there.
 */
function freeHierarchies(): { version: 1 | 2; controllers: string[]; path: string }[] {
  const mounts = hostMounts()
  const lines = kernelText('/proc/self/cgroup').split('\n')
  const free: ReturnType<typeof freeHierarchies> = []
  for (const line of lines) {
    const names = /^\d+:([^:]*):\/$/.exec(line)?.[1]
    if (names === undefined) continue
    const version = names === '' ? 2 : 1
    const controllers = names.split(',').filter(Boolean)
    const mount = mounts.find(({ type, superOptions }) =>
      version === 2
        ? type === 'cgroup2'
        : type === 'cgroup' && controllers.every((name) => superOptions.includes(name)),
    )
    if (mount) free.push({ version, controllers, path: mount.path })
  }
  return free
}

/** Which processes /proc shows: `4026531836` of `pid:[4026531836]`; null where it shows none of ours. */
function ownNumbering(): string | null {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? null
  } catch {
    return null
  }
}

/**
 * Groups that a killed process left behind. Only empty ones can be removed, and one that is about to be entered is empty
 * too: so none of another PID namespace, whose processes cannot be seen from here.
 */
async function sweep(parent: string): Promise<void> {
  const own = ownNumbering()
  for (const name of await readdir(parent).catch(() => [])) {
    const [, numbering, pid] = new RegExp(`^${PREFIX}(\\d+)-(\\d+)-`).exec(name) ?? []
    const left = numbering === own && pid !== undefined && !existsSync(`/proc/${pid}`)
    if (left) await rmdir(join(parent, name)).catch(() => {})
  }
}

const newName = () => `${PREFIX}${ownNumbering() ?? 0}-${process.pid}-${randomBytes(6).toString('hex')}`

/** Makes a group and enters it for a moment: rights to do the one do not mean rights to do the other. */
async function works({ controller, version, parent }: CgroupPlace): Promise<boolean> {
  const group = join(parent, newName())
  try {
    await mkdir(group)
  } catch {
    return false
  }
  try {
    await access(join(group, FILES[controller][version]), constants.W_OK)
    const [file, ...args] = enter([join(group, ENTRANCE[version])], ['true'])
    return (await runProgram(file!, args)).exitCode === 0
  } catch {
    return false
  } finally {
    await removeGroup(group)
  }
}

/** Looks once where control groups can be made; empty when nowhere. */
export async function findCgroupPlaces(): Promise<CgroupPlace[]> {
  const places: CgroupPlace[] = []
  const free = freeHierarchies()
  for (const controller of ['memory', 'pids'] as const) {
    const all = free
      .filter(({ version, controllers }) => version === 2 || controllers.includes(controller))
      .map(({ version, path }) => ({ controller, version, parent: path }))
    for (const place of all) {
      if (!(await works(place))) continue
      await sweep(place.parent)
      places.push(place)
      break
    }
  }
  return places
}

/** The kernel may need a moment to see that the last process has left. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      return rmdirSync(group)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    }
    await sleep(5)
  }
}

function setLimit(group: string, { controller, version }: CgroupPlace, limits: BoxLimits): void {
  if (controller === 'pids') {
    writeFileSync(join(group, 'pids.max'), String(Math.floor(limits.processes) + OWN_PROCESSES))
    return
  }
  const bytes = String(Math.floor(limits.memoryBytes ?? 0))
  writeFileSync(join(group, FILES.memory[version]), bytes)
  // Swap is memory too; some kernels do not count it.
  const [swap, value] = version === 1 ? ['memory.memsw.limit_in_bytes', bytes] : ['memory.swap.max', '0']
  try {
    writeFileSync(join(group, swap), value)
  } catch {}
}

function counted(file: string, name: string): boolean {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(kernelText(file))?.[1] ?? 0) > 0
}

/** No process has this number: it is beyond what any kernel gives. */
const NOBODY = '2147483647'

/**
 * In version 2 the first process that enters a group after a while waits for a grace period of the kernel, and those that
 * follow do not. So the wait begins here, with a write that moves nobody, while the box is still being built.
 */
async function wake(group: string): Promise<void> {
  await writeFile(join(group, ENTRANCE[2]), NOBODY).catch(() => {})
}

/** Makes the group of one run for those limits that it can hold; null when there are none. Rejects when it cannot. */
export async function makeRunGroup(places: CgroupPlace[], limits: BoxLimits): Promise<RunGroup | null> {
  const used = places.filter(({ controller }) => controller === 'pids' || limits.memoryBytes !== undefined)
  if (used.length === 0) return null
  const name = newName()
  const versions = new Map(used.map(({ parent, version }) => [join(parent, name), version]))
  const groups = [...versions.keys()]
  const entrances = [...versions].map(([group, version]) => join(group, ENTRANCE[version]))
  const remove = async () => {
    await woken
    for (const group of groups) await removeGroup(group)
  }
  let woken: Promise<void> | null = null
  try {
    for (const group of groups) mkdirSync(group)
    const waiting = groups.find((group) => versions.get(group) === 2)
    if (waiting !== undefined) woken = wake(waiting)
    for (const place of used) setLimit(join(place.parent, name), place, limits)
  } catch (error) {
    await remove()
    throw error
  }
  const any = (controller: Controller, file: (version: 1 | 2) => string, word: string) => {
    const place = used.find((place) => place.controller === controller)
    return place !== undefined && counted(join(place.parent, name, file(place.version)), word)
  }
  return {
    controllers: used.map(({ controller }) => controller),
    enter: (argv) => enter(entrances, argv),
    entrances,
    struck: () => ({
      memory: any('memory', (version) => (version === 1 ? 'memory.oom_control' : 'memory.events'), 'oom_kill'),
      processes: any('pids', () => 'pids.events', 'max'),
    }),
    remove,
  }
}
