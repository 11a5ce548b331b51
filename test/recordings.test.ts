import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EventOf } from '../src/core/events.ts'
import { agent, eventsOf } from './support/agent.ts'
import { makeJobQueue, RECORDING } from './support/job-queue.ts'

const RECORDINGS = join(RECORDING, '..')
const LIGHT = 'level: { seeds: 2, runs: 100, schedules: 300, chaosSeconds: 0, maxMinutes: 2 }\n'
const PLANTED = readdirSync(RECORDINGS).filter((name) => name.startsWith('planted-'))

const recorded = (name: string) => ['--model', `recorded/${join(RECORDINGS, name)}`]

describe('the recording of the demo', () => {
  it('says who answered, and every reply says which prompt it answered', () => {
    const info = JSON.parse(readFileSync(join(RECORDING, 'recording.json'), 'utf8')) as { model: string; note: string }
    expect(info.model).not.toBe('')
    expect(info.note).toContain('bridge')
    const replies = readdirSync(RECORDING, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(author|implementer)-\d+-\d+\.json$/.test(name),
    )
    expect(replies.length).toBeGreaterThanOrEqual(8)
    for (const name of replies) {
      const reply = JSON.parse(readFileSync(join(RECORDING, name), 'utf8')) as {
        promptVersion: string
        promptHash: string
      }
      expect(reply.promptVersion).toMatch(/^[0-9a-f]{12}$/)
      expect(reply.promptHash).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  it('replays a chaos task to a verified commit, without a network', async () => {
    const repository = await makeJobQueue(LIGHT)
    const first = await agent(repository, ['next', '--task', '3', ...recorded('job-queue')])
    expect(first.result).toMatchObject({ status: 'verified', exitCode: 0 })
    const second = await agent(repository, ['next', '--task', '4', ...recorded('job-queue')])
    expect(second.result).toMatchObject({ status: 'verified', exitCode: 0 })
    const schedules = second.result.tasks[0]?.evidence.chaos?.schedules ?? 0
    expect(schedules).toBeGreaterThanOrEqual(300)
    expect(eventsOf(second, 'model.finished')[0]?.note).toContain('replayed')
  })
})

describe('the recording of a retry', () => {
  it('is verified at the second attempt, which got the counterexample of the first', async () => {
    const repository = await makeJobQueue(LIGHT)
    await agent(repository, ['next', '--task', '3', ...recorded('job-queue')])
    const run = await agent(repository, ['next', '--task', '4', ...recorded('retry')])
    expect(run.result).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(run.result.tasks[0]?.attempts).toBe(2)
    expect(eventsOf(run, 'verdict').map((verdict) => verdict.status)).toEqual(['failed', 'verified'])
  })
})

describe('planted recordings', () => {
  it('a threshold that is too high and a timer that is not cancelled are among them', () => {
    expect(PLANTED).toEqual(expect.arrayContaining(['planted-46-seconds', 'planted-timer-not-cancelled']))
  })

  it.each(PLANTED)('%s is refused with the shrunk counterexample', async (name) => {
    const label = (JSON.parse(readFileSync(join(RECORDINGS, name, 'recording.json'), 'utf8')) as { label: string })
      .label
    expect(label).toContain('planted')
    const repository = await makeJobQueue(LIGHT)
    await agent(repository, ['next', '--task', '3', ...recorded('job-queue')])
    const run = await agent(repository, ['next', '--task', '4', ...recorded(name)])
    expect(run.result).toMatchObject({ status: 'failed', exitCode: 3 })
    expect(run.result.tasks[0]?.commit).toBeNull()
    const found = eventsOf(run, 'check.finished')
      .map((event: EventOf<'check.finished'>) => event.counterexample)
      .find((counterexample) => counterexample?.value)
    expect(found?.value).not.toBe('')
    expect(found?.seed).not.toBeNull()
    expect(run.stderr).toContain('replay')
  })
})
