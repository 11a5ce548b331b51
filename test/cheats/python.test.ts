import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { next } from '../support/agent.ts'
import { pythonEnvironment } from '../support/python.ts'
import { QUEUE_AUTHOR, QUEUE_SPEC } from '../support/python-queue.ts'
import { makeRepository } from '../support/repository.ts'
import { sample } from '../support/sample.ts'
import { scriptModel } from '../support/scripted-model.ts'
import { PYTHON_CHEATS } from './python-cheats.ts'

const python = await pythonEnvironment()
if ('missing' in python) it.skip(`cheats in Python are not tried here: ${python.missing}`, () => {})

const LEVEL = 'level: { seeds: 1, runs: 30, maxMinutes: 1 }\nteeth: off\nattempts: 1\n'

describe.runIf('venv' in python)('a cheat in Python', () => {
  const tried = sample('cheats in Python', PYTHON_CHEATS, 2)

  it.each(tried.map((cheat) => [cheat.name, cheat] as const))('does not land: %s', async (_, { reply }) => {
    if ('missing' in python) return
    const repository = await makeRepository({ files: { ...QUEUE_SPEC, 'agent.yaml': LEVEL }, packages: null })
    await symlink(python.venv, join(repository.dir, '.venv'))
    const before = await repository.git('rev-parse', 'HEAD')
    const model = await scriptModel({ author: [QUEUE_AUTHOR], implementer: [reply, reply, reply, reply] })
    const run = await next(repository, model)
    expect(model.asked('implementer').length, run.stderr).toBeGreaterThan(0)
    expect(['failed', 'blocked', 'tampering', 'unverifiable']).toContain(run.result.status)
    expect(await repository.git('rev-parse', 'HEAD')).toBe(before)
  })
})
