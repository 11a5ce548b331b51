import { describe, expect, it } from 'vitest'
import { planOf, tellSelected } from '../src/begin.ts'
import { exitCodeOf } from '../src/core/errors.ts'
import type { Event, EventOf } from '../src/core/events.ts'
import type { Settings } from '../src/core/settings.ts'
import { choose } from '../src/core/spec/choose.ts'
import { parseSpec } from '../src/core/spec/parse.ts'
import type { Spec } from '../src/core/spec/spec.ts'
import { changesOf } from '../src/io/git/changes.ts'
import { makeCommit } from '../src/io/git/commit.ts'
import { isMerged, keepOnBranch, waitingCommits } from '../src/io/git/land.ts'
import { reapply } from '../src/io/git/reapply.ts'
import { readHead, uncommitted } from '../src/io/git/repository.ts'
import { openTree } from '../src/io/git/tree.ts'
import { run } from '../src/run.ts'
import type { RunOptions } from '../src/run-options.ts'
import { waitingBranch } from '../src/task/commit.ts'
import { loadSpecs } from '../src/task/load-specs.ts'
import type { State, Surroundings } from '../src/task/state.ts'
import type { World } from '../src/world.ts'
import { edits, makeRepo, type Repo } from './io/git/support.ts'
import { settingsForTest } from './support/settings.ts'

function spec(id: string, tasks: string): Spec {
  return parseSpec({
    id,
    dir: `specs/${id}`,
    files: [{ path: 'tasks.md', text: `# Tasks\n\n${tasks}` }],
    steering: [],
    problems: [],
  })
}

type Named = Partial<{ spec: string; task: string }>

/** `spec/task` that was chosen, or `status: message`. */
function chosen(specs: Spec[], options: Named = {}, failed: string[] = []) {
  const choice = choose(specs, ['specs/half'], { spec: null, task: null, ...options }, new Set(failed))
  if ('outcome' in choice) return `${choice.outcome.status}: ${choice.outcome.message}`
  return `${choice.spec.id}/${choice.task.id}`
}

describe('the next task', () => {
  const a = spec('a', '- [x] 1. Done\n- [ ] 2. Open\n- [ ] 3. Open\n')
  const b = spec('b', '- [ ] 1. Open\n')

  it('is the first open one of the first spec that has one', () => {
    expect(chosen([a, b])).toBe('a/2')
    expect(chosen([spec('a', '- [x] 1. Done\n'), b])).toBe('b/1')
  })

  it('is one of the spec that was named, by name or folder', () => {
    expect(chosen([a, b], { spec: 'b' })).toBe('b/1')
    expect(chosen([a, b], { spec: 'specs/b' })).toBe('b/1')
    expect(chosen([a, b], { spec: 'c' })).toBe('usage: There is no spec "c" at HEAD; there are: a, b.')
  })

  it('is the one that was named, in the first spec where it is open', () => {
    expect(chosen([a, b], { task: '3' })).toBe('a/3')
    expect(chosen([a, b], { task: '1' })).toBe('b/1')
    expect(chosen([a], { task: '1' })).toBe('nothing: Task 1 of a is ticked already.')
    expect(chosen([a, b], { task: '9' })).toBe('usage: There is no task "9"; there are: a/1, a/2, a/3, b/1.')
  })

  it('is neither a heading without a checkbox nor part of an archived change, also when it is named', () => {
    const heading = spec('h', '## Task 7: Build\n\nText.\n\n## Rest\n\n- [ ] 8. Open\n')
    expect(chosen([heading])).toBe('h/8')
    expect(chosen([heading], { task: '7' })).toMatch(/^usage: Task 7 is a heading without a checkbox/)
    const archived = { ...spec('old', '- [ ] 9. Open\n'), archived: true }
    expect(chosen([archived, b])).toBe('b/1')
    expect(chosen([archived], { task: '9' })).toBe('usage: Task 9 belongs to an archived change: specs/old.')
  })

  it('is not one that somebody works on, also when it is named', () => {
    const doing = spec('a', '- [~] 1. Doing\n- [ ] 2. Open\n')
    expect(chosen([doing])).toBe('a/2')
    expect(chosen([doing], { task: '1' })).toMatch(/^usage: Task 1 is marked as in progress \(specs\/a\/tasks\.md:3\)/)
  })

  it('is one for a person where that is next, so that the run can say so', () => {
    const human = spec('a', '- [ ] 1. Buy servers\n  - Human: yes\n- [ ] 2. Open\n')
    expect(chosen([human])).toBe('a/1')
    expect(chosen([human, b])).toBe('b/1')
  })

  it('is none where all is done, where there is no task, or no spec', () => {
    expect(chosen([spec('a', '- [x] 1. Done\n')])).toBe('nothing: Nothing is left to do.')
    expect(chosen([spec('a', 'No list.\n')])).toMatch(/^usage: specs\/a\/tasks\.md holds no task/)
    expect(chosen([])).toMatch(/^usage: No spec found at HEAD\. specs\/half has no tasks\.md\./)
  })
})

