import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agent, eventsOf, next } from './support/agent.ts'
import { AUTHOR, CLAMP_TASK, CLAMP_TASKS, RIGHT } from './support/clamp.ts'
import { type Files, makeRepository, type RepositoryOptions } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

interface Case {
  name: string
  repository?: RepositoryOptions
  /** Written after the commit. */
  dirty?: Files
  args?: string[]
  env?: Record<string, string>
  status: string
  exitCode: number
  message: string | RegExp
  /** Questions to the author meanwhile; left out: none. */
  asked?: number
}

const TASKS = 'specs/limits/tasks.md'

/** All but one are found before a model is asked; most before anything is run at all. */
const CASES: Case[] = [
  {
    name: 'no commit yet',
    repository: { committed: false },
    status: 'git',
    exitCode: 9,
    message: 'This repository has no commit yet. Commit your spec and project first',
  },
  {
    name: 'no spec',
    repository: { files: { [TASKS]: null, 'specs/limits/requirements.md': null, 'specs/limits/design.md': null } },
    status: 'usage',
    exitCode: 2,
    message: 'No spec found at HEAD. Write specs/<feature>/requirements.md, design.md and tasks.md',
  },
  {
    name: 'a spec without tasks',
    repository: { files: { [TASKS]: null } },
    status: 'usage',
    exitCode: 2,
    message: /limits has no tasks\.md/,
  },
  {
    name: 'an empty tasks.md',
    repository: { files: { [TASKS]: '' } },
    status: 'usage',
    exitCode: 2,
    message: 'specs/limits/tasks.md holds no task: write each as `- [ ] 1. title`.',
  },
  {
    name: 'a spec that is not there',
    args: ['--spec', 'limit'],
    status: 'usage',
    exitCode: 2,
    message: 'There is no spec "limit" at HEAD; there are: limits.',
  },
  {
    name: 'a task that is not there',
    args: ['--task', '7'],
    status: 'usage',
    exitCode: 2,
    message: 'There is no task "7"; there are: limits/1.',
  },
  {
    name: 'a link to a requirement that does not exist',
    repository: { files: { [TASKS]: CLAMP_TASKS.replace('1.3', '1.4') } },
    status: 'usage',
    exitCode: 2,
    message: /^specs\/limits\/tasks\.md:6:\d+: error: .*1\.4.* \w.*\(\S+\)$/,
  },
  {
    name: 'two tasks with one id',
    repository: { files: { [TASKS]: `${CLAMP_TASKS}\n${CLAMP_TASK}` } },
    status: 'usage',
    exitCode: 2,
    message:
      /specs\/limits\/tasks\.md:8:1: error: Task 1 stands already in line 3; .*Give each task of the file a number/,
  },
  {
    name: 'a spec with a change that is not committed',
    dirty: { 'specs/limits/design.md': '# Another design\n' },
    status: 'git',
    exitCode: 9,
    message: 'these files differ from it: specs/limits/design.md. Commit them first.',
  },
  {
    name: 'an unknown provider',
    args: ['--model', 'acme/gpt'],
    status: 'usage',
    exitCode: 2,
    message: 'model "acme/gpt": unknown provider "acme": write anthropic/MODEL',
  },
  {
    name: 'a model without a provider',
    args: ['--model', 'gpt-5'],
    status: 'usage',
    exitCode: 2,
    message: 'model "gpt-5" names no provider: write openai/gpt-5',
  },
  {
    name: 'a recording that is none',
    args: ['--model', 'recorded/nowhere'],
    status: 'usage',
    exitCode: 2,
    message: 'model "recorded/nowhere" is not a recording',
  },
  {
    name: 'a number that is none',
    args: ['--attempts', 'many'],
    status: 'usage',
    exitCode: 2,
    message: '--attempts many: expected a whole number of at least 1.',
  },
  {
    name: 'a money limit for a model without a price',
    args: ['--max-usd', '1'],
    status: 'usage',
    exitCode: 2,
    message: '--max-usd cannot be kept: the price of openai-compatible/scripted is not known.',
  },
  {
    name: 'a broken agent.yaml',
    repository: { files: { 'agent.yaml': 'attempts: 3\nlevel: { seeds: 2\n' } },
    status: 'usage',
    exitCode: 2,
    message: /^agent\.yaml:[23]: /,
  },
  {
    name: 'an unknown setting',
    repository: { files: { 'agent.yaml': 'attempts: 3\nrepeats: 4\n' } },
    status: 'usage',
    exitCode: 2,
    message: 'agent.yaml:2: `repeats` is not a setting; known are model,',
  },
  {
    name: 'no package.json',
    repository: { files: { 'package.json': null } },
    status: 'environment',
    exitCode: 10,
    message: 'there is no package.json at the top of the repository',
  },
  {
    name: 'a runner that is not installed',
    repository: { files: { 'package.json': '{"name":"target","devDependencies":{"jest":"*"}}' } },
    status: 'environment',
    exitCode: 10,
    message: 'dependencies are not installed: run npm ci (jest is not there)',
  },
  {
    name: 'nothing installed',
    repository: { packages: null },
    status: 'environment',
    exitCode: 10,
    message: 'dependencies are not installed: run npm ci',
  },
  {
    name: 'a base whose tests cannot be collected',
    // While they are.
    asked: 1,
    repository: { files: { 'test/old.test.ts': "import './gone.ts'\n" } },
    status: 'environment',
    exitCode: 10,
    message: /does not build or collect before any change:\ntest\/old\.test\.ts: .*gone/,
  },
  {
    name: 'a backend that does not exist',
    args: ['--isolation', 'docker'],
    status: 'usage',
    exitCode: 2,
    message: '--isolation docker: expected auto, bwrap, unshare, srt or none.',
  },
]

