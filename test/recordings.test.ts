import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agent, eventsOf } from './support/agent.ts'
import { makeJobQueue, RECORDING } from './support/job-queue.ts'
import { expectRefused, recorded } from './support/refused.ts'
import { sample } from './support/sample.ts'

const RECORDINGS = join(RECORDING, '..')
const LIGHT = 'level: { seeds: 2, runs: 100, schedules: 300, chaosSeconds: 0, mutants: 12, maxMinutes: 2 }\n'
// Those in other languages are tried with theirs.
const PLANTED = readdirSync(RECORDINGS).filter(
  (name) => name.startsWith('planted-') && existsSync(join(RECORDINGS, name, 'job-queue')),
)

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

  it('replays a chaos task to a verified commit, a retry to one, and refuses what is planted', async () => {
    const repository = await makeJobQueue(LIGHT)
    const next = (task: string, name: string) => agent(repository, ['next', '--task', task, ...recorded(name)])
    const first = await next('3', 'job-queue')
    expect(first.result).toMatchObject({ status: 'verified', exitCode: 0 })
    const before = await repository.git('rev-parse', 'HEAD')
    // Nothing is remembered from one recording to the next.
    const fresh = async () => {
      await repository.git('reset', '--quiet', '--hard', before.trim())
      await rm(join(repository.dir, '.agent'), { recursive: true, force: true })
    }

    const second = await next('4', 'job-queue')
    expect(second.result).toMatchObject({ status: 'verified', exitCode: 0 })
    const schedules = second.result.tasks[0]?.evidence.chaos?.schedules ?? 0
    expect(schedules).toBeGreaterThanOrEqual(300)
    const teeth = second.result.tasks[0]?.evidence.teeth
    expect(teeth?.total).toBeGreaterThanOrEqual(8)
    expect(teeth?.killed).toBeGreaterThan((teeth?.total ?? 0) / 2)
    expect(eventsOf(second, 'model.finished')[0]?.note).toContain('replayed')

    await fresh()
    const retried = await next('4', 'retry')
    expect(retried.result).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(retried.result.tasks[0]?.attempts).toBe(2)
    expect(eventsOf(retried, 'verdict').map((verdict) => verdict.status)).toEqual(['failed', 'verified'])

    expect(PLANTED).toEqual(expect.arrayContaining(['planted-46-seconds', 'planted-timer-not-cancelled']))
    for (const name of sample('planted replies', PLANTED, 1)) {
      await fresh()
      expectRefused(name, await next('4', name))
    }
  })
})
