import fc from 'fast-check'
import type { TaskOutcomeStatus } from '../../src/core/event-parts.ts'
import type { Event } from '../../src/core/events.ts'
import type { Templates } from '../../src/core/prompt/prompt.ts'
import { seededIntegers } from '../../src/core/random.ts'
import type { Settings } from '../../src/core/settings.ts'
import { type CallRecord, pastOf, recordCalls, resumeCalls } from '../../src/io/journal/calls.ts'
import { runParallel } from '../../src/parallel.ts'
import { run } from '../../src/run.ts'
import type { Surroundings } from '../../src/task/state.ts'
import type { World } from '../../src/world.ts'
import { settingsForTest } from '../support/settings.ts'
import { Broken, FAULTS, type Fault, type FaultKind, type Hook, Killed, MARGIN, Machine, PRICE } from './machine.ts'
import {
  codePath,
  FORMATTED,
  LIST,
  LISTED,
  MOODS,
  type Mood,
  projectFiles,
  right,
  TASKS,
  THEIRS,
  test,
  testPath,
} from './project.ts'
import { PLACES, Repo } from './repo.ts'

/** A weekend of one repository: what goes wrong, and what is asked of the runs. */
export interface Scenario {
  tasks: number
  moods: Mood[]
  faults: Fault[]
  maxTokens: number | null
  maxUsd: number | null
  maxMinutes: number | null
  /** The limits hold for so many runs. */
  limited: number
  /** `next`, or `run`. */
  one: boolean
  keepGoing: boolean
  /** So many of the first runs leave their commit on a branch. */
  unlanded: number
  seed: number
  /** Left out: the project has no pre-commit. */
  hook?: Hook
  /** Tasks at work at once; left out: one. */
  parallel?: number
}

const alone: fc.Arbitrary<Scenario> = fc.record({
  tasks: fc.constantFrom(1, 1, 2),
  moods: fc.array(fc.constantFrom<Mood>('right', 'right', ...MOODS), { maxLength: 6 }),
  faults: fc.array(
    fc.record({ after: fc.nat(60), kind: fc.constantFrom(...FAULTS, 'kill' as const, 'kill-after' as const) }),
    {
      maxLength: 5,
    },
  ),
  maxTokens: fc.option(fc.integer({ min: 500, max: 40_000 })),
  maxUsd: fc.option(fc.integer({ min: 1, max: 200 }).map((cents) => cents / 1_000)),
  maxMinutes: fc.option(fc.constantFrom(0.5, 3, 5, 10)),
  limited: fc.nat(2),
  one: fc.boolean(),
  keepGoing: fc.boolean(),
  unlanded: fc.constantFrom(0, 0, 0, 1),
  seed: fc.nat(1_000_000),
  hook: fc.constantFrom<Hook>('none', 'none', 'looks', 'formats', 'stamps'),
})

/** Several at work, on more tasks. */
const together = fc
  .record({ one: alone, tasks: fc.integer({ min: 2, max: 3 }), parallel: fc.integer({ min: 2, max: 3 }) })
  .map(({ one, tasks, parallel }): Scenario => ({ ...one, tasks, parallel, one: false }))

export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { arbitrary: alone, weight: 6 },
  { arbitrary: together, weight: 1 },
)

/** More runs than any scenario has faults and moods. */
const MOST_RUNS = 30

const WORDS: Templates = {
  ...{
    author: 'Write tests. {{framework}}',
    implementer: 'Write code.',
    strengthener: '',
    arbiter: 'Judge.',
    migrator: '',
  },
  ...{
    rules: 'Rules.',
    kit: { author: '', example: '', implementer: '', disk: { author: '', implementer: '' } },
    instead: { tests: '', refactoring: '' },
    version: 'v',
  },
}

/** The same, and where its workers wait for each other for ever, that is a broken law, so that the scenario can be shrunk. */
export async function playToTheEnd(scenario: Scenario): Promise<string[]> {
  const { promise, reject } = Promise.withResolvers<never>()
  // Nothing in a scenario waits for real time: it ends within a second or never.
  const timer = setTimeout(() => reject(new Broken('ends', 'nobody does anything any more')), 20_000)
  return Promise.race([play(scenario), promise]).finally(() => clearTimeout(timer))
}

