import { existsSync } from 'node:fs'
import { chmod, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockRepository } from '../src/io/git/run-lock.ts'
import { type AgentRun, eventsOf, next } from './support/agent.ts'
import { AUTHOR, block, CLAMP_TASKS, RIGHT } from './support/clamp.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'
import { type ScriptedModel, scriptModel } from './support/scripted-model.ts'

const WAITING = 'specproof/limits--1'

function expectWaiting(run: AgentRun): void {
  expect(run.result, run.result.message).toMatchObject({ status: 'git', exitCode: 9 })
  expect(run.result.message).toContain('Task 1 is verified, but it could not land: ')
  expect(run.result.message).toContain(`The commit waits on branch ${WAITING}; the next run lands it.`)
  expect(eventsOf(run, 'landed')).toMatchObject([{ ref: null, waiting: WAITING }])
  expect(run.result.tasks).toMatchObject([{ status: 'git', commit: eventsOf(run, 'landed')[0]!.commit }])
}

/** The next run lands what waits, without a question to the model, and leaves no branch behind. */
async function expectLandsNow(repository: TestRepository, model: ScriptedModel): Promise<AgentRun> {
  const asked = model.server.requests.length
  const run = await next(repository, model)
  expect(run.result, run.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
  expect(model.server.requests).toHaveLength(asked)
  expect(await repository.git('for-each-ref', 'refs/heads/specproof')).toBe('')
  expect(await repository.git('rev-parse', 'HEAD')).toBe(run.result.tasks[0]!.commit)
  expect(await repository.git('log', '-1', '--format=%(trailers:key=Verdict,valueonly)')).toBe('verified')
  expect(await repository.read('specs/limits/tasks.md')).toContain('- [x] 1. Implement clamping')
  return run
}

describe('a verified commit that cannot land', () => {
  it('because an ignored file is in the way waits on a branch, and lands once that is moved away', async () => {
    const repository = await makeRepository({
      files: {
        '.gitignore': 'node_modules/\nsrc/\n*.ignored\n',
        'specs/limits/tasks.md': `${CLAMP_TASKS.trimEnd()}\n  - Allows: src/clamp.ts\n`,
      },
    })
    await repository.git('config', 'merge.autoStash', 'true')
    for (const hook of ['post-merge', 'post-commit', 'reference-transaction', 'post-checkout']) {
      await repository.write({ [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch ${repository.around}/hook-ran\n` })
      await chmod(join(repository.dir, '.git/hooks', hook), 0o755)
    }
    await repository.write({ 'src/clamp.ts': '// my own, never committed\n' })
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })

    const run = await next(repository, model)
    expectWaiting(run)
    expect(run.result.message).toContain('src/clamp.ts')

    const still = await next(repository, model)
    expect(still.result).toMatchObject({ status: 'git', exitCode: 9 })
    expect(still.result.message).toContain('The verified commit of task 1 still cannot land: ')

    await rename(join(repository.dir, 'src/clamp.ts'), join(repository.dir, 'my.ignored'))
    const landed = await expectLandsNow(repository, model)
    expect(landed.result.tasks[0]!.commit).toBe(run.result.tasks[0]!.commit)
    expect(await repository.read('my.ignored')).toBe('// my own, never committed\n')
    expect(model.server.requests).toHaveLength(2)
    expect(existsSync(join(repository.around, 'hook-ran'))).toBe(false)
  })

  it('because of uncommitted changes leaves them alone; what is not in the way does not matter', async () => {
    const repository = await makeRepository({ files: { 'src/index.ts': '// one\n', 'src/other.ts': '// two\n' } })
    await repository.write({ 'src/other.ts': '// mine\n', 'src/index.ts': '// mine\n', 'new.txt': 'mine\n' })
    await repository.git('add', 'new.txt')
    const exported = block('src/index.ts', '// one\n', "export { clamp } from './clamp.ts'\n")
    const model = await scriptModel({ author: [AUTHOR], implementer: [`${RIGHT}\n\n${exported}`] })

    const run = await next(repository, model)
    expectWaiting(run)
    expect(run.result.message).toContain('src/index.ts')
    expect(run.result.message).not.toContain('src/other.ts')

    await repository.git('checkout', '--', 'src/index.ts')
    await expectLandsNow(repository, model)
    expect(await repository.git('status', '--porcelain')).toBe('A  new.txt\n M src/other.ts')
  })

  it('because another branch was checked out meanwhile lands on the one it was made for', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({
      author: [AUTHOR],
      implementer: [
        async () => {
          await repository.git('checkout', '--quiet', '-b', 'elsewhere')
          await repository.remember()
          return RIGHT
        },
      ],
    })

    const run = await next(repository, model)
    expectWaiting(run)
    expect(run.result.message).toContain('HEAD was on main and is now on elsewhere')

    await repository.git('checkout', '--quiet', 'main')
    await expectLandsNow(repository, model)
    expect(await repository.git('rev-parse', 'elsewhere')).toBe(await repository.git('rev-parse', 'main^'))
  })

  it('because its branch moved is judged again on the new base, or named as a conflict', async () => {
    const repository = await makeRepository()
    const more = `${CLAMP_TASKS}\n- [ ] 2. Write it down\n`
    const model = await scriptModel({
      author: [AUTHOR],
      implementer: [
        async () => {
          await repository.commit({ 'specs/limits/tasks.md': more, 'notes.txt': 'by somebody else\n' }, 'Meanwhile')
          await repository.remember()
          return RIGHT
        },
      ],
    })

    const run = await next(repository, model)
    expectWaiting(run)
    expect(run.result.message).toMatch(/main moved from [0-9a-f]{7} to [0-9a-f]{7}/)
    const meanwhile = await repository.git('rev-parse', 'HEAD')

    await repository.commit({ 'src/clamp.ts': 'export const clamp = null\n' }, 'The same file')
    const conflict = await next(repository, model)
    expect(conflict.result).toMatchObject({ status: 'git', exitCode: 9 })
    expect(conflict.result.message).toContain(
      `The verified commit on ${WAITING} no longer fits: src/clamp.ts changed meanwhile.`,
    )
    expect(await repository.git('rev-parse', WAITING)).toBe(run.result.tasks[0]!.commit)

    await repository.git('reset', '--quiet', '--hard', meanwhile)
    const landed = await expectLandsNow(repository, model)
    expect(eventsOf(landed, 'check.finished').map((event) => `${event.stage} ${event.status}`)).toEqual([
      ...['build empty', 'tests passed', 'property passed', 'final passed'],
    ])
    expect(await repository.git('rev-parse', 'HEAD^')).toBe(meanwhile)
    expect(await repository.read('specs/limits/tasks.md')).toBe(more.replace('[ ] 1', '[x] 1'))
    expect(await repository.git('log', '-1', '--format=%(trailers:key=Model,valueonly)')).toContain(
      'openai-compatible/scripted',
    )
  })

  it('because nobody wanted it to waits as well, and is not made twice', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })

    const kept = await next(repository, model, ['--no-land'])
    expect(kept.result, kept.result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(kept.result.message).toBe(`Task 1 is verified; the commit is on branch ${WAITING}.`)
    expect(await repository.git('rev-parse', WAITING)).toBe(kept.result.tasks[0]!.commit)

    const again = await next(repository, model, ['--no-land'])
    expect(again.result).toMatchObject({ status: 'nothing', exitCode: 0 })
    expect(again.result.message).toContain(`its commit waits on branch ${WAITING}`)
    await expectLandsNow(repository, model)
  })
})

describe('two runs in one repository', () => {
  it('are not let in at once: the second ends before anybody is paid, and changes nothing', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    const lock = await lockRepository(join(repository.dir, '.git'), 'the first')
    const run = await next(repository, model)
    expect(run.result).toMatchObject({ status: 'git', exitCode: 9 })
    expect(run.result.message).toContain(`another run works in this repository: the first, process ${process.pid}`)
    expect(model.server.requests).toHaveLength(0)
    await lock.release()
    expect((await next(repository, model)).result).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(existsSync(join(repository.dir, '.git', 'specproof.lock'))).toBe(false)
  })
})
