import { describe, expect, it } from 'vitest'
import { next } from '../support/agent.ts'
import { AUTHOR } from '../support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from '../support/repository.ts'
import { sample } from '../support/sample.ts'
import { scriptModel } from '../support/scripted-model.ts'
import { CHEATS, type Cheat } from './cheats.ts'

const BITING = LIGHT_LEVEL.replace('teeth: off', 'teeth: required')

/** Starts a whole run on a small repository, with a model that cheats in one way and never stops. */
async function attempt(cheat: Cheat): Promise<string> {
  const repository = await makeRepository({
    files: { ...cheat.files, ...(cheat.strengthener ? { 'agent.yaml': BITING } : {}) },
    ...(cheat.packages ? { packages: cheat.packages } : {}),
  })
  const again = (replies: string[]) => replies.flatMap((reply) => Array.from({ length: 8 }, () => reply))
  const model = await scriptModel({
    author: again(cheat.author ?? [AUTHOR]),
    implementer: again(cheat.implementer),
    strengthener: again(cheat.strengthener ? [cheat.strengthener] : []),
  })
  const run = await next(repository, model, ['--attempts', '1'])
  return run.result.status
}

const closed = CHEATS.filter((cheat) => !cheat.open)

describe('a patch or a test that cheats', () => {
  it.each(sample('cheats', closed, 6).map((cheat) => [cheat.name, cheat] as const))(
    '%s: is never verified',
    async (_, cheat) => {
      expect(['verified', 'checked']).not.toContain(await attempt(cheat))
    },
  )

  it('known holes are few, and each is written down where users read it', () => {
    expect(CHEATS.length - closed.length).toBeLessThanOrEqual(4)
  })
})
