import { describe, expect, it } from 'vitest'
import { next } from '../support/agent.ts'
import { goEnvironment, shareBuildCache } from '../support/go.ts'
import { GO_AUTHOR, goQueueSpec } from '../support/go-queue.ts'
import { makeRepository } from '../support/repository.ts'
import { sample } from '../support/sample.ts'
import { scriptModel } from '../support/scripted-model.ts'
import { GO_CHEATS } from './go-cheats.ts'

const go = await goEnvironment()
if ('missing' in go) it.skip(`cheats in Go are not tried here: ${go.missing}`, () => {})

const LEVEL = 'level: { seeds: 1, runs: 30, maxMinutes: 1 }\nteeth: off\nattempts: 1\n'

describe.runIf('env' in go)('a cheat in Go', () => {
  const tried = sample('cheats in Go', GO_CHEATS, 1)

  it.each(tried.map((cheat) => [cheat.name, cheat] as const))('does not land: %s', async (_, { reply }) => {
    if ('missing' in go) return
    const repository = await makeRepository({
      files: { ...(await goQueueSpec()), 'agent.yaml': LEVEL },
      packages: null,
    })
    await shareBuildCache(repository)
    const before = await repository.git('rev-parse', 'HEAD')
    const model = await scriptModel({ author: [GO_AUTHOR], implementer: [reply, reply, reply, reply] })
    const run = await next(repository, model, [], { env: go.env })
    expect(model.asked('implementer').length, run.stderr).toBeGreaterThan(0)
    expect(['failed', 'blocked', 'tampering', 'unverifiable'], run.result.message).toContain(run.result.status)
    expect(await repository.git('rev-parse', 'HEAD')).toBe(before)
  })
})
