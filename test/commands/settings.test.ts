import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { modelNames, openModels } from '../../src/commands/models.ts'
import { type GlobalOptions, loadConfig, numberFlag } from '../../src/commands/options.ts'
import { levelOf, nightlyOf, type OpenedModels, type RunFlags, settingsOf } from '../../src/commands/settings.ts'
import type { Config } from '../../src/core/config.ts'
import { UserError } from '../../src/core/errors.ts'
import { DEFAULT_LEVEL, ROLES } from '../../src/core/settings.ts'

const FLAGS: RunFlags = { land: true }
const NAME = 'openai-compatible/small'

/** Models that are opened and never asked. */
async function model(flags: Partial<RunFlags> = { model: NAME }, config: Config = {}): Promise<OpenedModels> {
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1')
  vi.stubEnv('ANTHROPIC_API_KEY', 'key-for-tests')
  const names = modelNames(flags, config)
  return { names, models: await openModels(names, config, tmpdir()) }
}
afterEach(() => vi.unstubAllEnvs())

describe('the settings of a run', () => {
  it('have defaults for everything', async () => {
    expect(settingsOf(FLAGS, {}, await model())).toEqual({
      roles: Object.fromEntries(
        ROLES.map((role) => [role, { models: [NAME], promptLimit: 60_000, outputLimit: 16_384 }]),
      ),
      fallback: [],
      models: {
        [NAME]: { price: null, tokens: { ratio: 1, margin: 1.3, samples: 0 }, silence: { ms: 300_000, tries: 3 } },
      },
      attempts: 3,
      limits: { maxTokens: 1_000_000, maxUsd: null, maxMinutes: 240 },
      taskLimits: { maxTokens: null, maxUsd: null, maxMinutes: null },
      level: DEFAULT_LEVEL,
      levels: {
        commit: { seeds: 2, runs: 50, maxMinutes: 10 },
        checkpoint: { seeds: 5, runs: 200, maxMinutes: 10 },
      },
      teeth: 'required',
      checks: [],
      checksKey: expect.any(String),
      specRoots: [],
      requireVerified: false,
      freshTests: false,
      reviewTests: false,
      land: true,
    })
  })

  const CONFIG = {
    attempts: 5,
    maxTokens: 50_000,
    maxUsd: 2,
    maxMinutes: 10,
    context: { maxTokens: 9_000 },
    maxOutputTokens: 2_000,
    prices: { [NAME]: { input: 1, output: 2 } },
    level: { seeds: 7, chaosSeconds: 0.5, mutants: 9, teethSeconds: 2.5, maxMinutes: 90 },
    levels: { commit: { runs: 80 }, checkpoint: { seeds: 9, maxMinutes: 120 }, nightly: { runs: 9_000 } },
    teeth: 'report' as const,
  }

  it('come from agent.yaml', async () => {
    expect(settingsOf(FLAGS, CONFIG, await model())).toMatchObject({
      attempts: 5,
      limits: { maxTokens: 50_000, maxUsd: 2, maxMinutes: 10 },
      models: { [NAME]: { price: { input: 1, output: 2 } } },
      roles: { implementer: { promptLimit: 9_000, outputLimit: 2_000 } },
      level: { ...DEFAULT_LEVEL, seeds: 7, chaosMs: 500, mutants: 9, teethMs: 2_500, maxMinutes: 90 },
      levels: {
        commit: { seeds: 2, runs: 80, maxMinutes: 90 },
        checkpoint: { seeds: 9, runs: 200, maxMinutes: 120 },
      },
      teeth: 'report',
    })
    // At night more than in an attempt, and never less.
    const night = { seeds: 20, runs: 9_000, schedules: 20_000, maxMinutes: 90 }
    expect(nightlyOf(CONFIG)).toEqual({ ...levelOf(CONFIG), ...night })
    expect(nightlyOf({ level: { seeds: 50 } })).toMatchObject({ seeds: 50, runs: 1_000, maxMinutes: 60 })
  })

  it('tell what the checks run with from everything else', async () => {
    const one = await model()
    const service = { name: 'db', run: 'postgres', ready: { port: 5432 } }
    const key = (config: Config) => settingsOf(FLAGS, config, one).checksKey
    expect(key({ attempts: 2 })).toBe(key({}))
    expect(key({ build: 'make' })).not.toBe(key({}))
    expect(key({ services: [service] })).not.toBe(key({ services: [{ ...service, run: 'postgres -F' }] }))
  })

  it('come from flags before agent.yaml', async () => {
    const flags = {
      ...FLAGS,
      attempts: '1',
      maxTokens: '2000',
      maxUsd: '0',
      maxMinutes: '0.5',
      require: 'verified',
      freshTests: true,
      reviewTests: true,
      land: false,
    }
    expect(settingsOf(flags, CONFIG, await model())).toMatchObject({
      attempts: 1,
      limits: { maxTokens: 2_000, maxUsd: 0, maxMinutes: 0.5 },
      requireVerified: true,
      freshTests: true,
      reviewTests: true,
      land: false,
    })
  })

  it('leave room for the answer in what the model can take', async () => {
    const one = await model()
    const settings = settingsOf(FLAGS, { context: { maxTokens: 1_000_000 }, maxOutputTokens: 1_000_000 }, one)
    const { promptLimit, outputLimit } = settings.roles.author
    const { outputTokens, contextTokens } = one.models.get(NAME)!
    expect(outputLimit).toBe(outputTokens)
    expect(promptLimit + outputLimit).toBeLessThan(contextTokens)
  })

  it.each([
    ['--attempts', { attempts: '0' }],
    ['--attempts', { attempts: '1.5' }],
    ['--max-tokens', { maxTokens: 'many' }],
    ['--max-usd', { maxUsd: '-1' }],
    ['--max-minutes', { maxMinutes: '' }],
    ['--require', { require: 'checked' }],
  ])('refuse %s with %o, naming the flag', async (flag, flags) => {
    const one = await model()
    expect(() => settingsOf({ ...FLAGS, ...flags }, {}, one)).toThrow(UserError)
    expect(() => settingsOf({ ...FLAGS, ...flags }, {}, one)).toThrow(flag)
  })

  it('refuse a limit of dollars where the price is not known, and say how to set it', async () => {
    const one = await model()
    expect(() => settingsOf({ ...FLAGS, maxUsd: '1' }, {}, one)).toThrow(`prices: { ${NAME}: {`)
    expect(() => settingsOf(FLAGS, { maxUsd: 1 }, one)).toThrow(
      /--max-usd cannot be kept: .*, or leave --max-usd out: /,
    )
    const bare = settingsOf({ ...FLAGS, maxUsd: '1' }, { prices: { small: { input: 1, output: 1 } } }, one)
    expect(bare.models[NAME]!.price).toEqual({ input: 1, output: 1 })
  })
})