/** Plays a scenario until nothing is left to do. Throws Broken where a law does not hold; `told` then holds what led to it. */
export async function play(scenario: Scenario, told: string[] = []): Promise<string[]> {
  const repo = new Repo(projectFiles(scenario.tasks))
  const machine = new Machine(repo, scenario.moods, scenario.faults)
  machine.hook = scenario.hook ?? 'none'
  const workers = scenario.parallel ?? 1
  let before = ''
  let unfinished: string[] | null = null
  for (let n = 0; ; n++) {
    if (n === MOST_RUNS) throw new Broken('same end', `nothing ends: ${told.slice(-6).join(' | ')}`)
    const status = await oneRun(machine, scenario, n, unfinished, told)
    told.push(`run ${n}: ${status}: ${machine.message}`)
    if (status === 'bug' && !machine.notes.some((note) => note.startsWith('mangled')))
      throw new Broken('no bug', told.slice(-3).join(' | '))
    if (status !== 'killed') checkLeft(machine, status)
    // As `past-runs.ts` has it.
    const goesOn: boolean = status === 'bug' ? before !== 'bug' || unfinished === null : OPEN.includes(status)
    before = status
    machine.journal = machine.journal.filter((line) => isKept(JSON.parse(line) as CallRecord, status))
    unfinished = goesOn ? [...machine.journal] : null
    if (!goesOn) machine.answered.clear()
    const asked = [...machine.answered.values()].reduce((sum, times) => sum + times - 1, 0)
    if (asked > machine.kills * workers + machine.lost)
      throw new Broken('asked twice', `${asked} paid answers were asked for again after ${machine.kills} kills`)
    const done = !tasksOf(repo).includes('[ ]')
    // Most need not be told that nothing is left.
    if (done && (status === 'nothing' || (status === 'verified' && machine.calm() && scenario.seed % 4 > 0))) break
    mend(machine, status, told.at(-1)!)
  }
  checkEnd(machine, scenario)
  return [...told, ...machine.notes]
}

const OPEN = ['killed', 'interrupted', 'budget', 'provider', 'isolation', 'git', 'environment']

function isKept({ call }: CallRecord, status: string): boolean {
  if (status === 'bug') return call === 'askModel'
  return !['isolation', 'environment'].includes(status) || call !== 'runChecks'
}

const tasksOf = (repo: Repo) => repo.at(repo.branches.get('main')!).files.get(TASKS) ?? ''

async function oneRun(
  machine: Machine,
  scenario: Scenario,
  n: number,
  past: string[] | null,
  told: string[],
): Promise<TaskOutcomeStatus | 'killed'> {
  startProcess(machine, past !== null)
  const settings = settingsOf(scenario, n)
  const calm = machine.calm() && machine.moods.length === 0 && past === null
  const keep = { billed: machine.billed, usd: machine.usd }
  const tell = (event: Event) => {
    if (machine.dead) throw new Killed()
    if (event.type === 'commit') machine.verified.set(event.task, event.commit)
    if (event.type === 'decision' && event.decision === 'anew') machine.verified.delete(event.task)
    told.push(lineOf(event))
  }
  const worldOf = makeWorlds(machine, scenario.seed + (past === null ? n : 0), past, tell)
  const options = {
    spec: null,
    task: null,
    most: scenario.one ? 1 : null,
    until: null,
    keepGoing: scenario.keepGoing,
    dryRun: false,
  }
  let status: TaskOutcomeStatus | 'killed'
  try {
    const { parallel } = scenario
    const result =
      parallel && settings.land
        ? await runParallel(worldOf(''), aroundOf(settings, n), options, {
            most: parallel,
            world: (_, task) => worldOf(task),
          })
        : await run(worldOf(''), aroundOf(settings, n), options)
    status = result.status
    machine.message = result.message
  } catch (error) {
    machine.message = (error as Error).message
    if (machine.dead) status = 'killed'
    else if ((error as { code?: string }).code === 'ENOSPC') {
      status = machine.abort.signal.aborted ? 'interrupted' : 'environment'
      // A tree that was open before its record was refused belongs to nobody: the session closes all in the end.
      machine.repo.worktrees.clear()
    } else throw error
  }
  if (machine.dead) status = 'killed'
  machine.over = true
  // Whatever still goes on shows itself.
  await new Promise((resolve) => setImmediate(resolve))
  if (machine.late.length > 0) throw new Broken('ended', `${machine.late.join(', ')} after ${status}`)
  checkSpent(machine, settings, keep)
  if (calm && !['verified', 'checked', 'nothing', 'git', 'budget'].includes(status) && n >= scenario.limited)
    throw new Broken('same end', `a run without faults ends with ${status}: ${told.slice(-4).join(' | ')}`)
  return status
}

