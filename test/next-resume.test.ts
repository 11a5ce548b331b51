import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type AgentRun, eventsOf, next } from './support/agent.ts'
import { CLAMP_STUB, CLAMP_TEST, creates, RIGHT } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

interface Line {
  call: string
  key: string
  again?: true
  masked?: true
}

async function callsOf({ result }: AgentRun): Promise<Line[]> {
  const text = await readFile(join(result.journal!, 'calls.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

const TOKEN = 'Zx81kQpLm29aTr7Yq0'
const AUTHOR = creates({
  'test/clamp.test.ts': `const url = "https://api.test/v1?token=${TOKEN}"\nvoid url\n${CLAMP_TEST}`,
  'src/clamp.ts': CLAMP_STUB,
})

it('goes on with what was paid, also where it holds a secret, and takes no evidence from outside of its box', async () => {
  const repository = await makeRepository()
  const model = await scriptModel({
    author: [{ text: AUTHOR, usage: { input: 3000, output: 2000 } }],
    implementer: [
      ...Array.from({ length: 2 }, () => ({ status: 401, message: 'no' })),
      { text: RIGHT, usage: { input: 500, output: 40 } },
    ],
  })
  const refused = { status: 'provider', exitCode: 6 }
  const unboxed = await next(repository, model, ['--isolation', 'none'])
  expect(unboxed.result, unboxed.result.message).toMatchObject(refused)
  const calls = await callsOf(unboxed)
  expect(await readFile(join(unboxed.result.journal!, 'calls.jsonl'), 'utf8')).not.toContain(TOKEN)
  const ran = (of: Line[]) => of.filter(({ call }) => call === 'runChecks').length
  expect(ran(calls)).toBeGreaterThan(2)

  const same = await next(repository, model, ['--isolation', 'none'])
  expect(same.result, same.result.message).toMatchObject(refused)
  // Of the baseline; the author's tests are others without the secret.
  expect(ran((await callsOf(same)).filter(({ again }) => again))).toBe(2)

  const run = await next(repository, model)
  expect(run.result, run.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
  expect(model.asked('author')).toHaveLength(1)
  expect(eventsOf(run, 'isolation.ready')[0]!.backend).not.toBe('none')
  const again = (await callsOf(run)).filter((line) => line.again).map(({ call }) => call)
  expect(again).toContain('askModel')
  expect(again).not.toContain('runChecks')
  expect(eventsOf(run, 'baseline.finished')).toMatchObject([{ cached: false }])
  // The run is billed for what it asked, and the commit tells what it cost.
  expect(run.result.tokens).toMatchObject({ input: 500, output: 40 })
  expect(await repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toContain(
    'tokens 3,500 in, 2,040 out',
  )
})
