import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Box, BoxLimits, BoxPolicy, BoxResult } from '../../src/io/box/box.ts'
import { prepareTree } from '../../src/io/box/identity.ts'
import { runWithServices } from '../../src/io/checks/services.ts'
import { type Attempt, commandOf, SMALL, type Weakness } from './attempt.ts'
import { type Bait, plantBait } from './bait.ts'
import { DRIVER, type DriverLine } from './driver.ts'

export interface Outcome {
  name: string
  state: 'held' | 'got through' | 'not tried' | 'broken'
  detail: string
}

/** How a try ended inside, and what it printed. */
interface Said {
  state: Outcome['state']
  output: string
}

const LIMITS: BoxLimits = {
  wallMs: 100_000,
  outputBytes: 8_000_000,
  fileBytes: 2_000_000,
  tmpBytes: 8_000_000,
  processes: 200,
  cpuSeconds: 60,
}
/** How long an edit after the end is waited for; longer where one must come, as it may be slow. */
const LATE_MS = { box: 1_000, weak: 20_000 }

async function changesSoon(path: string, withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 50) {
    if ((await readFile(path, 'utf8')) !== 'early\n') return true
    await sleep(50)
  }
  return false
}

class Round {
  readonly box: Box
  readonly bait: Bait
  private readonly extra: Record<string, string>
  private readonly patienceMs: number
  private readonly overlays: boolean
  private trees = 0

  constructor(box: Box, bait: Bait, weakness: Weakness | null, overlays: boolean) {
    this.overlays = overlays
    this.box = box
    this.bait = bait
    this.extra = weakness === null ? {} : { CONTAINED: 'yes' }
    this.patienceMs = weakness === null ? LATE_MS.box : LATE_MS.weak
  }

  async newTree(): Promise<string> {
    const tree = join(this.bait.dir, `tree-${this.trees++}`)
    await mkdir(tree)
    await writeFile(join(tree, 'late.txt'), 'early\n')
    await prepareTree(tree)
    return tree
  }

  policy(tree: string, variables: Record<string, string>): BoxPolicy {
    const { dir, root } = this.bait
    const mounts = [
      { from: join(dir, 'modules'), to: join(root, 'node_modules') },
      { from: join(dir, 'git'), to: join(root, '.git') },
      { from: join(dir, 'store/own/products/.venv'), to: join(root, '.venv') },
    ]
    const ofHome = ['go/pkg/mod', '.cargo/registry', '.m2/repository', '.local/lib'].map((path) =>
      join(dir, 'home', path),
    )
    const readOnly = [process.execPath, join(dir, 'cache'), join(dir, 'tools'), ...ofHome]
    const overlays = this.overlays ? [{ from: join(dir, 'overlaid'), to: join(dir, 'overlaid') }] : []
    return { root, tree, readOnly, mounts, overlays, env: variables }
  }

  private variables(): Record<string, string> {
    return { ...this.bait.variables, ...this.extra }
  }

  variablesOf(attempt: Attempt): Record<string, string> {
    const { bait } = this
    const victim = bait.victims.get(attempt)?.pid
    const own = { MARK: bait.markOf(attempt), OUTSIDE: bait.outsideOf(attempt) }
    return victim === undefined ? own : { ...own, VICTIM: String(victim) }
  }

  async together(attempts: Attempt[]): Promise<Map<Attempt, Said>> {
    const tasks = attempts.map((attempt) => ({
      name: attempt.name,
      argv: commandOf(attempt.language, attempt.script, process.execPath),
      variables: this.variablesOf(attempt),
    }))
    const policy = this.policy(await this.newTree(), this.variables())
    const result = await this.box.run([process.execPath, '-e', DRIVER], policy, LIMITS, {
      input: JSON.stringify(tasks),
    })
    const lines = result.stdout.split('\n').filter((line) => line.startsWith('{'))
    const byName = new Map(lines.map((line) => JSON.parse(line) as DriverLine).map((line) => [line.name, line]))
    return new Map(attempts.map((attempt) => [attempt, saidInLine(byName.get(attempt.name), result)]))
  }

  /** As a service; what it could not do in the time of the empty command it has not done. */
  private async asService({ language, script }: Attempt, done: string, policy: BoxPolicy): Promise<Said> {
    const argv = commandOf(language, script, process.execPath)
    const variables = Object.fromEntries(argv.map((word, index) => [`WORD_${index}`, word]))
    const run = `exec ${argv.map((_, index) => `"$WORD_${index}"`).join(' ')}`
    const service = { name: 'attempt', run, ready: { command: done }, env: variables, seconds: 30 }
    const ran = await runWithServices(this.box, [service], ['true'], policy, LIMITS, {})
    const said = await readFile(join(policy.tree, 'said'), 'utf8').catch(() => '')
    return { state: ran.ready === null ? 'broken' : 'held', output: said + ran.troubles.join('\n') }
  }