/** Worlds of one process, each with seeds of its own: those of a task depend on how often it was begun. */
function makeWorlds(
  machine: Machine,
  seed: number,
  past: string[] | null,
  tell: (event: Event) => void,
): (task: string) => World {
  const log = machine.log()
  const has = async (commit: string) => machine.repo.commits.has(commit)
  const known = past && pastOf(past.map((line) => JSON.parse(line) as CallRecord))
  const made = new Map<string, number>()
  return (task) => {
    const times = made.get(task) ?? 0
    made.set(task, times + 1)
    const own = task === '' ? 0 : 1_000 * Number(task.split('/')[1]) + times + 1
    const recorded = recordCalls(machine.world(tell, seededIntegers(seed + own)), log)
    return machine.watched(known ? resumeCalls(recorded, { past: known, log, has }) : recorded)
  }
}

/** What the start of a process does: nobody else runs, so worktrees that are there belong to the dead, and merged branches are done with. */
function startProcess(machine: Machine, goesOn: boolean): void {
  const { repo } = machine
  repo.worktrees.clear()
  for (const [branch, commit] of repo.branches)
    if (branch.startsWith('specproof/') && repo.isMerged(commit)) repo.branches.delete(branch)
  if (!goesOn) machine.journal = []
  machine.dead = false
  machine.over = false
  machine.abort = new AbortController()
  machine.startedAt = machine.clock
  machine.lastBegun = 0
  machine.verified.clear()
  machine.told = { before_task: [], after_task: [] }
  machine.message = ''
}

function settingsOf(scenario: Scenario, n: number): Settings {
  const limited = n < scenario.limited
  const limits = {
    maxTokens: limited ? scenario.maxTokens : null,
    maxUsd: limited ? scenario.maxUsd : null,
    maxMinutes: limited ? scenario.maxMinutes : null,
  }
  const models = { 'none/none': { price: PRICE, tokens: { ratio: 1, margin: MARGIN, samples: 0 } } }
  return { ...settingsForTest(), limits, models, attempts: 3, land: n >= scenario.unlanded }
}

function aroundOf(settings: Settings, n: number): Surroundings {
  return {
    ...{
      run: `run-${n}`,
      settings,
      templates: WORDS,
      count: (text: string) => Math.ceil(text.length / 4),
      promptAim: 3_000,
    },
    ...{ steering: [], deny: () => false, framework: '', singleFiles: true },
  }
}

function lineOf(event: Event): string {
  const { type } = event
  if (type === 'decision') return `${type} ${event.decision}: ${event.reason}`
  if (type === 'verdict') return `${type} ${event.status}: ${event.summary}`
  if (type === 'landed') return `${type} ${event.waiting ?? event.ref}: ${event.reason}`
  return type
}

