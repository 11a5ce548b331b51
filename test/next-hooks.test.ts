import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type AgentRun, agent, eventsOf } from './support/agent.ts'
import { lightRight, lightSums, taskIn } from './support/many.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

const said = (run: AgentRun) =>
  eventsOf(run, 'hook.finished').map(({ hook, ok, message }) => `${hook}${ok ? '' : `: ${message}`}`)

it('commands of the user are told of each task, and what fails of them makes nothing green or red but a task that was not begun', async () => {
  const tasks = [{ n: 1 }, { n: 2 }, { n: 3 }]
  const settings = (await lightSums([]))['agent.yaml']
  const hooks = (text: string) => ({ 'agent.yaml': `${settings}hooks:\n${text}` })
  const log = (name: string) =>
    `{ printf '%s ' ${name} "$SPECPROOF_HOOK" "\${OPENAI_API_KEY-none}"; cat; } >> "$HOME/hooks.log"`
  const repository = await makeRepository({
    files: {
      ...lightSums(tasks),
      ...hooks(
        `  before_task: '${log('before').replaceAll("'", "''")}'\n  after_task: ['${log('after').replaceAll("'", "''")}', 'echo sorry >&2; exit 7', 'echo never']\n  on_failure: '${log('failed').replaceAll("'", "''")}'\n`,
      ),
    },
    packages: null,
  })
  const wrong = new Set([2])
  const reply = (n: number) => lightRight(n, wrong.has(n) ? n + 1 : n)
  const model = await scriptModel({ implementer: Array.from({ length: 9 }, () => (request) => reply(taskIn(request))) })
  const run = (...args: string[]) => agent(repository, ['run', '--keep-going', ...model.args, ...args], { model })

  const first = await run()
  expect(first.result.tasks.map(({ task, status }) => `${task} ${status}`)).toEqual([
    '1 checked',
    '2 failed',
    '3 checked',
  ])
  expect(first.result).toMatchObject({ status: 'failed', exitCode: 3 })
  const sorry = 'after_task: ended with exit code 7: sorry'
  expect(said(first)).toEqual([
    ...['before_task', 'after_task', sorry],
    ...['before_task', 'on_failure', 'after_task', sorry],
    ...['before_task', 'after_task', sorry],
  ])
  const path = join(repository.env['HOME']!, 'hooks.log')
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  const words = lines.map((line) => line.split(' ').slice(0, 3).join(' '))
  expect(words).toEqual([
    ...['before before_task none', 'after after_task none'],
    ...['before before_task none', 'failed on_failure none', 'after after_task none'],
    ...['before before_task none', 'after after_task none'],
  ])
  const events = lines.map((line) => JSON.parse(line.split(' ').slice(3).join(' ')))
  expect(events[0]).toMatchObject({ spec: 'sums', task: '1', title: 'Implement f1', branch: 'refs/heads/main' })
  expect(events[1]).toMatchObject({ task: '1', status: 'checked', exitCode: 0, commit: first.result.tasks[0]!.commit })
  expect(events[3]).toMatchObject({ task: '2', status: 'failed', exitCode: 3, commit: null })
  await rm(path)

  const asked = model.server.requests.length
  await repository.commit(hooks("  before_task: ['sleep 60']\n  after_task: 'exit 0'\n  seconds: 0.3\n"))
  const slow = await run()
  expect(slow.result).toMatchObject({ status: 'environment', exitCode: 10 })
  expect(slow.result.message).toBe('before_task: `sleep 60` did not end within 0.3 s (hooks.seconds)')
  expect(said(slow)).toEqual(['before_task: did not end within 0.3 s (hooks.seconds)', 'after_task'])
  expect(model.server.requests).toHaveLength(asked)
})
