import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventsOf, next } from './support/agent.ts'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

async function journalText(dir: string): Promise<string> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true })
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

describe('a model that fails', () => {
  it('ends the run with what is wrong, without its key; frozen tests are kept and nobody writes them twice', async () => {
    const repository = await makeRepository()
    const outage = { status: 503, message: 'overloaded', headers: { 'retry-after-ms': '1' } }
    const model = await scriptModel({
      author: [AUTHOR],
      implementer: [
        ({ headers }) => ({ status: 401, message: `Incorrect API key: ${headers.authorization?.split(' ')[1]}` }),
        ...Array.from({ length: 5 }, () => outage),
        RIGHT,
      ],
    })
    const key = model.env['OPENAI_API_KEY']!

    const refused = await next(repository, model)
    expect(refused.result, refused.result.message).toMatchObject({ status: 'provider', exitCode: 6 })
    expect(refused.result.message).toContain('openai-compatible/scripted: the key was refused (HTTP 401)')
    expect(model.server.requests[1]!.headers.authorization).toBe(`Bearer ${key}`)
    const everything = `${refused.stdout}${refused.stderr}${await journalText(refused.result.journal!)}`
    expect(everything).toContain('Incorrect API key')
    expect(everything).not.toContain(key)
    expect(eventsOf(refused, 'tests.frozen')).toMatchObject([{ reused: false }])

    const down = await next(repository, model)
    expect(down.result).toMatchObject({ status: 'provider', exitCode: 6 })
    expect(down.result.message).toContain('the service has an outage (HTTP 503): overloaded')
    // It goes on where the one before ended: what that has asked is known.
    expect(eventsOf(down, 'tests.frozen')).toHaveLength(1)
    expect(model.asked('author')).toHaveLength(1)

    const run = await next(repository, model)
    expect(run.result, run.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(model.asked('author')).toHaveLength(1)
  })
})

describe('a budget', () => {
  it('that is too small for the first question ends the run before it is asked', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({})
    const run = await next(repository, model, ['--max-tokens', '1500'])
    expect(run.result).toMatchObject({ status: 'budget', exitCode: 5, tokens: { input: 0, output: 0 } })
    expect(run.result.message).toMatch(/the next call may need \d+ tokens and 1500 of 1500 are left/)
    expect(model.server.requests).toEqual([])
  })

  it('of one task ends it as that of the run does, and says which', async () => {
    const repository = await makeRepository()
    await repository.commit({
      'agent.yaml': 'task: { maxTokens: 6000 }\nlevel: { seeds: 1, runs: 50, schedules: 20, chaosSeconds: 0 }\n',
    })
    const model = await scriptModel({
      author: [{ text: AUTHOR, usage: { input: 3000, output: 2000 } }],
      implementer: [RIGHT],
    })
    const run = await next(repository, model)
    expect(run.result).toMatchObject({ status: 'budget', exitCode: 5, tokens: { input: 3000, output: 2000 } })
    expect(run.result.message).toContain('(limits of one task: `task.maxTokens` in agent.yaml)')
    expect(model.server.requests).toHaveLength(1)
  })

  it('that is used up ends the run between two questions, and a later run goes on from there', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({
      author: [{ text: AUTHOR, usage: { input: 3000, output: 2000 } }],
      implementer: [RIGHT],
    })
    const run = await next(repository, model, ['--max-tokens', '6000'])
    expect(run.result).toMatchObject({ status: 'budget', exitCode: 5, tokens: { input: 3000, output: 2000 } })
    expect(model.server.requests).toHaveLength(1)
    expect(model.server.requests[0]!.body['max_tokens']).toBeLessThan(6000)

    const later = await next(repository, model)
    expect(later.result, later.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(model.asked('author')).toHaveLength(1)
  })
})
