import { describe, expect, it } from 'vitest'
import { next } from './support/agent.ts'
import { AUTHOR, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

describe('a task becomes a verified commit', () => {
  it('works', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    const run = await next(repository, model)
    console.log(run.events.filter((e) => e.type !== 'model.delta').map((e) => JSON.stringify(e)).join('\n'))
    expect(run.code, run.result.message).toBe(0)
  })
})
