import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { count } from '../src/ui/format.ts'
import { agent, eventsOf, next } from './support/agent.ts'
import {
  AUTHOR,
  block,
  CLAMP_DESIGN,
  CLAMP_RIGHT,
  CLAMP_STUB,
  CLAMP_TASK,
  CLAMP_TASKS,
  CLAMP_TEST,
  creates,
  implement,
  RIGHT,
  VITEST_AUTHOR,
  VITEST_CLAMP_TEST,
} from './support/clamp.ts'
import { cloneRepository, LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const HEARTBEAT = `import type { Clock, Net } from 'specproof/sim'

export function startHeartbeats(clock: Clock, net: Net, worker: string): void {
  const beat = () => {
    net.send(worker, 'coordinator', { type: 'heartbeat' })
    clock.setTimeout(beat, 10_000)
  }
  beat()
}
`

const HEARTBEAT_STUB = `import type { Clock, Net } from 'specproof/sim'

export function startHeartbeats(_clock: Clock, _net: Net, _worker: string): void {
  throw new Error('not implemented')
}
`

const HEARTBEAT_TEST = `import fc from 'fast-check'
import { faults, Simulation } from 'specproof/sim'
import { expect, it } from 'vitest'
import { startHeartbeats } from '../src/heartbeat.ts'

const schedules = faults({ nodes: ['w1'], until: 60_000, kinds: ['crash'] })
it('a worker that is up sends a heartbeat every 10 s, also after a crash (1.1)', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const sim = new Simulation({ faults: schedule })
      const starts: number[] = []
      sim.node('coordinator', () => sim.net().onMessage('coordinator', () => {}))
      sim.node('w1', () => {
        starts.push(sim.now())
        startHeartbeats(sim.clock('w1'), sim.net(), 'w1')
      })
      sim.run(100_000)
      const last = starts.at(-1) ?? 0
      const sent = sim.messages.filter((message) => message.sentAt >= last).map((message) => message.sentAt - last)
      expect(sent.slice(0, 4)).toEqual([0, 10_000, 20_000, 30_000])
    }),
  )
})
`

describe('a task becomes a verified commit', () => {
  it('that says what was proven, holds exactly the judged tree, and ticks the task', async () => {
    const repository = await makeRepository({ vitest: true, files: { 'notes.txt': 'mine', 'a.ignored': 'mine too' } })
    await repository.write({ 'draft.txt': 'not committed' })
    const base = await repository.git('rev-parse', 'HEAD')
    const model = await scriptModel({ author: [VITEST_AUTHOR], implementer: [RIGHT] })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(run.result).toMatchObject({ status: 'verified', usd: null, message: 'Task 1 is verified and committed.' })
    expect(run.result.tasks).toMatchObject([{ spec: 'limits', task: '1', status: 'verified', attempts: 1 }])
    expect(run.result.tasks[0]!.evidence).toMatchObject({
      red: '1/1',
      green: '1/1',
      property: { seeds: 2, runs: 100 },
      suite: '1/1, 0 red on base',
    })
    const told = run.events.map((event) => event.type).filter((type) => !/delta|progress|check/.test(type))
    // The author is asked meanwhile.
    const [asked, baseline, used] = (['model.started', 'baseline.finished', 'patch.applied'] as const).map((type) =>
      told.indexOf(type),
    )
    expect(asked!).toBeLessThan(baseline!)
    expect(baseline!).toBeLessThan(used!)
    expect(told.filter((type) => type !== 'baseline.finished')).toEqual([
      'run.started',
      'task.selected',
      'isolation.ready',
      'runner.chosen',
      ...['prompt.built', 'model.started', 'model.finished', 'patch.applied', 'tests.frozen'],
      ...['prompt.built', 'model.started', 'model.finished', 'patch.applied'],
      ...['verdict', 'commit', 'landed', 'run.result'],
    ])
    const made = eventsOf(run, 'patch.applied').flatMap(({ files }) => files.map(({ path, is }) => `${path} ${is}`))
    expect(made.sort()).toEqual(['src/clamp.ts stub', 'src/clamp.ts undefined', 'test/clamp.test.ts tests'])
    const stages = eventsOf(run, 'check.started').map((event) => event.stage)
    expect(stages).toEqual(['build', 'red-throwing', 'red-empty', 'build', 'tests', 'property', 'final'])

    const property = eventsOf(run, 'check.finished').find(({ stage }) => stage === 'property')
    expect(property?.least).toBe(run.result.tasks[0]!.evidence.property?.runs)
    expect(property?.least).toBe(100)

    expect(await repository.git('rev-parse', 'HEAD^')).toBe(base)
    expect(await repository.git('rev-parse', 'HEAD^{tree}')).toBe(eventsOf(run, 'commit')[0]!.tree)
    expect((await repository.git('diff', '--name-only', base, 'HEAD')).split('\n')).toEqual([
      'specs/limits/tasks.md',
      'src/clamp.ts',
      'test/clamp.test.ts',
    ])
    expect(await repository.read('specs/limits/tasks.md')).toBe(CLAMP_TASKS.replace('[ ]', '[x]'))
    expect(await repository.read('test/clamp.test.ts')).toBe(VITEST_CLAMP_TEST)
    const message = await repository.git('log', '-1', '--format=%B')
    expect(message.split('\n')[0]).toBe('limits: implement clamping (task 1)')
    const trailers = await repository.git('log', '-1', '--format=%(trailers:only,unfold)')
    expect(trailers.split('\n').map((line) => line.split(': ')[0])).toEqual([
      ...['Spec', 'Task', 'Validates', 'Verdict', 'Spec-Hash', 'Evidence', 'Seeds', 'Model', 'Prompts', 'Run'],
    ])
    expect(trailers).toContain('Validates: 1.1, 1.2, 1.3\nVerdict: verified\nSpec-Hash: sha256:')
    expect(trailers).toContain(
      `Evidence: red 1/1 at ${base.slice(0, 7)}; green 1/1; property 2 seeds x 50 cases; teeth not run; suite 1/1, 0 red on base`,
    )
    const { input, output } = run.result.tokens
    expect(trailers).toContain(
      `Model: openai-compatible/scripted; attempts 1; tokens ${count(input)} in, ${count(output)} out`,
    )

    const journal = (await readFile(join(run.result.journal!, 'events.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(journal.at(-1)!)).toMatchObject({ type: 'run.result', status: 'verified' })
    expect(await readFile(join(run.result.journal!, 'replies', 'limits-1-author-1-1.md'), 'utf8')).toBe(VITEST_AUTHOR)

    const again = await next(repository, model)
    expect(again.result).toMatchObject({ status: 'nothing', exitCode: 0, message: 'Nothing is left to do.' })
    expect(model.server.requests).toHaveLength(2)
  })

  it('through the other API; a build error comes back in a free round and is no attempt', async () => {
    const tsconfig = {
      compilerOptions: {
        module: 'nodenext',
        moduleResolution: 'nodenext',
        target: 'es2024',
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        types: ['node'],
      },
      include: ['src', 'test'],
    }
    const manifest = {
      name: 'target',
      type: 'module',
      scripts: { test: 'node --test' },
      devDependencies: { 'fast-check': '*', typescript: '*' },
    }
    const repository = await makeRepository({
      files: {
        'tsconfig.json': JSON.stringify(tsconfig),
        'package.json': JSON.stringify(manifest),
        'src/limits/range.ts': 'export interface Range {\n  lower: number\n  upper: number\n}\n',
      },
      packages: ['fast-check', 'typescript', '@types/node'],
    })
    const code = 'export function clamp(value: number): string {\n  return value\n}\n'
    const unknown =
      "import type { Range } from './limits/range.ts'\nexport const least = (range: Range) => range.lowest\n"
    const broken = implement(`${code}\n${unknown}`)
    const model = await scriptModel({ author: [AUTHOR], implementer: [broken, RIGHT] }, 'anthropic')

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 1 })
    expect(model.server.requests.map((request) => request.api)).toEqual(['anthropic', 'anthropic', 'anthropic'])
    expect(model.asked('implementer')[1]).toMatch(/It does not compile:\s+```\nsrc\/clamp\.ts: 2:3: TS2322/)
    expect(model.asked('implementer')[1]).toContain('return value\n')
    expect(model.asked('implementer')[1]).toMatch(
      /# Definitions of what it names\n\n## File src\/limits\/range\.ts, lines 1 to 4\n\n```\nexport interface Range \{\n {2}lower: number/,
    )
    expect(model.asked('implementer')[0]).not.toContain('lower: number')
    const prompts = eventsOf(run, 'prompt.built').map(({ role, attempt, round }) => `${role} ${attempt}.${round}`)
    expect(prompts).toEqual(['author 1.1', 'implementer 1.1', 'implementer 1.2'])
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toMatch(
      /^anthropic\/scripted; attempts 1;/,
    )
  })

  it('by simulated fault schedules where the task asks for a chaos test', async () => {
    const repository = await makeRepository({
      vitest: true,
      files: {
        'package.json': JSON.stringify({
          name: 'target',
          type: 'module',
          devDependencies: { vitest: '*', 'fast-check': '*', specproof: '*' },
        }),
        'specs/limits/requirements.md':
          '# Requirements\n\n### Requirement 1: Heartbeats\n\n#### Acceptance Criteria\n\n1. WHILE a worker is up, THE worker SHALL send a heartbeat every 10 s.\n',
        'specs/limits/design.md':
          '# Design\n\n`src/heartbeat.ts` exports `startHeartbeats(clock: Clock, net: Net, worker: string): void`.\n',
        'specs/limits/tasks.md':
          '# Tasks\n\n- [ ] 1. Implement heartbeats\n  - Test: Chaos test with worker crash, on specproof/sim\n  - Validates: Requirement 1.1\n',
      },
      packages: ['vitest', 'fast-check', 'specproof'],
    })
    const model = await scriptModel({
      author: [creates({ 'test/heartbeat.test.ts': HEARTBEAT_TEST, 'src/heartbeat.ts': HEARTBEAT_STUB })],
      implementer: [block('src/heartbeat.ts', HEARTBEAT_STUB, HEARTBEAT)],
    })

    const run = await next(repository, model)

    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks[0]!.evidence.chaos).toEqual({ schedules: 60, failed: 0 })
    expect(model.asked('author')[0]).toContain('class Simulation')
    expect(eventsOf(run, 'verdict')).toMatchObject([
      { status: 'verified', bound: '0 of 60 schedules failed: below 4.9 % at 95 %' },
    ])
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Evidence,valueonly)')).toContain(
      'chaos 0 of 60 schedules failed (< 4.9 % at 95 %)',
    )
  })
})

