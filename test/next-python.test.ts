import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agent, eventsOf } from './support/agent.ts'
import { pythonEnvironment } from './support/python.ts'
import {
  implementQueue,
  QUEUE_AUTHOR,
  QUEUE_RIGHT,
  QUEUE_SPEC,
  QUEUE_WRONG,
  RETRIES_AUTHOR,
  RETRIES_RIGHT,
} from './support/python-queue.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const python = await pythonEnvironment()
if ('missing' in python) it.skip(`projects of Python are not run here: ${python.missing}`, () => {})

const LEVEL = 'level: { seeds: 2, runs: 50, schedules: 60, chaosSeconds: 0, maxMinutes: 4, mutants: 6 }\n'

async function project() {
  if ('missing' in python) throw new Error(python.missing)
  const repository = await makeRepository({ files: { ...QUEUE_SPEC, 'agent.yaml': LEVEL }, packages: null })
  await symlink(python.venv, join(repository.dir, '.venv'))
  return repository
}

describe.runIf('venv' in python)('a project of Python', () => {
  // The second task shows little that the first does not.
  const all = process.env['SPECPROOF_FULL'] === '1'

  it(`gets ${all ? 'two tasks' : 'a task'} verified: red on both stubs, a shrunk counterexample for the wrong patch, wrong versions killed`, async () => {
    const repository = await project()
    const model = await scriptModel({
      author: [QUEUE_AUTHOR, RETRIES_AUTHOR],
      implementer: [implementQueue(QUEUE_WRONG), implementQueue(QUEUE_RIGHT), RETRIES_RIGHT],
    })
    const run = await agent(repository, [all ? 'run' : 'next', ...model.args], { model })
    expect(run.result.status, `${run.result.message}\n${run.stderr}`).toBe('verified')
    expect(eventsOf(run, 'runner.chosen')).toMatchObject([
      { runner: 'pytest', why: expect.stringMatching(/pyproject.*; .*plain `pytest`: add `pythonpath = \["src"\]`/) },
    ])
    const frozen = [
      { tests: 2, red: '2/2, 2 by assertion' },
      { tests: 1, red: '1/1, 1 by assertion' },
    ].slice(0, all ? 2 : 1)
    expect(eventsOf(run, 'tests.frozen')).toMatchObject(frozen)
    const red = eventsOf(run, 'check.finished').find((event) => event.stage === 'tests' && event.failed > 0)
    expect(red?.counterexample).toMatchObject({ value: 'priorities=[0, 0]', path: expect.any(String) })
    expect(model.asked('author')[0]).toContain('Hypothesis')
    expect(model.asked('author')[0]).not.toContain('fc.assert')
    expect(model.asked('implementer')[1]).toContain('priorities=[0, 0]')
    const messages = await repository.git('log', `-${frozen.length}`, '--format=%B')
    expect(messages.match(/^Verdict: verified$/gm)).toHaveLength(frozen.length)
    expect(messages).toMatch(/teeth \d+ wrong versions: [1-9]\d* killed/)
    const tests = await repository.git('show', 'HEAD:tests/test_queue.py')
    expect(tests).toContain('from hypothesis import given, example, strategies as st')
    expect(tests).toContain('@example(priorities=[0, 0])\n@given(PRIORITIES)\ndef test_jobs_come')
    const teeth = eventsOf(run, 'teeth.finished')
    for (const { killed, total } of teeth) expect(killed / total).toBeGreaterThan(0.7)
  })
})
