import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMemory } from '../src/io/journal/memory.ts'
import { pinsKeyOf } from '../src/task/evidence.ts'
import type { Verified } from '../src/ui/verify.ts'
import { agent, next, start } from './support/agent.ts'
import { AUTHOR, CLAMP_RIGHT, CLAMP_TASK, CLAMP_TEST, CLAMP_WRONG, RIGHT, VITEST_AUTHOR } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = join(ROOT, 'docs/troubleshooting.md')
const TASKS = `# Tasks: limits\n\n${CLAMP_TASK}- [ ] 2. Tell the operator\n- [x] 3. Write the manual\n`

const LEVELS = `${LIGHT_LEVEL}levels: { nightly: { seeds: 4, runs: 60 } }\n`

async function landed(): Promise<TestRepository> {
  const repository = await makeRepository({ files: { 'specs/limits/tasks.md': TASKS, 'agent.yaml': LEVELS } })
  const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
  expect((await next(repository, model)).result.status).toBe('verified')
  return repository
}

async function command(repository: TestRepository, ...args: string[]) {
  const { code, stdout, stderr } = await start(repository, args)
  return { code, stderr, json: stdout === '' ? null : JSON.parse(stdout) }
}

async function verify(repository: TestRepository, ...args: string[]) {
  const { code, json, stderr } = await command(repository, 'verify', ...args)
  return { code, stderr, tasks: (json?.tasks ?? []) as Verified[] }
}

