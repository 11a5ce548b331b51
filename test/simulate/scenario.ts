import fc from 'fast-check'
import type { Event, TaskOutcomeStatus } from '../../src/core/events.ts'
import type { Templates } from '../../src/core/prompt/prompt.ts'
import { seededIntegers } from '../../src/core/random.ts'
import type { Settings } from '../../src/core/settings.ts'
import { type CallRecord, pastOf, recordCalls, resumeCalls } from '../../src/io/journal/calls.ts'
import { run } from '../../src/run.ts'
import type { Surroundings } from '../../src/task/state.ts'
import { settingsForTest } from '../support/settings.ts'
import { Broken, FAULTS, type Fault, Killed, MARGIN, Machine, PRICE } from './machine.ts'
import { codePath, MOODS, type Mood, projectFiles, right, TASKS, THEIRS, test, testPath } from './project.ts'
import { Repo } from './repo.ts'

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
}

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
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
})

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

/** Plays a scenario until nothing is left to do. Throws Broken where a law does not hold; `told` then holds what led to it. */
export async function play(scenario: Scenario, told: string[] = []): Promise<string[]> {
  const repo = new Repo(projectFiles(scenario.tasks))
  const machine = new Machine(repo, scenario.moods, scenario.faults)
  let unfinished: string[] | null = null
  for (let n = 0; ; n++) {
    if (n === MOST_RUNS) throw new Broken('same end', `nothing ends: ${told.slice(-6).join(' | ')}`)
    const status = await oneRun(machine, scenario, n, unfinished, told)
    told.push(`run ${n}: ${status}: ${machine.message}`)
    if (status === 'bug' && !machine.notes.some((note) => note.startsWith('mangled')))
      throw new Broken('no bug', told.slice(-3).join(' | '))
    if (status !== 'killed') checkLeft(machine, status)
    const goesOn = ['killed', 'interrupted', 'budget', 'provider', 'git', 'environment'].includes(status)
    unfinished = goesOn ? [...machine.journal] : null
    if (!goesOn) machine.answered.clear()
    const asked = [...machine.answered.values()].reduce((sum, times) => sum + times - 1, 0)
    if (asked > machine.kills + machine.lost)
      throw new Broken('asked twice', `${asked} paid answers were asked for again after ${machine.kills} kills`)
    const done = !tasksOf(repo).includes('[ ]')
    // Most need not be told that nothing is left.
    if (done && (status === 'nothing' || (status === 'verified' && machine.calm() && scenario.seed % 4 > 0))) break
    mend(machine, status, told.at(-1)!)
  }
  checkEnd(machine, scenario)
  return [...told, ...machine.notes]
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
    if (event.type === 'commit') machine.commit = event.commit
    told.push(lineOf(event))
  }
  const seed = seededIntegers(scenario.seed + (past === null ? n : 0))
  const real = machine.world(tell, seed)
  const records = (past ?? []).map((line) => JSON.parse(line) as CallRecord)
  const recorded = recordCalls(real, machine.log())
  const world =
    past === null
      ? recorded
      : resumeCalls(recorded, {
          past: pastOf(records),
          log: machine.log(),
          has: async (commit) => machine.repo.commits.has(commit),
        })
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
    const result = await run(machine.watched(world), aroundOf(settings, n), options)
    status = result.status
    machine.message = result.message
  } catch (error) {
    machine.message = (error as Error).message
    if (machine.dead) status = 'killed'
    else if ((error as { code?: string }).code === 'ENOSPC')
      status = machine.abort.signal.aborted ? 'interrupted' : 'environment'
    else throw error
  }
  if (machine.dead) status = 'killed'
  checkSpent(machine, settings, keep)
  if (calm && !['verified', 'checked', 'nothing', 'git', 'budget'].includes(status) && n >= scenario.limited)
    throw new Broken('same end', `a run without faults ends with ${status}: ${told.slice(-4).join(' | ')}`)
  return status
}

/** What the start of a process does: nobody else runs, so worktrees that are there belong to the dead, and merged branches are done with. */
function startProcess(machine: Machine, goesOn: boolean): void {
  const { repo } = machine
  repo.worktrees.clear()
  for (const [branch, commit] of repo.branches)
    if (branch.startsWith('specproof/') && repo.isMerged(commit)) repo.branches.delete(branch)
  if (!goesOn) machine.journal = []
  machine.dead = false
  machine.abort = new AbortController()
  machine.startedAt = machine.clock
  machine.lastBegun = 0
  machine.commit = null
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
function checkLeft({ repo, commit, made, judged, message }: Machine, status: string): void {
  if (repo.worktrees.size > 0) throw new Broken('nothing left', `${[...repo.worktrees].join(', ')} is left`)
  const kept = commit === null || repo.isOnABranch(commit)
  if (!kept && status !== 'environment' && status !== 'bug')
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

function checkEnd({ repo, made }: Machine, { tasks }: Scenario): void {
  const files = repo.at(repo.branches.get('main')!).files
  for (let n = 1; n <= tasks; n++) {
    const code = files.get(codePath(n)) ?? ''
    if (code.replaceAll(THEIRS, '') !== right(n))
      throw new Broken('same end', `${codePath(n)} is ${JSON.stringify(code)}`)
    if (files.get(testPath(n)) !== test(n))
      throw new Broken('same end', `${testPath(n)} is not the test that was frozen`)
    const commits = repo.history('main').filter(({ message }) => new RegExp(`^Task: ${n}$`, 'm').test(message))
    if (commits.length !== 1) throw new Broken('once', `task ${n} was committed ${commits.length} times`)
  }
  // What somebody else made of such a branch is theirs.
  const ours = [...repo.branches].filter(([branch, commit]) => branch.startsWith('specproof/') && made.has(commit))
  if (ours.length > 0) throw new Broken('nothing left', `${ours.map(([branch]) => branch).join(', ')} is left`)
}
