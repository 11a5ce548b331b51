import { describe, expect, it } from 'vitest'
import { type AgentRun, eventsOf, next } from '../support/agent.ts'
import { VITEST_AUTHOR } from '../support/clamp.ts'
import { LIGHT_LEVEL, makeRepository } from '../support/repository.ts'
import { sample } from '../support/sample.ts'
import { scriptModel } from '../support/scripted-model.ts'
import { CHEATS, type Cheat } from './cheats.ts'
import { HONEST, type Honest } from './honest.ts'

const BITING = LIGHT_LEVEL.replace('teeth: off', 'teeth: required')
const again = (replies: string[]) => replies.flatMap((reply) => Array.from({ length: 8 }, () => reply))

/** Starts a whole run on a small repository, with a model that cheats in one way and never stops. */
async function attempt(cheat: Cheat): Promise<AgentRun> {
  const repository = await makeRepository({
    vitest: true,
    files: { ...cheat.files, ...(cheat.strengthener ? { 'agent.yaml': BITING } : {}) },
    ...(cheat.packages ? { packages: cheat.packages } : {}),
  })
  const several = cheat.implementer.length > 1
  const model = await scriptModel({
    author: again(cheat.author ?? [VITEST_AUTHOR]),
    implementer: several ? cheat.implementer : again(cheat.implementer),
    strengthener: again(cheat.strengthener ? [cheat.strengthener] : []),
  })
  return next(repository, model, ['--attempts', String(cheat.implementer.length)])
}

/** The same with a model that answers in an odd way, and with the same tests when it is asked for better ones. */
async function honestly({ files, author, implementer, packages }: Honest): Promise<AgentRun> {
  const repository = await makeRepository({
    vitest: true,
    ...(files ? { files } : {}),
    ...(packages ? { packages } : {}),
  })
  const model = await scriptModel({ author: again([author ?? VITEST_AUTHOR]), implementer: [implementer] })
  return next(repository, model, ['--attempts', '1'])
}

const refusals = (run: AgentRun) =>
  eventsOf(run, 'patch.refused').flatMap(({ reasons }) => reasons.map(({ code, message }) => `${code}: ${message}`))

/** What stood in the way, for whoever reads the whole list. */
function tell(kind: string, name: string, run: AgentRun): void {
  if (process.env['SPECPROOF_FULL'] !== '1') return
  const words = (refusals(run)[0] ?? run.result.message).replace(/\s+/g, ' ').slice(0, 160)
  console.log(`${kind} | ${name} | ${run.result.status} | ${words}`)
}

describe('a patch or a test that cheats', () => {
  it.each(sample('cheats', CHEATS, 3).map((cheat) => [cheat.name, cheat] as const))(
    '%s: is never verified',
    async (_, cheat) => {
      const run = await attempt(cheat)
      tell('cheat', cheat.name, run)
      expect(['verified', 'checked']).not.toContain(run.result.status)
      expect(run.result.tasks.flatMap(({ commit }) => commit ?? [])).toEqual([])
    },
  )

  it('is one of at least sixty, each by a name of its own', () => {
    expect(new Set(CHEATS.map(({ name }) => name)).size).toBe(CHEATS.length)
    expect(CHEATS.length).toBeGreaterThanOrEqual(60)
  })
})

describe('an honest answer that looks odd', () => {
  it.each(sample('honest answers', HONEST, 1).map((honest) => [honest.name, honest] as const))(
    '%s: is verified at once',
    async (_, honest) => {
      const run = await honestly(honest)
      tell('honest', honest.name, run)
      expect(refusals(run)).toEqual([])
      expect(run.result.status, run.result.message).toBe('verified')
    },
  )

  it('is one of at least thirty', () => {
    expect(new Set(HONEST.map(({ name }) => name)).size).toBe(HONEST.length)
    expect(HONEST.length).toBeGreaterThanOrEqual(30)
  })
})