describe('an author that writes a helper beside its tests', () => {
  // Node starts every file in a folder `test`.
  it.each([
    { runner: 'vitest', vitest: true, tests: VITEST_CLAMP_TEST },
    { runner: 'node:test', vitest: false, tests: CLAMP_TEST },
  ])('has it frozen with them, and only the tests run, with $runner', async ({ vitest, tests }) => {
    const repository = await makeRepository({ vitest })
    const helper = 'export const LOWEST = 0\n'
    const test = `import { LOWEST } from './helper.ts'\n${tests}\nvoid LOWEST\n`
    const model = await scriptModel({
      author: [creates({ 'test/clamp.test.ts': test, 'test/helper.ts': helper, 'src/clamp.ts': CLAMP_STUB })],
      implementer: [RIGHT],
    })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(await repository.read('test/helper.ts')).toBe(helper)
  })
})

describe('tasks that are no code', () => {
  it('a checkpoint is a commit of the tick alone and a task for a person stops; neither asks a model', async () => {
    const tasks =
      '# Tasks\n\n- [ ] 1. Checkpoint - all tests pass\n\n- [ ] 2. Choose the provider\n  - Human: needs a decision on cost\n'
    const repository = await makeRepository({
      files: {
        ...{ 'specs/limits/tasks.md': tasks, 'test/clamp.test.ts': CLAMP_TEST, 'src/clamp.ts': CLAMP_RIGHT },
        'agent.yaml': `${LIGHT_LEVEL}levels: { checkpoint: { seeds: 3, runs: 70 } }\n`,
      },
    })
    const model = await scriptModel({})

    const checkpoint = await next(repository, model)
    expect(checkpoint.code, checkpoint.result.message).toBe(0)
    expect(checkpoint.result.status).toBe('checked')
    // It has a level of its own.
    expect(eventsOf(checkpoint, 'check.finished').at(-1)).toMatchObject({ stage: 'final', runs: 210 })
    expect(await repository.git('diff', '--name-only', 'HEAD^', 'HEAD')).toBe('specs/limits/tasks.md')
    expect(await repository.read('specs/limits/tasks.md')).toBe(tasks.replace('[ ]', '[x]'))

    const person = await next(repository, model)
    expect(person.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(person.result.message).toContain('Task 2 is for a person: Choose the provider')
    expect(model.server.requests).toEqual([])
  })

  it('what cannot be tested is at most checked, and refused where verified is required', async () => {
    const tasks = `# Tasks\n\n- [ ] 1. Describe clamping in the readme\n\n${CLAMP_TASK.replace('1.', '2.')}`
    const repository = await makeRepository({ files: { 'specs/limits/tasks.md': tasks } })
    const author = 'UNTESTABLE: a text has no behaviour'
    const model = await scriptModel({
      author: [author, author],
      implementer: [creates({ 'README.md': '# Limits\n\nclamp keeps a value within limits.\n' })],
    })

    const refused = await next(repository, model, ['--require', 'verified'])
    expect(refused.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(refused.result.message).toContain('can only be checked, not verified: a text has no behaviour')

    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    expect(run.result).toMatchObject({ status: 'checked', message: 'Task 1 is checked and committed.' })
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Verdict,valueonly)')).toBe('checked')
    expect(await repository.read('README.md')).toContain('# Limits')
  })
})

describe('a model that sees no way', () => {
  it('stops with its reason, whoever says it', async () => {
    const repository = await makeRepository({
      files: { 'specs/limits/design.md': `${CLAMP_DESIGN}\nThe limits may be crossed.\n` },
    })
    const model = await scriptModel({
      author: ['BLOCKED: the limits may be crossed, says the design', AUTHOR],
      implementer: ['BLOCKED: nobody says what crossed limits give'],
    })

    const author = await next(repository, model)
    expect(author.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(author.result.message).toBe('The test author says: the limits may be crossed, says the design')

    const implementer = await next(repository, model)
    expect(implementer.result).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(implementer.result.message).toBe('The implementer says: nobody says what crossed limits give')
  })
})

describe('what a recording repeats', () => {
  it('gives the same tree in a fresh clone of the same base, with no model in reach', async () => {
    const repository = await makeRepository()
    const base = await repository.git('rev-parse', 'HEAD')
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    const recording = join(repository.around, 'recording')
    const recorded = await next(repository, model, ['--record', recording])
    expect(recorded.code, recorded.result.message).toBe(0)
    await model.server.close()

    const clone = await cloneRepository(repository, base)
    const replayed = await agent(clone, ['next', '--model', `recorded/${recording}`])

    expect(replayed.code, replayed.result.message).toBe(0)
    expect(eventsOf(replayed, 'commit')[0]!.tree).toBe(eventsOf(recorded, 'commit')[0]!.tree)
    expect(model.server.requests).toHaveLength(2)
    expect(await clone.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toContain(
      'recorded (openai-compatible/scripted)',
    )
  })
})