describe('the models', () => {
  it('are named by a flag, else by role, else for all roles, else they are asked for', () => {
    const of = (flags: Partial<RunFlags>, config: Config) => modelNames(flags, config).roles
    const lists = { author: 'a/1', implementer: ['b/1', 'b/2'] }
    const all = (name: string) => Object.fromEntries(ROLES.map((role) => [role, [name]]))
    expect(of({ model: 'a/b' }, { model: 'c/d', models: lists })).toEqual(all('a/b'))
    expect(of({}, { model: 'c/d', models: { author: 'a/1' } })).toEqual({ ...all('c/d'), author: ['a/1'] })
    expect(of({}, { models: lists })).toEqual({
      ...{ author: ['a/1'], implementer: ['b/1', 'b/2'] },
      ...{ strengthener: ['a/1'], arbiter: ['b/1', 'b/2'], migrator: ['a/1'] },
    })
    expect(of({}, { models: { ...lists, arbiter: 'c/1' } }).arbiter).toEqual(['c/1'])
    expect(() => of({}, {})).toThrow(/--model provider\/model/)
    expect(() => of({}, { models: { author: 'a/1' } })).toThrow(/for the implementer.*`models.implementer`/)
  })

  it('have no fallback where all that is asked is a recording', () => {
    const config = { fallback: ['anthropic/x'] }
    expect(modelNames({ model: 'recorded/x' }, config).fallback).toEqual([])
    expect(modelNames({ model: 'openai/x' }, config).fallback).toEqual(['anthropic/x'])
  })

  const CONFIG: Config = {
    models: { author: NAME, implementer: [NAME, 'anthropic/claude-sonnet-5'] },
    fallback: ['anthropic/claude-haiku-5-5'],
    roles: {
      author: { temperature: 0.3 },
      implementer: { effort: 'high', maxOutputTokens: 5_000 },
      ...{ strengthener: { temperature: 0.1 }, arbiter: { effort: 'max' }, migrator: { maxOutputTokens: 2_000 } },
    },
  }

  it('are asked as their role says; a prompt fits all that may answer it', async () => {
    const config = { ...CONFIG, context: { maxTokens: 500_000 } }
    const { roles, models, fallback } = settingsOf(FLAGS, config, await model({}, config))
    expect(roles.author).toEqual({ models: [NAME], temperature: 0.3, promptLimit: 110_616, outputLimit: 16_384 })
    expect(roles.implementer).toMatchObject({ effort: 'high', outputLimit: 5_000, promptLimit: 122_000 })
    expect(roles.strengthener).toMatchObject({ temperature: 0.1 })
    expect(roles.arbiter).toMatchObject({ effort: 'max' })
    expect(roles.migrator).toMatchObject({ outputLimit: 2_000 })
    expect(fallback).toEqual(['anthropic/claude-haiku-5-5'])
    expect(models['anthropic/claude-sonnet-5']!.price).toMatchObject({ input: 2, output: 10, date: '2026-10-24' })
    expect(models[NAME]!.price).toBeNull()
  })

  it('need a price each where dollars are limited, and one that holds for such long prompts', async () => {
    const priced = { ...CONFIG, prices: { [NAME]: { input: 1, output: 2 } } }
    const flags = { ...FLAGS, maxUsd: '1' }
    expect(settingsOf(flags, priced, await model({}, priced)).limits.maxUsd).toBe(1)
    const long = { ...priced, context: { maxTokens: 90_000 } }
    const opened = await model({}, long)
    expect(() => settingsOf(flags, long, opened)).toThrow(
      'claude-haiku-5-5 is known for prompts of up to 100000 tokens',
    )
  })

  it('are not asked for an effort that their service does not know', async () => {
    const config: Config = { model: 'anthropic/x', roles: { author: { effort: 'minimal' } } }
    const opened = await model({}, config)
    expect(() => settingsOf(FLAGS, config, opened)).toThrow('roles.author.effort: anthropic/x knows low')
  })
})

