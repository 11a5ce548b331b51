import { describe, expect, it } from 'vitest'
import { agent, eventsOf, start } from './support/agent.ts'
import { AUTHOR, implement, RIGHT, WRONG } from './support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

/** Another patch that dies on the same assertion. */
const ALSO_WRONG = implement(
  'export const clamp = (value: number, low: number, _high: number): number => (value < low ? low : value)\n',
)
const RULING = 'CODE WRONG: 1.2 demands it'

const configured = (settings: string) => makeRepository({ files: { 'agent.yaml': `${LIGHT_LEVEL}${settings}` } })

/** Models of the trailer of the last commit. */
const trailer = (repository: Awaited<ReturnType<typeof makeRepository>>) =>
  repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')

describe('a list of models', () => {
  const MODELS = `model: openai-compatible/tests
models: { implementer: [openai-compatible/small, openai-compatible/large] }
`

  it('goes on to the next one after the same failure twice and the arbiter, and that one sees no code of the one before', async () => {
    const repository = await configured(MODELS)
    const model = await scriptModel({ author: [AUTHOR], implementer: [WRONG, ALSO_WRONG, RIGHT], arbiter: [RULING] })

    const run = await agent(repository, ['next', '--attempts', '5'], { model })

    expect(run.code, run.result.message).toBe(0)
    expect(model.server.requests.map(({ model }) => model)).toEqual(['tests', 'small', 'small', 'tests', 'large'])
    expect(eventsOf(run, 'decision').map(({ attempt, decision }) => `${attempt} ${decision}`)).toEqual([
      '1 retry',
      '2 arbiter',
      '2 arbiter: code-wrong',
      '2 escalate',
    ])
    expect(eventsOf(run, 'run.started')[0]!.model).toBe(
      'author, strengthener, arbiter, migrator: openai-compatible/tests; implementer: openai-compatible/small, then openai-compatible/large',
    )
    const [, second, third] = model.asked('implementer')
    expect(second).toContain(WRONG.trim())
    expect(third).not.toContain('Math.max(value, low)')
    expect(third).not.toContain('Your previous answer')
    expect(third).toContain('# Earlier attempts')
    expect(third).toMatch(
      /- attempt 1: 1 of 1 tests failed[\s\S]*- attempt 2: 1 of 1 tests failed. An arbiter finds the test right: 1.2 demands it/,
    )
    const models = 'openai-compatible/tests + openai-compatible/small + openai-compatible/large'
    expect(await trailer(repository)).toContain(`${models}; attempts 3;`)
  })

  it('keeps an attempt for each one that follows, and ends with the last', async () => {
    const repository = await configured(MODELS)
    const model = await scriptModel({ author: [AUTHOR], implementer: [WRONG, WRONG] })
    const run = await agent(repository, ['next', '--attempts', '2'], { model })
    expect(run.result).toMatchObject({ status: 'failed', exitCode: 3 })
    expect(eventsOf(run, 'decision').map(({ decision }) => decision)).toEqual(['escalate', 'stop'])
    expect(model.server.requests.map(({ model }) => model)).toEqual(['tests', 'small', 'large'])
  })

  it('of the author has the tests written anew where they cannot judge the task', async () => {
    const repository = await configured(
      'model: openai-compatible/b\nmodels: { author: [openai-compatible/a, openai-compatible/b] }\n',
    )
    const model = await scriptModel({ author: ['No.', 'No.', 'No.', 'No.', AUTHOR], implementer: [RIGHT] })
    const run = await agent(repository, ['next'], { model })
    expect(run.code, run.result.message).toBe(0)
    expect(eventsOf(run, 'decision')[0]).toMatchObject({ attempt: 0, decision: 'escalate' })
    expect(model.server.requests.map(({ model }) => model)).toEqual(['a', 'a', 'a', 'a', 'b', 'b'])
    expect(model.asked('author')[4]).not.toContain('Your previous answer')
  })
})