describe('the next task after one that was not verified', () => {
  it('is the next that does not need it', () => {
    const needs = spec('a', '- [ ] 1. One\n- [ ] 2. Two\n  - Depends: 1\n- [ ] 3. Three\n')
    expect(chosen([needs], {}, ['a/1'])).toBe('a/3')
    expect(chosen([needs], {}, ['a/1', 'a/3'])).toBe('nothing: Nothing is left to do.')
    expect(chosen([needs], {}, ['b/1'])).toBe('a/1')
  })

  it('is not its parent, which is still open because of it', () => {
    const parts = spec('a', '- [ ] 1. Whole\n  - [ ] 1.1 Part\n- [ ] 2. Other\n')
    expect(chosen([parts])).toBe('a/1.1')
    expect(chosen([parts], {}, ['a/1.1'])).toBe('a/2')
    expect(chosen([parts], {}, ['a/1.1', 'a/2'])).toBe('nothing: Nothing is left to do.')
  })

  it('is not the same one for a person again', () => {
    const human = spec('a', '- [ ] 1. Buy servers\n  - Human: yes\n- [ ] 2. Open\n')
    expect(chosen([human], {}, ['a/1'])).toBe('a/2')
  })
})

const REQUIREMENTS =
  '# R\n\n### Requirement 1: Clamp\n\n1. THE System SHALL clamp within 45 s\n\n### Requirement 2: Other\n\n1. THE System SHALL rest\n'
const FILES = {
  'specs/q/requirements.md': REQUIREMENTS,
  'specs/q/tasks.md': '# Tasks\n\n- [ ] 1. Clamp\n  - _Requirements: 1.1_\n- [ ] 2. Rest\n  - _Requirements: 2.1_\n',
  'steering/always.md': 'Be brief.\n',
  'steering/manual.md': '---\ninclusion: manual\n---\nOn request.\n',
}

async function planAt(repo: Repo) {
  const tree = await openTree(repo.root, repo.head())
  const { specs } = await loadSpecs(tree)
  return planOf(specs[0]!, specs[0]!.tasks[0]!, tree)
}

describe('the plan of a task', () => {
  it('names the text of the task and all it links to: another text is another hash, another task is not', async () => {
    const repo = await makeRepo(FILES)
    const before = await planAt(repo)
    expect(before).toMatchObject({
      tasksPath: 'specs/q/tasks.md',
      tasksText: FILES['specs/q/tasks.md'],
      judgedBy: 'tests',
    })
    const hashWith = async (files: Record<string, string>) => {
      await repo.write({ ...FILES, ...files })
      repo.git('add', '--all')
      repo.git('commit', '--quiet', '--allow-empty', '--message', 'x')
      return (await planAt(repo)).sliceHash
    }
    const tasks = FILES['specs/q/tasks.md']
    expect(await hashWith({ 'specs/q/tasks.md': tasks.replace('2. Rest', '2. Sleep') })).toBe(before.sliceHash)
    expect(await hashWith({ 'specs/q/tasks.md': tasks.replace('[ ] 2', '[x] 2') })).toBe(before.sliceHash)
    expect(await hashWith({ 'specs/q/requirements.md': REQUIREMENTS.replace('rest', 'sleep') })).toBe(before.sliceHash)
    expect(await hashWith({ 'steering/manual.md': '---\ninclusion: manual\n---\nOther.\n' })).toBe(before.sliceHash)
    expect(await hashWith({ 'specs/q/requirements.md': REQUIREMENTS.replace('45', '20') })).not.toBe(before.sliceHash)
    expect(await hashWith({ 'specs/q/tasks.md': tasks.replace('1. Clamp', '1. Clip') })).not.toBe(before.sliceHash)
    expect(await hashWith({ 'steering/always.md': 'Be long.\n' })).not.toBe(before.sliceHash)
  })

  it('knows how the task is judged', async () => {
    const judgedBy = async (line: string) => {
      const one = spec('q', `- [ ] 1. One\n  - Test: ${line}\n`)
      return (await planOf(one, one.tasks[0]!, { paths: [], read: async () => ({ kind: 'absent' }) })).judgedBy
    }
    expect(await judgedBy('Property-based test with simulated clock')).toBe('property')
    expect(await judgedBy('Chaos test with network partition')).toBe('chaos')
    expect(await judgedBy('Unit tests')).toBe('tests')
  })
})

