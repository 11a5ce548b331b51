import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { boxFinding } from '../src/commands/doctor.ts'
import type { Finding } from '../src/commands/finding.ts'
import { start } from './support/agent.ts'
import { startModelServer } from './support/model-server.ts'
import { pythonEnvironment } from './support/python.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'

const python = await pythonEnvironment()

async function doctor(repository: TestRepository, args: string[] = [], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await start(repository, ['doctor', ...args], { env })
  expect(stderr).toBe('')
  const { findings } = JSON.parse(stdout) as { findings: Finding[] }
  expect(code).toBe(findings.find(({ state }) => state === 'problem')?.exitCode ?? 0)
  return { stdout, of: (name: string) => findings.find((one) => one.name === name)!, findings }
}

describe('the line of the box', () => {
  const probe = { name: 'runs a command', held: true, detail: '' }
  const usable = (level: string) => ({
    name: 'unshare',
    ok: true,
    level,
    reason: null,
    advice: null,
    checks: [probe, probe],
  })
  const none = { name: 'bwrap', ok: false, level: null, reason: 'not there', advice: 'install it', checks: [] }

  it('is in order where only the limit of memory is missing, says so, and where to read of it', () => {
    const level = 'as uid 65534 in a user namespace of its own; memory not limited'
    const found = boxFinding([none, usable(level)])
    expect(found).toMatchObject({ name: 'box', state: 'ok', mend: null, exitCode: 0 })
    expect(found.text).toMatch(
      /; memory not limited \(a run may use all of it\); 2 probes held \(\S*docs\/the-box\.md#limits\)$/,
    )
  })

  it('points to nothing where memory is limited, and is a problem where no box holds', () => {
    const found = boxFinding([usable('memory limited by a control group')])
    expect(found).toMatchObject({ state: 'ok', text: 'memory limited by a control group; 2 probes held' })
    expect(boxFinding([none])).toMatchObject({
      state: 'problem',
      exitCode: 7,
      mend: expect.stringContaining('the-box.md'),
    })
  })

  it('has these very words where this machine is tried', async () => {
    const { of } = await doctor(await makeRepository())
    const { state, text } = of('box')
    expect(state).toBe('ok')
    expect(text).toMatch(
      /; memory (limited by a control group; .* probes held|not limited \(.*\); .* probes held \(.*#limits\))$/,
    )
  })
})

describe('agent doctor', () => {
  it('finds a project that is ready, starts its runner, and asks a model on request only', async () => {
    const repository = await makeRepository()
    const server = await startModelServer(() => ({ text: 'yes' }))
    onTestFinished(() => server.close())
    const before = await repository.snapshot()
    const quiet = await doctor(repository, [], { OPENAI_API_KEY: 'sk-test-9876543210-mine' })
    for (const name of ['node', 'git', 'repository', 'settings', 'specs', 'runner', 'models', 'disk'])
      expect(quiet.of(name), name).toMatchObject({ state: 'ok', mend: null })
    expect(quiet.of('specproof')).toBeUndefined()
    expect(quiet.of('specs').text).toBe('1 spec, 1 open task')
    expect(quiet.of('runner').text).toMatch(
      /^node:test \(the script `test` starts it: node --test\); it starts in .*: v\d+/,
    )
    expect(quiet.stdout).not.toContain('9876543210')
    expect(server.requests).toEqual([])
    expect(await repository.snapshot()).toEqual(before)

    const asked = await doctor(repository, ['--ask', '--model', 'openai-compatible/scripted'], {
      OPENAI_BASE_URL: server.openaiUrl,
    })
    expect(asked.of('asked')).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('openai-compatible/scripted answered in'),
    })
    expect(server.requests.map(({ body }) => body['max_tokens'] ?? body['max_completion_tokens'])).toEqual([1])
    // OpenAI's own service takes no smaller number.
    const own = { OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-test-9876543210-mine' }
    expect((await doctor(repository, ['--ask', '--model', 'openai/scripted'], own)).of('asked').state).toBe('ok')
    expect(server.requests.at(-1)!.body['max_output_tokens']).toBe(16)
  })

  it('tells all that it found, too, where it cannot ask, and starts nothing of the project with keys', async () => {
    const repository = await makeRepository({ vitest: true, packages: [] })
    const manifest = (version: string) => `{"name":"x","version":"${version}"}`
    await repository.write({
      'node_modules/fast-check/package.json': manifest('4.0.0'),
      'node_modules/vitest/package.json': manifest('5.0.0'),
      'node_modules/vitest/vitest.mjs': "console.log('in', process.env.HOME, process.env.ANTHROPIC_API_KEY)\n",
    })
    const unnamed = await doctor(repository, ['--ask'], { ANTHROPIC_API_KEY: 'sk-ant-test-9876543210' })
    expect(unnamed.of('asked')).toMatchObject({ state: 'problem', exitCode: 2 })
    expect(unnamed.of('asked').text).toContain('No model is named.')
    expect(unnamed.of('runner').text).toContain(`in ${repository.env['HOME']} undefined`)
  })

  it('tells of a runner that is too old with one command alone, as init does', async () => {
    const repository = await makeRepository({ vitest: true, packages: [] })
    await repository.write({ 'node_modules/vitest/package.json': '{"name":"vitest","version":"4.1.12"}' })
    const text = 'vitest 4.1.12 is installed, and 5 or newer is needed: `npm i -D vitest@5`'
    expect((await doctor(repository)).of('runner')).toMatchObject({ state: 'problem', text, mend: null })
    const { steps } = JSON.parse((await start(repository, ['init'])).stdout) as { steps: object[] }
    expect(steps).toContainEqual({ what: 'runner', status: 'to do', text })
  })

  it.runIf('venv' in python)('names the pytest and the Hypothesis of a project of Python', async () => {
    const repository = await makeRepository({
      files: { 'package.json': null, 'requirements-dev.txt': 'pytest\nhypothesis\n' },
      packages: null,
    })
    if ('venv' in python) await symlink(python.venv, join(repository.dir, '.venv'))
    expect((await doctor(repository)).of('runner')).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/^pytest \(.*; it starts in .*: pytest \d+\.\S+, Hypothesis \d+\.\d+\.\d+$/),
    })
  })

  it('names each problem with its mend, and ends with the code that a run would end with', async () => {
    const repository = await makeRepository({ packages: null, files: { 'agent.yaml': 'model: anthropic/some\n' } })
    await repository.git('config', '--unset', 'user.email')
    const found = await doctor(repository, [], {
      EMAIL: '',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.useConfigOnly',
      GIT_CONFIG_VALUE_0: 'true',
    })
    expect(found.of('git')).toMatchObject({
      state: 'problem',
      exitCode: 9,
      mend: expect.stringContaining('git config user.name'),
    })
    expect(found.of('runner')).toMatchObject({
      state: 'problem',
      exitCode: 10,
      text: expect.stringContaining('dependencies are not installed'),
      mend: 'a run does it by itself where there is a lockfile',
    })
    expect(found.of('models')).toMatchObject({ state: 'problem', exitCode: 6, mend: 'export ANTHROPIC_API_KEY=...' })

    const bare = await doctor(repository, ['--ask', '--model', 'local'])
    expect(bare.of('asked')).toMatchObject({ state: 'problem', exitCode: 2 })
    expect(bare.of('asked').text).toContain('names no provider')

    await repository.write({ 'agent.yaml': 'attempts: none\n' })
    const broken = await doctor(repository, ['--ask', '--model', 'openai/x'])
    for (const name of ['settings', 'asked'])
      expect(broken.of(name)).toMatchObject({
        state: 'problem',
        exitCode: 2,
        text: expect.stringContaining('agent.yaml:1'),
      })
  })

  it('tells that a service refuses the key, without the key', async () => {
    const repository = await makeRepository()
    const server = await startModelServer(() => ({ status: 401, message: 'invalid x-api-key sk-ant-test-9876543210' }))
    onTestFinished(() => server.close())
    const key = 'sk-ant-test-9876543210'
    const { of, stdout } = await doctor(repository, ['--ask', '--model', 'anthropic/scripted'], {
      ANTHROPIC_BASE_URL: server.anthropicUrl,
      ANTHROPIC_API_KEY: key,
    })
    expect(of('asked')).toMatchObject({ state: 'problem', exitCode: 6 })
    expect(stdout).not.toContain(key)
  })
})