  async alone(attempt: Attempt): Promise<Said> {
    const { language, script, alone = {} } = attempt
    const tree = await this.newTree()
    const policy = this.policy(tree, { ...this.variables(), ...this.variablesOf(attempt) })
    if (alone.service !== undefined) return this.asService(attempt, alone.service, policy)
    const limits = { ...LIMITS, ...SMALL, wallMs: 30_000 }
    const first = await this.box.run(commandOf(language, script, process.execPath), policy, limits, {})
    const said = saidAlone(first, alone.mayBeStopped === true)
    if (said.state === 'held' && alone.next !== undefined) {
      const more = { from: join(this.bait.dir, 'modules'), to: join(policy.root, alone.nextMount ?? 'none') }
      const again = alone.nextMount === undefined ? policy : { ...policy, mounts: [...policy.mounts, more] }
      const second = await this.box.run(commandOf(language, alone.next, process.execPath), again, limits, {})
      const refused = alone.mayBeStopped === true && second.cause === 'box'
      return refused ? { ...said, output: `${said.output}${second.message}` } : saidAlone(second, false)
    }
    return (await this.seenFromOutside(attempt, first, tree)) ?? said
  }

  private async seenFromOutside(attempt: Attempt, result: BoxResult, tree: string): Promise<Said | null> {
    const through = (output: string): Said => ({ state: 'got through', output })
    switch (attempt.alone?.gotThrough) {
      case 'too much output': {
        const length = result.stdout.length + result.stderr.length
        return length > SMALL.outputBytes ? through(`${length} characters`) : null
      }
      case 'a file too large': {
        const size = lstatSync(join(tree, 'huge'), { throwIfNoEntry: false })?.size ?? 0
        return size > SMALL.fileBytes ? through(`${size} bytes`) : null
      }
      case 'edited the tree after the end':
        await writeFile(join(tree, 'ended'), '')
        return (await changesSoon(join(tree, 'late.txt'), this.patienceMs)) ? through('edited') : null
      default:
        return null
    }
  }
}

function stateOf(exitCode: number | null): Outcome['state'] {
  if (exitCode === 10) return 'got through'
  if (exitCode === 77) return 'not tried'
  return exitCode === 0 ? 'held' : 'broken'
}

function saidInLine(line: DriverLine | undefined, result: BoxResult): Said {
  if (line === undefined) return { state: 'broken', output: `no word of it: ${JSON.stringify(result).slice(0, 2_000)}` }
  if (line.missing !== null) return { state: 'not tried', output: line.missing }
  const state = stateOf(line.exitCode)
  return { state, output: state === 'broken' ? `${line.exitCode} ${line.signal} ${line.output}` : line.output }
}

function saidAlone(result: BoxResult, mayBeStopped: boolean): Said {
  const output = result.stdout + result.stderr
  if (result.cause === 'exit' && result.exitCode === 127) return { state: 'not tried', output }
  const state = result.cause === 'box' ? 'broken' : stateOf(result.exitCode)
  if (state === 'broken' && mayBeStopped && result.stdout.startsWith('tried')) return { state: 'held', output }
  return { state, output: state === 'broken' ? JSON.stringify(result).slice(0, 2_000) : output }
}