describe('what a task is told to hold', () => {
  async function told(criteria: number) {
    const lines = Array.from({ length: criteria }, (_, at) => `${at + 1}. THE system SHALL keep rule ${at + 1}.\n`)
    const requirements = `# R\n\n### Requirement 1: Rules\n\n#### Acceptance Criteria\n\n${lines.join('')}`
    const one = parseSpec({
      ...{ id: 'q', dir: 'specs/q', steering: [], problems: [] },
      files: [
        { path: 'requirements.md', text: requirements },
        { path: 'tasks.md', text: '- [ ] 1. One\n  - Requirements: 1\n' },
      ],
    })
    const plan = await planOf(one, one.tasks[0]!, { paths: [], read: async () => ({ kind: 'absent' }) })
    const events: Event[] = []
    const world = { tell: (event: Event) => events.push(event) } as unknown as World
    tellSelected(world, { plan, around: { settings: SETTINGS } } as State)
    return events[0] as EventOf<'task.selected'>
  }

  it('is the one criterion, or all of them; in short the first three, and where the others stand', async () => {
    const text = (n: number) => `THE system SHALL keep rule ${n}.`
    const one = await told(1)
    expect(one.requirement).toBe(text(1))
    expect(one).not.toHaveProperty('criteria')
    const three = [1, 2, 3].map((n) => `1.${n} ${text(n)}`).join('\n')
    expect((await told(3)).requirement).toBe(three)
    const five = await told(5)
    expect(five.requirement).toBe(`${three}\n(and 1.4, 1.5, in requirements.md)`)
    expect(five.criteria).toEqual([1, 2, 3, 4, 5].map((n) => ({ id: `1.${n}`, text: text(n) })))
  })
})

const SETTINGS: Settings = { ...settingsForTest(), attempts: 1 }

const OPTIONS: RunOptions = { spec: null, task: null, most: 1, until: null, keepGoing: false, dryRun: false }

/** The git of a real run, and nobody there to be asked: what is tested here ends before that. */
function worldOf(repo: Repo & { verified?: string }, signal = new AbortController().signal): World {
  const never = async () => {
    throw new Error('the run went too far')
  }
  return {
    signal,
    head: () => readHead(repo.root),
    tree: (commit) => openTree(repo.root, commit),
    makeCommit: (request) => makeCommit(repo.root, request),
    uncommitted: (dirs) => uncommitted(repo.root, dirs),
    waiting: () => waitingCommits(repo.root),
    isMerged: (commit) => isMerged(repo.root, commit),
    changesOf: (commit) => changesOf(repo.root, commit),
    reapply: (commit, onto, except) => reapply(repo.root, commit, onto, except),
    recordedSeeds: async () => [],
    // What a run that verified the waiting commit has left in the memory.
    recall: async (key) => (key === 'verified-specproof/q--1' ? [repo.verified] : null),
    remember: async () => {},
    tell: () => {},
    now: () => 0,
    seed: () => 1,
    prepare: never,
    search: never,
    provide: never,
    openWorktree: never,
    closeWorktree: never,
    runChecks: never,
    symbols: async () => ({ files: [], signatures: async () => new Map() }),
    askModel: never,
    land: never,
    dropWaiting: never,
  }
}

async function runIn(repo: Repo, options: Partial<RunOptions> = {}, settings: Partial<Settings> = {}) {
  const disk = { author: '', implementer: '' }
  const kit = { author: '', example: '', implementer: '', disk }
  const roles = { author: '', implementer: '', strengthener: '', arbiter: '', migrator: '' }
  const templates = { ...roles, rules: '', kit, instead: { tests: '', refactoring: '' }, version: 'v' }
  const around: Surroundings = {
    run: 'run',
    settings: { ...SETTINGS, ...settings },
    templates,
    count: (text) => text.length,
    promptAim: 3_000,
    steering: [],
    deny: () => false,
    framework: '',
    singleFiles: true,
  }
  return run(worldOf(repo), around, { ...OPTIONS, ...options })
}