describe('agent verify', () => {
  it('runs the evidence of ticked tasks again, and names the commit since which it no longer holds', async () => {
    const repository = await landed()
    const commit = await repository.git('rev-parse', 'HEAD')
    const whole = await verify(repository, '--level', 'nightly')
    expect(whole.code, whole.stderr).toBe(0)
    expect(whole.tasks).toMatchObject([
      { task: '1', standing: 'holds', commit, tests: 1, since: null, counterexample: null },
      { task: '3', standing: 'none', commit: null },
    ])
    const seeds = /^Seeds: (.*)$/m.exec(await repository.git('log', '-1', '--format=%B', commit))![1]!.split(', ')
    expect(whole.tasks[0]!.seeds.pinned).toBe(seeds.length)
    expect(whole.tasks[0]!.seeds.fresh).toBe(4)
    expect(whole.tasks[0]!.runs).toBe((seeds.length + 4) * 60)

    await repository.commit({ 'README.md': 'Clamps.\n' }, 'docs')
    await repository.commit({ 'src/clamp.ts': CLAMP_WRONG }, 'faster')
    const wrong = await repository.git('rev-parse', 'HEAD')
    await repository.commit({ 'README.md': 'Clamps fast.\n' }, 'more docs')
    await repository.commit({ 'README.md': 'Clamps very fast.\n' }, 'still more docs')
    const broken = await verify(repository, '--task', '1')
    expect(broken.code, broken.stderr).toBe(1)
    expect(broken.tasks).toMatchObject([
      {
        standing: 'broken',
        reason: '1 of 1 tests failed',
        since: { commit: wrong, subject: 'faster', author: 'Ada', exact: true },
      },
    ])
    expect(broken.tasks[0]!.counterexample!.value).toMatch(/^\[/)
    expect(broken.stderr).toContain(`since ${wrong.slice(0, 7)} "faster" (Ada, `)

    await repository.commit(
      { 'test/clamp.test.ts': CLAMP_TEST.replace('assert.equal', 'assert.ok(true) ||') },
      'calmer',
    )
    // A seed that failed meanwhile, and stands in no commit.
    await openMemory(repository.dir).remember(pinsKeyOf('limits', '1'), [Number(seeds[0]), 77])
    // The tests that were judged are those that run, also where others take their place.
    const files = ['summary', 'annotations', 'junit'].flatMap((name) => [`--${name}`, join(repository.around, name)])
    const calm = await verify(repository, '--task', '1', ...files)
    expect([calm.code, calm.tasks[0]!.standing, calm.tasks[0]!.since?.commit]).toEqual([1, 'broken', wrong])
    expect(calm.tasks[0]!.seeds.pinned).toBe(seeds.length + 1)
    const calmer = await repository.git('rev-parse', 'HEAD')
    expect(calm.tasks[0]!.changed).toEqual([{ path: 'test/clamp.test.ts', commit: calmer, subject: 'calmer' }])
    const not = 'test/clamp.test.ts is not the test that was judged'
    expect(calm.stderr.replace(/\s+/g, ' ')).toContain(`${not}:`)

    await repository.commit({ 'src/clamp.ts': CLAMP_RIGHT }, 'right again')
    const right = await verify(repository, '--task', '1', ...files)
    expect([right.code, right.tasks[0]!.standing]).toEqual([0, 'holds'])
    expect(right.tasks[0]!.changed).toEqual(calm.tasks[0]!.changed)
    const of = (name: string) => readFile(join(repository.around, name), 'utf8')
    expect(await of('annotations')).toMatch(/^::warning file=test\/clamp\.test\.ts,title=[^:]*limits\/1[^:]*::/)
    expect(await of('summary')).toContain(not)
    expect(await of('junit')).toMatch(/<skipped message="[^"]*test\/clamp\.test\.ts is not the test/)
    // A commit of ours on top of that does not make it good.
    const message = (await repository.git('log', '-1', '--format=%B', commit)).replace('Task: 1', 'Task: 2')
    await repository.commit(
      { 'test/clamp.test.ts': `${CLAMP_TEST.replace('assert.equal', 'assert.ok(true) ||')}//\n` },
      message,
    )
    expect((await verify(repository, '--task', '1')).tasks[0]!.changed).toMatchObject([{ subject: 'calmer' }])
    // One on top of the judged text does.
    await repository.commit({ 'test/clamp.test.ts': CLAMP_TEST }, 'as it was')
    expect((await verify(repository, '--task', '1')).tasks[0]!.changed).toEqual([])
    await repository.commit({ 'test/clamp.test.ts': `${CLAMP_TEST}// kept\n` }, message)
    expect((await verify(repository, '--task', '1')).tasks[0]!.changed).toEqual([])

    await repository.commit({ 'test/clamp.test.ts': null }, 'no more tests')
    const gone = await verify(repository, '--spec', 'limits')
    expect(gone.code).toBe(1)
    expect(gone.tasks[0]).toMatchObject({
      standing: 'broken',
      reason: 'its test file test/clamp.test.ts is gone',
      since: { subject: 'no more tests' },
    })
  })

  it('blames no commit where the runner does not start on this machine, and the one by which it does not start', async () => {
    const repository = await makeRepository({ vitest: true })
    const model = await scriptModel({ author: [VITEST_AUTHOR], implementer: [RIGHT] })
    expect((await next(repository, model)).result.status).toBe('verified')
    await repository.commit({ 'README.md': 'Clamps.\n' }, 'docs')

    await repository.commit({ 'vitest.config.ts': "throw new Error('no such plugin')\n" }, 'faster tests')
    const culprit = await repository.git('rev-parse', 'HEAD')
    await repository.commit({ 'README.md': 'Clamps fast.\n' }, 'more docs')
    const broken = await verify(repository)
    expect(broken.code, broken.stderr).toBe(1)
    const reason = expect.stringContaining('the test runner could not be started: no such plugin')
    expect(broken.tasks).toMatchObject([{ standing: 'broken', reason, since: { commit: culprit, exact: true } }])

    // As an install that was cut off leaves it.
    const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules/vitest/package.json'), 'utf8'))
    const manifest = JSON.stringify({ name: 'vitest', version, exports: { './node': './node.js' } })
    await repository.write({ 'node_modules/vitest': null })
    await repository.write({
      'node_modules/vitest/package.json': manifest,
      'node_modules/vitest/node.js': "throw new Error('half installed')\n",
    })
    const report = join(repository.around, 'junit')
    const unknown = await verify(repository, '--junit', report)
    expect(unknown.code, unknown.stderr).toBe(10)
    const half = 'the test runner could not be started: half installed'
    expect(unknown.tasks).toMatchObject([{ standing: 'not-run', reason: half, since: null, counterexample: null }])
    expect(unknown.stderr.replace(/\s+/g, ' ')).toContain(`cannot be run here: ${half}`)
    expect(unknown.stderr).toContain('1 ticked task: 1 could not be run here.')
    expect(unknown.stderr).not.toMatch(/no longer|since/)
    expect(await readFile(report, 'utf8')).not.toContain('<failure')
  })

  it('says which spec or task it does not know', async () => {
    const repository = await makeRepository({ files: { 'specs/limits/tasks.md': TASKS } })
    for (const [args, message] of [
      [['--spec', 'nix'], 'There is no spec "nix" at HEAD; there are: limits.'],
      [['--task', '9'], 'There is no task "9" in limits.'],
      [['--task', '1'], 'Task 1 is not ticked at HEAD.'],
      [['--model', 'openai/x'], '--model: no model is asked without --adopt.'],
      [['--adopt', '--level', 'nightly'], '--adopt judges at the level of an attempt: leave out --level.'],
      [['--level', 'weekly'], '--level weekly: there are attempt and nightly.'],
    ] as const) {
      const { code, stderr } = await verify(repository, ...args)
      expect([code, stderr]).toEqual([2, `agent: ${message}\nexit 2: see ${PAGE}#exit-2\n`])
    }
  })
})