/** All entries of a folder with what they hold, as text that changes with any of it. */
function contentOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(path)}`
    return entry.isFile() ? `${path}: ${readFileSync(path, 'latin1')}` : path
  })
}

function fingerprint(dir: string): string {
  const text = [...contentOf(dir), lstatSync(dir).mtimeMs].join('\n')
  return createHash('sha256').update(text).digest('hex')
}

/** What others could change about a process; null when it is gone. */
async function stateOfProcess(pid: number): Promise<string | null> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8')
  try {
    const lines = (await read('status')).split('\n')
    const state = /^State:\s*(.)/m.exec(lines.join('\n'))?.[1] ?? 'X'
    if ('ZX'.includes(state)) return null
    const status = lines.filter((line) => /^(TracerPid|Cpus_allowed_list):/.test(line))
    status.push('Tt'.includes(state) ? 'stopped' : 'going')
    const nice = (await read('stat')).split(') ')[1]!.split(' ')[16]
    return [...status, nice, await read('limits'), await read('oom_score_adj')].join('\n')
  } catch {
    return null
  }
}

async function processesByMark(): Promise<{ pid: number; line: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const lines = pids.map(async (pid) => ({ pid, line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') }))
  return (await Promise.all(lines)).filter(({ line }) => line.includes('mark-'))
}

type Evidence = (attempt: Attempt, said: Said) => Promise<string | null>
/** Looks at the host once, for any number of attempts. */
type Look = () => Promise<Evidence>

/** Remembers how everything is now; what it returns tells by what an attempt has got through. */
async function watch(bait: Bait, attempts: Attempt[]): Promise<Look> {
  const outside = new Map(attempts.map((attempt) => [attempt, fingerprint(bait.outsideOf(attempt))]))
  const victims = new Map<Attempt, string | null>()
  for (const [attempt, { pid }] of bait.victims) victims.set(attempt, await stateOfProcess(pid!))
  return async () => {
    const contents = bait.protectedDirs.flatMap(contentOf)
    const processes = await processesByMark()
    return async (attempt, said) => {
      const mark = bait.markOf(attempt)
      if (said.output.includes(bait.nonce)) return 'a planted secret is in its output'
      if (fingerprint(bait.outsideOf(attempt)) !== outside.get(attempt)) return 'files outside are changed'
      const written = contents.find((text) => text.includes(mark))
      if (written !== undefined) return `its mark is in ${written.slice(0, 200)}`
      if (processes.some(({ line }) => line.includes(mark))) return 'a process survived'
      if (hostname() === mark) return 'the machine has its name'
      const victim = bait.victims.get(attempt)
      if (victim && (await stateOfProcess(victim.pid!)) !== victims.get(attempt)) return 'its victim is not as it was'
      return said.state === 'got through' ? 'by its own word' : null
    }
  }
}

async function inTurns<T>(tasks: (() => Promise<T>)[], atOnce: number): Promise<void> {
  const queue = tasks.values()
  const worker = async () => {
    for (const task of queue) await task()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Collects how every attempt ended. What is seen once counts, whatever comes after it. */
class Ledger {
  private readonly through = new Map<Attempt, string>()
  private readonly said = new Map<Attempt, Said>()
  private readonly look: Look

  constructor(look: Look) {
    this.look = look
  }

  async enter(entries: Iterable<[Attempt, Said]>): Promise<void> {
    const evidence = await this.look()
    for (const [attempt, said] of entries) {
      this.said.set(attempt, said)
      const seen = await evidence(attempt, said)
      if (seen !== null && !this.through.has(attempt)) this.through.set(attempt, seen)
    }
  }

  async lookAgain(): Promise<void> {
    await this.enter([...this.said])
  }

  outcomes(attempts: Attempt[]): Outcome[] {
    return attempts.map((attempt) => {
      const { state, output } = this.said.get(attempt) ?? { state: 'not tried', output: `no ${attempt.needs} here` }
      const seen = this.through.get(attempt)
      const detail = `${seen ?? ''} ${output.trim().slice(0, 1_000)}`.trim()
      return { name: attempt.name, state: seen === undefined ? state : 'got through', detail }
    })
  }
}

/** What hits everything goes last: in a weak box it takes the victims of the others with it. */
const hitsAll = ({ alone, victim }: Attempt) => alone !== undefined && victim === true

/** Many at once, in one box as far as they do not exhaust it. */
async function allAtOnce(round: Round, attempts: Attempt[], ledger: Ledger): Promise<void> {
  await ledger.enter(await round.together(attempts.filter(({ alone }) => alone === undefined)))
  const single = attempts.filter(({ alone }) => alone !== undefined)
  const one = (attempt: Attempt) => async () => ledger.enter([[attempt, await round.alone(attempt)]])
  await inTurns(single.filter((attempt) => !hitsAll(attempt)).map(one), 3)
  await inTurns(single.filter(hitsAll).map(one), 1)
}

/** Each in a box of its own, for a box that they take apart. */
async function oneByOne(round: Round, attempts: Attempt[], ledger: Ledger): Promise<void> {
  const one = (attempt: Attempt) => async () => ledger.enter(await round.together([attempt]))
  await inTurns(attempts.map(one), 2)
}

/**
 * Runs all attempts against one box. `weakness`: the box is known to have these holes, and this process is alone in
 * namespaces of its own with everything that was planted, so that attempts which could hit others may go on. `overlays`:
 * whether the box can lay folders over.
 */
export async function runRound(
  box: Box,
  attempts: Attempt[],
  nonce: string,
  weakness: Weakness | null = null,
  overlays = true,
): Promise<Outcome[]> {
  const bait = await plantBait(attempts, nonce, weakness !== null)
  try {
    if (overlays) bait.planted.add('overlays')
    const possible = attempts.filter(({ needs }) => needs === undefined || bait.planted.has(needs))
    const ledger = new Ledger(await watch(bait, attempts))
    const round = new Round(box, bait, weakness, overlays)
    await (weakness === 'rights' ? oneByOne : allAtOnce)(round, possible, ledger)
    // What is seen too late to be told apart counts against a box, and is no proof for an attempt.
    if (weakness === null) await ledger.lookAgain()
    return ledger.outcomes(attempts)
  } finally {
    const survivors = (await processesByMark()).filter(({ line }) => line.includes(`-${nonce.slice(0, 8)}`))
    for (const { pid } of survivors) process.kill(pid, 'SIGKILL')
    await bait.remove()
  }
}