describe('a run that ends before anything is asked', () => {
  const nobody = { tokens: { input: 0, output: 0, cached: 0 }, usd: 0, journal: null, tasks: [] }

  it('has nothing to do', async () => {
    const repo = await makeRepo({ 'specs/q/tasks.md': '- [x] 1. Done\n' })
    for (const most of [1, null])
      expect(await runIn(repo, { most })).toEqual({
        type: 'run.result',
        status: 'nothing',
        exitCode: 0,
        message: 'Nothing is left to do.',
        ...nobody,
      })
  })

  it('refuses a detached HEAD', async () => {
    const repo = await makeRepo(FILES)
    repo.git('switch', '--quiet', '--detach')
    expect(await runIn(repo)).toMatchObject({
      status: 'git',
      exitCode: 9,
      message: expect.stringContaining('detached'),
    })
  })

  it('refuses a spec or steering that is not committed, and names the files', async () => {
    const repo = await makeRepo(FILES)
    await repo.write({ 'specs/q/tasks.md': 'changed', 'steering/always.md': 'changed', 'src/a.ts': 'not its business' })
    const message = expect.stringMatching(/specs\/q\/tasks\.md, steering\/always\.md\. Commit/)
    expect(await runIn(repo)).toMatchObject({ status: 'git', exitCode: 9, message })
  })

  it('refuses a slice with an error, with file and line', async () => {
    const repo = await makeRepo({ ...FILES, 'specs/q/tasks.md': '- [ ] 1. Clamp\n  - _Requirements: 9.9_\n' })
    const message = expect.stringMatching(/^specs\/q\/tasks\.md:2:\d+: error: .*9\.9/)
    expect(await runIn(repo)).toMatchObject({ status: 'usage', exitCode: 2, message })
  })

  it('was interrupted', async () => {
    const repo = await makeRepo(FILES)
    const around = { settings: SETTINGS } as Surroundings
    const result = await run(worldOf(repo, AbortSignal.abort()), around, OPTIONS)
    expect(result).toMatchObject({ status: 'interrupted', exitCode: 130 })
  })
})

describe('a commit that waits for its task', () => {
  async function withWaiting(hash: string | null) {
    const repo = await makeRepo(FILES)
    const specHash = hash ?? (await planAt(repo)).sliceHash
    const message = `q: clamp (task 1)\n\nSpec: q\nTask: 1\nVerdict: verified\nSpec-Hash: sha256:${specHash}\n`
    const changes = [edits('src/clamp.ts', 'x')]
    const { commit } = await makeCommit(repo.root, { parent: repo.head(), changes, message })
    await keepOnBranch(repo.root, commit, waitingBranch('q', '1'))
    return Object.assign(repo, { verified: commit })
  }

  it('is named when it should not land, and nothing was committed by that', async () => {
    const repo = await withWaiting(null)
    const result = await runIn(repo, { task: '1' }, { land: false })
    expect(result).toMatchObject({
      status: 'nothing',
      exitCode: 0,
      message: expect.stringMatching(/^Task 1 is verified already.*specproof\/q--1\.$/),
    })
  })

  it('is not landed when somebody made it into another commit since it was verified', async () => {
    const repo = await withWaiting(null)
    const result = await runIn(Object.assign(repo, { verified: 'f'.repeat(40) }))
    expect(result).toMatchObject({
      status: 'git',
      exitCode: 9,
      message: expect.stringContaining('is not the one that was verified here'),
    })
  })

  it('is not taken for a text of the task that it was not made for', async () => {
    const repo = await withWaiting('0'.repeat(64))
    const result = await runIn(repo)
    expect(result).toMatchObject({
      status: 'git',
      exitCode: 9,
      message: expect.stringContaining('another text of task 1'),
    })
    await repo.write({ 'specs/q/requirements.md': REQUIREMENTS.replace('45', '20') })
    repo.commit()
    expect(await runIn(repo)).toMatchObject({ status: 'git', exitCode: 9 })
  })
})

describe('the branch that keeps a commit', () => {
  it.each([
    ['job-queue', '2', 'specproof/job-queue--2'],
    ['team/queue', '2/3', 'specproof/team/queue--2.3'],
    ['v1.2', '1', 'specproof/v1.2--1'],
    ['größe', '1', 'specproof/größe--1'],
    ['my feature: ~new^ [1]?', '1', 'specproof/my-feature-new-1---1'],
    ['.hidden/a..b/c.lock/d.', '1', 'specproof/-hidden/a-b/c-/d---1'],
    ['@{x}\\y*', '1', 'specproof/-x-y---1'],
  ])('of %s, task %s is %s, which git accepts', async (spec, task, branch) => {
    expect(waitingBranch(spec, task)).toBe(branch)
    const repo = await makeRepo()
    expect(await keepOnBranch(repo.root, repo.head(), branch)).toBe(branch)
  })
})

describe('exit codes', () => {
  it.each([
    ['verified', 0],
    ['checked', 0],
    ['nothing', 0],
    ['usage', 2],
    ['failed', 3],
    ['unverifiable', 3],
    ['blocked', 4],
    ['budget', 5],
    ['provider', 6],
    ['isolation', 7],
    ['tampering', 8],
    ['git', 9],
    ['environment', 10],
    ['bug', 70],
    ['interrupted', 130],
  ] as const)('%s: %i', (status, code) => expect(exitCodeOf(status)).toBe(code))
})
