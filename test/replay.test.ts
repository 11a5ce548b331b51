import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockRepository } from '../src/io/git/run-lock.ts'
import { eventsOf, next, start } from './support/agent.ts'
import { AUTHOR, RIGHT, WRONG } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

describe('agent replay', () => {
  it('decides the same and makes the same tree, long after, with no model there and nothing changed', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: ['NEED package.json', WRONG, RIGHT] })
    const run = await next(repository, model)
    expect(run.code, run.result.message).toBe(0)
    const asked = model.server.requests.length
    await repository.commit({ 'agent.yaml': 'attempts: 1\n', 'src/clamp.ts': 'export {}\n' })
    await repository.remember()

    const replay = await start(repository, ['replay', 'last', '--json'])

    expect(replay.code, replay.stderr).toBe(0)
    const lines = replay.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toEqual({ type: 'replay.result', same: true, difference: null })
    expect(lines.find((line) => line.type === 'commit').tree).toBe(eventsOf(run, 'commit')[0]!.tree)
    expect(lines.filter((line) => line.type === 'verdict').map((line) => line.status)).toEqual(['failed', 'verified'])
    expect(model.server.requests).toHaveLength(asked)
    expect(replay.stderr).toMatch(/landed +[0-9a-f]{7,} on main then, not now\n/)
    expect(await repository.snapshot()).toEqual(repository.remembered())
  })

  it('says where it differs when an answer is not the same', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    const run = await next(repository, model)
    const replies = join(run.result.journal!, 'replies')
    const name = (await readdir(replies)).find((file) => /implementer.*md$/.test(file))!
    await writeFile(join(replies, name), WRONG)

    const replay = await start(repository, ['replay', run.result.journal!.split('/').at(-1)!])

    expect(replay.code).toBe(1)
    expect(replay.stderr).toMatch(/differs\.\n {2}then: attempt 1 verified\n {2}now: {2}attempt 1 failed\n$/)
    expect(await readFile(join(repository.dir, 'src/clamp.ts'), 'utf8')).toContain('Math')
  })

  it('does not begin, and compares nothing, while another run is at work', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    await next(repository, model)
    const lock = await lockRepository(join(repository.dir, '.git'), 'the first')
    const replay = await start(repository, ['replay', 'last'])
    expect(replay.code).toBe(9)
    expect(replay.stderr).toMatch(/^agent: another run works .*\nexit 9: see \S+#exit-9\n$/)
    await lock.release()
  })

  it('names the runs that there are', async () => {
    const repository = await makeRepository()
    const replay = await start(repository, ['replay', 'nothing'])
    expect(replay.code).toBe(2)
    expect(replay.stderr).toContain('No journal of a run "nothing"')
  })
})