function checkSpent(machine: Machine, { limits }: Settings, before: { billed: Machine['billed']; usd: number }): void {
  const tokens = machine.billed.input + machine.billed.output - before.billed.input - before.billed.output
  const usd = machine.usd - before.usd
  if (limits.maxTokens !== null && tokens > limits.maxTokens)
    throw new Broken('spent', `${tokens} tokens of ${limits.maxTokens}`)
  if (limits.maxUsd !== null && usd > limits.maxUsd) throw new Broken('spent', `$${usd} of $${limits.maxUsd}`)
  const minutes = machine.lastBegun / 60_000
  if (limits.maxMinutes !== null && minutes > limits.maxMinutes)
    throw new Broken('spent', `a call began after ${minutes} of ${limits.maxMinutes} minutes`)
}

/** What a run that was not killed leaves behind. */
function checkLeft({ repo, verified, told, made, judged, message }: Machine, status: string): void {
  if (repo.worktrees.size > 0) throw new Broken('nothing left', `${[...repo.worktrees].join(', ')} is left`)
  const [begun, ended] = [told.before_task, told.after_task].map((tasks) => [...tasks].sort().join())
  if (begun !== ended && !message.includes('ENOSPC'))
    throw new Broken('hooks', `told that ${begun} begin and that ${ended} have ended`)
  for (const commit of verified.values())
    if (!repo.isOnABranch(commit) && status !== 'environment' && status !== 'bug')
      throw new Broken('kept', `the verified commit ${commit} is on no branch after ${status}`)
  const refused = /commit on (\S+) is not the one that was verified here/.exec(message)?.[1]
  const tip = refused === undefined ? undefined : repo.branches.get(refused)
  if (status === 'git' && tip !== undefined && made.has(tip) && judged.has(repo.at(tip).tree))
    throw new Broken('same end', `${refused} holds what was verified, and is not believed`)
}

/** What a person does whom a message tells to. */
function mend({ repo }: Machine, status: string, message: string): void {
  if (status !== 'git' && repo.branch !== 'elsewhere') return
  repo.branch = 'main'
  repo.uncommitted.clear()
  const named = /on (specproof\/\S+) .*[Dd]elete the branch/s.exec(message)?.[1]
  if (named !== undefined) repo.branches.delete(named)
}

const HARMLESS: FaultKind[] = ['kill', 'kill-after', 'kill-landed', 'interrupt', 'moved', 'listed', 'switched', 'dirty']

function checkEnd({ repo, made, listed, hook }: Machine, { tasks, faults }: Scenario): void {
  const files = repo.at(repo.branches.get('main')!).files
  const list = `// all\n${LISTED}${PLACES}${listed.join('')}`
  if (files.get(LIST) !== list) throw new Broken('same end', `${LIST} is ${JSON.stringify(files.get(LIST))}`)
  // Where the machine fails a hook on the change and on the base, it is passed over.
  const formats = hook === 'formats' && faults.every(({ kind }) => HARMLESS.includes(kind))
  for (let n = 1; n <= tasks; n++) {
    const code = files.get(codePath(n)) ?? ''
    if (code.replaceAll(THEIRS, '').replaceAll(FORMATTED, '') !== right(n))
      throw new Broken('same end', `${codePath(n)} is ${JSON.stringify(code)}`)
    if (formats && !code.endsWith(FORMATTED)) throw new Broken('same end', `${codePath(n)} is not formatted`)
    const frozen = files.get(testPath(n)) ?? ''
    if (formats && !frozen.endsWith(FORMATTED)) throw new Broken('same end', `${testPath(n)} is not formatted`)
    if (frozen.replace(FORMATTED, '') !== test(n))
      throw new Broken('same end', `${testPath(n)} is not the test that was frozen`)
    const commits = repo.history('main').filter(({ message }) => new RegExp(`^Task: ${n}$`, 'm').test(message))
    if (commits.length !== 1) throw new Broken('once', `task ${n} was committed ${commits.length} times`)
  }
  // What somebody else made of such a branch is theirs.
  const ours = [...repo.branches].filter(([branch, commit]) => branch.startsWith('specproof/') && made.has(commit))
  if (ours.length > 0) throw new Broken('nothing left', `${ours.map(([branch]) => branch).join(', ')} is left`)
}