describe('a number in a flag', () => {
  it.each([
    ['3', 3],
    ['0', 0],
    ['1e3', 1_000],
  ])('%j is %d', (text, value) => expect(numberFlag('--n', text, 0, true)).toBe(value))

  it.each(['', ' ', 'x', '3x', 'NaN', 'Infinity', '-1', '1.5', '1,000'])('%j is none', (text) => {
    expect(() => numberFlag('--n', text, 0, true)).toThrow('--n')
  })

  it('is nothing where the flag is not there', () => expect(numberFlag('--n', undefined, 0, true)).toBe(null))
})

describe('agent.yaml', () => {
  async function folder() {
    const dir = await mkdtemp(join(tmpdir(), 'specproof-config-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    return dir
  }
  const options = (cwd: string, config?: string): GlobalOptions => ({
    cwd,
    json: false,
    quiet: false,
    color: false,
    ...(config === undefined ? {} : { config }),
  })

  it('is read from the root of the repository, and may be missing there', async () => {
    const [root, cwd] = [await folder(), await folder()]
    expect(await loadConfig(options(cwd), root)).toEqual({})
    await writeFile(join(root, 'agent.yaml'), 'attempts: 4\n')
    expect(await loadConfig(options(cwd), root)).toEqual({ attempts: 4 })
  })

  it('is read from where it was named, seen from the working folder, and must be there', async () => {
    const [root, cwd] = [await folder(), await folder()]
    await writeFile(join(root, 'agent.yaml'), 'attempts: 4\n')
    await writeFile(join(cwd, 'mine.yaml'), 'attempts: 5\n')
    expect(await loadConfig(options(cwd, 'mine.yaml'), root)).toEqual({ attempts: 5 })
    const missing = loadConfig(options(cwd, 'other.yaml'), root)
    await expect(missing).rejects.toThrow(join(cwd, 'other.yaml'))
    await expect(missing).rejects.toBeInstanceOf(UserError)
  })
})
