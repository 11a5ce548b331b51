import { describe, expect, it } from 'vitest'
import { type AgentRun, agent, eventsOf } from './support/agent.ts'
import { type SumTask, sumAuthor, sumRight, sumsSpec, taskIn } from './support/many.ts'
import type { ScriptRequest } from './support/model-server.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

type Reply = (n: number, request: ScriptRequest) => string | Promise<string>

async function sums(tasks: SumTask[], implement: Reply = (n) => sumRight(n), author: Reply = (n) => sumAuthor(n)) {
  const repository = await makeRepository({ files: sumsSpec(tasks) })
  const many = (reply: Reply) =>
    Array.from({ length: 30 }, () => (request: ScriptRequest) => reply(taskIn(request), request))
  const model = await scriptModel({ author: many(author), implementer: many(implement) })
  const run = (...args: string[]) => agent(repository, ['run', ...model.args, ...args], { model })
  return { repository, model, run }
}

const ticked = async (repository: TestRepository) =>
  [...(await repository.read('specs/sums/tasks.md')).matchAll(/\[x\] (\d+)/g)].map((match) => Number(match[1]))

const subjects = async (repository: TestRepository) =>
  (await repository.git('log', '--format=%s', '--reverse')).split('\n').slice(1)

const outcomes = (run: AgentRun) => run.result.tasks.map(({ task, status }) => `${task} ${status}`)

describe('several tasks at work at once', () => {
  it('are asked about together, land in order, each judged on top of what landed before it', async () => {
    let arrived = 0
    let all = () => {}
    const together = new Promise<void>((resolve) => {
      all = resolve
    })
    // Nobody is answered before three are asked; the third task is not among them, since it needs the first.
    const wait: Reply = async (n) => {
      if (++arrived === 3) all()
      await together
      return sumRight(n)
    }
    const { repository, run } = await sums([{ n: 1 }, { n: 2 }, { n: 3, lines: ['Depends: 1'] }, { n: 4 }], wait)
    const done = await run('--parallel', '3')
    expect(done.result, done.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(outcomes(done)).toEqual(['1 verified', '2 verified', '3 verified', '4 verified'])
    expect(await ticked(repository)).toEqual([1, 2, 3, 4])
    expect(await subjects(repository)).toEqual([1, 2, 3, 4].map((n) => `sums: implement f${n} (task ${n})`))
    const landed = eventsOf(done, 'landed').filter(({ ref }) => ref !== null)
    expect(landed.map(({ task }) => task)).toEqual(['1', '2', '3', '4'])
    expect(await repository.git('for-each-ref', 'refs/heads/specproof')).toBe('')
  })
})