describe('what cannot be run is said in words, before a model is asked', () => {
  it.each(CASES)('$name: exit $exitCode', async ({ repository: options, dirty, args, env, asked = 0, ...expected }) => {
    const repository = await makeRepository(options)
    if (dirty) await repository.write(dirty)
    const model = await scriptModel({ author: [AUTHOR] })

    const run = await next(repository, model, args, env ? { env } : {})

    expect(run.result, run.result.message).toMatchObject({ status: expected.status, exitCode: expected.exitCode })
    if (typeof expected.message === 'string') expect(run.result.message).toContain(expected.message)
    else expect(run.result.message).toMatch(expected.message)
    expect(run.result.message).not.toMatch(/\n\s+at /)
    const words = (text: string) => text.replace(/\s+/g, ' ')
    expect(words(run.stderr)).toContain(words(run.result.message.split('\n')[0]!))
    expect(model.server.requests).toHaveLength(asked)
  })

  it('a folder outside of any repository: exit 9', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({})
    const run = await next(repository, model, [], { cwd: join(repository.around, 'home') })
    expect(run.result).toMatchObject({ status: 'git', exitCode: 9 })
    expect(run.result.message).toContain('home is not inside a git repository. Run `git init`')
  })

  it('a key that is not set: exit 2, one line that names the variable, and the page of the exit code', async () => {
    const repository = await makeRepository()
    for (const [provider, variable] of [
      ['anthropic', 'ANTHROPIC_API_KEY'],
      ['openai', 'OPENAI_API_KEY'],
    ] as const) {
      const run = await agent(repository, ['next', '--model', `${provider}/any`])
      expect(run.result).toMatchObject({ status: 'usage', exitCode: 2 })
      expect(run.result.message).toContain(`set it with "export ${variable}=..."`)
      expect(run.events).toHaveLength(1)
      const [said, page, ...rest] = run.stderr.trimEnd().split('\n')
      expect([said, rest]).toEqual([`agent: ${run.result.message}`, []])
      expect(page).toMatch(/^exit 2: see \S+#exit-2$/)
      expect(run.result.message).not.toContain('\n')
    }
  })

  it('that nothing is left to do is told without a model: exit 0, as where there is one', async () => {
    const repository = await makeRepository({ files: { [TASKS]: CLAMP_TASKS.replace('[ ]', '[x]') } })
    const nothing = { status: 'nothing', exitCode: 0, message: 'Nothing is left to do.' }
    for (const args of [['next'], ['run'], ['next', '--model', 'anthropic/any'], ['next', '--dry-run']]) {
      const run = await agent(repository, args)
      expect(run.result, args.join(' ')).toMatchObject(nothing)
      expect(run.code).toBe(0)
      expect(run.stderr).toContain('Nothing is left to do.')
    }
    const ticked = await agent(repository, ['next', '--task', '1'])
    expect(ticked.result).toMatchObject({ ...nothing, message: 'Task 1 of limits is ticked already.' })
    const until = await agent(repository, ['run', '--until', '1'])
    expect(until.result).toMatchObject({ ...nothing, message: 'Task 1 is done.' })
    const missing = await agent(repository, ['next', '--spec', 'limit'])
    expect(missing.result).toMatchObject({ exitCode: 2, message: expect.stringContaining('There is no spec "limit"') })
  })

  it('that nothing is left to do makes no run: no folder, no note and no lines of a journal', async () => {
    const repository = await makeRepository({ files: { [TASKS]: CLAMP_TASKS.replace('[ ]', '[x]') } })
    const model = await scriptModel({})
    for (const command of ['next', 'run']) {
      const run = await agent(repository, [command, ...model.args], { model })
      expect(run.result).toMatchObject({ status: 'nothing', exitCode: 0, journal: null })
      expect(run.events).toHaveLength(1)
      expect(run.stderr.trim()).toMatch(/Nothing is left to do\.$/)
    }
    expect(existsSync(join(repository.dir, '.agent', 'runs'))).toBe(false)
  })

  it('what is written wrong is told where nothing is left, too, with a key and without: exit 2', async () => {
    const repository = await makeRepository({ files: { [TASKS]: CLAMP_TASKS.replace('[ ]', '[x]') } })
    const model = await scriptModel({})
    const free = ['--model', 'openai-compatible/free']
    const WRONG: [args: string[], message: string][] = [
      [['--model', 'local'], 'model "local" names no provider'],
      [['--model', 'recorded/nowhere'], 'is not a recording'],
      [[...free, '--max-usd', '1'], '--max-usd cannot be kept: the price of openai-compatible/free is not known.'],
      [['--attempts', 'many'], '--attempts many: expected a whole number'],
      [['--isolation', 'docker'], '--isolation docker: expected auto'],
    ]
    for (const [args, message] of WRONG)
      for (const env of [{}, model.env]) {
        const run = await agent(repository, ['next', ...args], { env })
        expect(run.result, args.join(' ')).toMatchObject({ status: 'usage', exitCode: 2 })
        expect(run.result.message).toContain(message)
      }
    const right = await agent(repository, ['next', ...free])
    expect(right.result).toMatchObject({ status: 'nothing', exitCode: 0 })
  })

  it('where a task is left and nobody is named to ask, that is told: exit 2', async () => {
    const run = await agent(await makeRepository(), ['next'])
    expect(run.result).toMatchObject({ status: 'usage', exitCode: 2 })
    expect(run.result.message).toContain('No model is named. Use --model provider/model')
  })

  it('no author for the commit: exit 9, before a token is paid for', async () => {
    const repository = await makeRepository()
    await repository.git('config', '--unset', 'user.name')
    await repository.git('config', '--unset', 'user.email')
    await repository.git('config', 'user.useConfigOnly', 'true')
    const model = await scriptModel({})
    const run = await next(repository, model)
    expect(run.result).toMatchObject({ status: 'git', exitCode: 9 })
    expect(run.result.message).toContain('git does not know who commits. Set it: `git config user.name "..."`')
    expect(model.server.requests).toEqual([])
  })

  it('a detached HEAD: exit 9, but with --no-land the commit waits on a branch of its own', async () => {
    const repository = await makeRepository()
    await repository.git('checkout', '--quiet', '--detach')
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })

    const refused = await next(repository, model)
    expect(refused.result).toMatchObject({ status: 'git', exitCode: 9 })
    expect(refused.result.message).toBe(
      'HEAD is detached: check out a branch, or use --no-land to leave the commit on a branch of its own.',
    )
    expect(model.server.requests).toEqual([])

    const run = await next(repository, model, ['--no-land'])
    expect(run.code, run.result.message).toBe(0)
    expect(run.result.status).toBe('verified')
    expect(eventsOf(run, 'landed')).toMatchObject([{ ref: null, waiting: 'specproof/limits--1' }])
    expect(await repository.git('rev-parse', 'specproof/limits--1')).toBe(run.result.tasks[0]!.commit)
  })
})
