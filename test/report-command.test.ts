import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { next, start } from './support/agent.ts'
import { AUTHOR, RIGHT, WRONG } from './support/clamp.ts'
import { elementsOf } from './support/markup.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

describe('agent report', () => {
  it('tells a whole run from its journal: both attempts, the failing case, the answers, the diff and the trace', async () => {
    const repository = await makeRepository()
    const secret = 'gho_0123456789abcdefghijklmnopqrstuvwxyzAB'
    const model = await scriptModel({ author: [AUTHOR], implementer: [`${WRONG}\nkey ${secret}`, RIGHT] })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    await repository.remember()
    const page = join(repository.around, 'report.html')

    const report = await start(repository, ['report', '--html', page])

    expect(report).toMatchObject({ code: 0, stderr: '' })
    const told = JSON.parse(report.stdout)
    expect(told).toMatchObject({
      ...{ html: page, result: { status: 'verified' } },
      tasks: [{ spec: 'limits', task: '1', attempts: [{ n: 0 }, { n: 1 }, { n: 2 }], verdict: { status: 'verified' } }],
    })
    const html = await readFile(page, 'utf8')
    expect(elementsOf(html).filter(({ name }) => name === 'details').length).toBeGreaterThan(5)
    for (const words of [
      'Attempt 2',
      'the smallest failing case',
      '+export function clamp',
      'Every limit is applied',
      'From requirement',
    ])
      expect(html).toContain(words)
    expect(html).toContain('WHEN a value lies above the upper limit')
    expect(html).not.toContain(secret)
    expect(await repository.snapshot()).toEqual(repository.remembered())

    const id = run.result.journal!.split('/').at(-1)!
    expect((await start(repository, ['report', id.slice(0, 12)])).code).toBe(0)
    const unknown = await start(repository, ['report', 'yesterday'])
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toContain(`There is no journal of a run "yesterday". There are: ${id}.`)
  })

  it('says what to do where there has been no run', async () => {
    const repository = await makeRepository()
    const { code, stderr } = await start(repository, ['report'])
    expect(code).toBe(2)
    expect(stderr).toContain('There is none in this repository: `agent next` writes the first.')
  })
})