describe('agent undo', () => {
  it('takes back code, tests and tick in one commit, and nothing where that is not possible', async () => {
    const repository = await landed()
    const commit = await repository.git('rev-parse', 'HEAD')
    await repository.commit({ 'src/clamp.ts': CLAMP_WRONG }, 'faster')
    const head = await repository.git('rev-parse', 'HEAD')
    const conflict = await command(repository, 'undo', 'limits/1')
    expect([conflict.code, conflict.stderr]).toEqual([
      9,
      expect.stringContaining('Later commits changed the same places of src/clamp.ts.'),
    ])
    expect(await repository.git('rev-parse', 'HEAD')).toBe(head)
    expect(await repository.git('status', '--porcelain')).toBe('')
    await repository.commit({ 'src/clamp.ts': CLAMP_RIGHT }, 'right again')

    // The neighbour is ticked meanwhile, in the line next to the task's own.
    const ticked = (await repository.read('specs/limits/tasks.md')).replace('- [ ] 2.', '- [x] 2.')
    await repository.commit({ 'specs/limits/tasks.md': ticked, 'README.md': 'Clamps.\n' }, 'by hand')
    await repository.write({ 'src/clamp.ts': CLAMP_WRONG, 'notes.txt': 'mine\n' })
    const dirty = await command(repository, 'undo', 'limits/1')
    expect([dirty.code, dirty.stderr]).toEqual([
      9,
      `agent: These files have changes that are not committed: src/clamp.ts.\nexit 9: see ${PAGE}#exit-9\n`,
    ])
    await repository.write({ 'src/clamp.ts': CLAMP_RIGHT })

    const undone = await command(repository, 'undo', 'limits/1')
    expect(undone.code, undone.stderr).toBe(0)
    expect(undone.json).toMatchObject({ type: 'undo.result', spec: 'limits', task: '1', reverts: commit })
    expect(await repository.git('rev-parse', 'HEAD')).toBe(undone.json.commit)
    expect(await repository.git('status', '--porcelain')).toBe('?? notes.txt')
    expect(await repository.read('specs/limits/tasks.md')).toBe(ticked.replace('- [x] 1.', '- [ ] 1.'))
    const left = (await repository.git('ls-files')).split('\n')
    expect(left.filter((path) => path.includes('clamp'))).toEqual([])
    expect(await repository.read('README.md')).toBe('Clamps.\n')
    const again = await command(repository, 'undo', 'limits/1')
    expect([again.code, again.stderr]).toEqual([
      2,
      `agent: Task 1 of limits is not ticked at HEAD: there is nothing to take back.\nexit 2: see ${PAGE}#exit-2\n`,
    ])
    expect((await verify(repository)).tasks.map(({ task, standing }) => [task, standing])).toEqual([
      ['2', 'none'],
      ['3', 'none'],
    ])
  })
})

describe('agent verify --adopt', () => {
  it("judges a person's own change as an attempt, and lands it where it holds", async () => {
    const repository = await makeRepository()
    const nothing = await start(repository, ['verify', '--adopt'])
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('There is nothing to adopt')])

    const manifest = (await repository.read('package.json')).replace(
      '"private":true',
      '"private":true,"sideEffects":false',
    )
    await repository.write({ 'src/clamp.ts': CLAMP_WRONG, 'package.json': manifest, 'docs/limits.md': 'Clamps.\n' })
    const untested = await agent(repository, ['verify', '--adopt'])
    expect(untested.result, untested.result.message).toMatchObject({ status: 'blocked', exitCode: 4 })
    expect(untested.result.message).toContain('no model is named that could write them')

    const model = await scriptModel({ author: [AUTHOR] })
    const wrong = await agent(repository, ['verify', '--adopt', ...model.args], { model })
    expect(wrong.result, wrong.result.message).toMatchObject({ status: 'failed', exitCode: 3 })
    expect(wrong.stderr).toContain('1 of 1 tests failed')

    // The tests were kept: no model is needed any more.
    await repository.write({ 'src/clamp.ts': CLAMP_RIGHT })
    const { code, stdout, stderr } = await start(repository, ['verify', '--adopt', '--task', '1'])
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ type: 'run.result', status: 'verified' })
    expect(await repository.git('status', '--porcelain')).toBe('')
    expect((await repository.git('show', '--format=', '--name-only', 'HEAD')).split('\n')).toEqual([
      ...['docs/limits.md', 'package.json', 'specs/limits/tasks.md', 'src/clamp.ts', 'test/clamp.test.ts'],
    ])
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toMatch(
      /person\/Ada; attempts 1;/,
    )
    expect(await repository.read('specs/limits/tasks.md')).toContain('- [x] 1.')
  })
})