describe('a service that is busy', () => {
  const busy = { status: 429, message: 'slow down', headers: { 'retry-after-ms': '1' } }

  it('is asked again after the wait that it names, which uses up no attempt', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [busy, AUTHOR], implementer: [busy, busy, RIGHT] })
    const run = await agent(repository, ['next', ...model.args, '--attempts', '1'], { model })
    expect(run.code, run.result.message).toBe(0)
    expect(run.result.tasks[0]).toMatchObject({ status: 'verified', attempts: 1 })
    expect(eventsOf(run, 'model.retrying').map(({ role, tries }) => `${role} ${tries}`)).toEqual([
      'author 1',
      'implementer 1',
      'implementer 2',
    ])
    expect(eventsOf(run, 'model.started')[0]!.silence).toEqual({ ms: 300_000, tries: 3 })
    expect(eventsOf(run, 'model.retrying')[0]).toMatchObject({
      model: 'openai-compatible/scripted',
      reason: 'rate limit (HTTP 429): slow down',
    })
    expect(run.stderr).toContain('rate limit (HTTP 429): slow down; asked again in')
  })

  it('and stays so is replaced by the fallback, which is told, committed and replayed', async () => {
    const repository = await configured(`models: { author: openai-compatible/tests, implementer: openai/main }
fallback: [anthropic/spare]
retries: { most: 1 }
`)
    const model = await scriptModel({ author: [AUTHOR], implementer: [busy, busy, RIGHT] })
    const env = {
      ...model.env,
      ANTHROPIC_BASE_URL: model.server.anthropicUrl,
      ANTHROPIC_API_KEY: 'sk-ant-test-01234567',
    }

    const run = await agent(repository, ['next'], { env })

    expect(run.code, run.result.message).toBe(0)
    expect(model.server.requests.map(({ api, model }) => `${api} ${model}`)).toEqual([
      'openai tests',
      'responses main',
      'responses main',
      'anthropic spare',
    ])
    expect(model.server.requests[3]!.prompt.trim()).toBe(model.server.requests[2]!.prompt.trim())
    expect(eventsOf(run, 'model.fallback')).toMatchObject([
      { role: 'implementer', from: 'openai/main', to: 'anthropic/spare', reason: expect.stringContaining('HTTP 429') },
    ])
    const answered = eventsOf(run, 'model.finished').at(-1)!
    expect(answered).toMatchObject({ model: 'anthropic/spare', note: 'in place of openai/main' })
    expect(await trailer(repository)).toContain('openai-compatible/tests + anthropic/spare; attempts 1;')
    const replay = await start(repository, ['replay', 'last'])
    expect(replay.stderr).toContain('decided the same and made the same tree')
  })
})

describe('tokens and prices', () => {
  it('are compared with what was billed, and what was learnt is there for the next run', async () => {
    const repository = await makeRepository()
    const billed = (text: string, input: number) => ({ text, usage: { input, output: 10 } })
    const model = await scriptModel({ author: [billed(AUTHOR, 5_000)], implementer: [billed(RIGHT, 4_000)] })
    const run = await agent(repository, ['next', ...model.args], { model })
    expect(run.code, run.result.message).toBe(0)
    const [author, implementer] = eventsOf(run, 'model.finished')
    expect(author).toMatchObject({ counted: 5_000, estimated: expect.any(Number) })
    expect(implementer!.counted).toBe(4_000)
    const errors = [author!, implementer!].map(({ estimated, counted }) => Math.abs(estimated! - counted!) / counted!)
    expect(run.result.estimate!.prompts).toBe(2)
    expect(run.result.estimate!.worst).toBeCloseTo(Math.max(...errors), 3)
    const kept = await repository.read('.agent/memory/tokens-openai-compatible_scripted.json')
    expect(JSON.parse(kept)).toHaveLength(2)
    expect(eventsOf(run, 'run.started')[0]!.note).toBe(
      'the price of openai-compatible/scripted is not known: tokens are counted, money is not',
    )
  })

  it('are counted by the service itself where that is asked for', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({}, 'anthropic')
    const context = ['context', 'limits/1', '--exact']
    const counted = await start(repository, [...context, ...model.args], { model })
    expect(counted.code, counted.stderr).toBe(0)
    const { exact, tokens, prompt } = JSON.parse(counted.stdout)
    expect(exact).toBe(Math.ceil((prompt.system + prompt.messages[0].content.trimEnd()).length / 4))
    expect(tokens).toBeGreaterThan(0)
    expect(model.server.requests).toEqual([])

    const unnamed = await start(repository, context)
    expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--exact needs a model') })
    const keyless = await start(repository, [...context, '--model', 'anthropic/x'])
    expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining('ANTHROPIC_API_KEY') })
    const other = await start(repository, [...context, '--model', 'openai-compatible/x'], {
      env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    })
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('nobody counts the tokens') })
  })
})
