import { existsSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockRepository } from '../../src/io/git/run-lock.ts'
import { start } from '../support/agent.ts'
import { makeRepository } from '../support/repository.ts'

const MONTH_AGO = new Date(Date.now() - 30 * 24 * 3_600_000)

describe('agent clean', () => {
  it('removes old journals, and neither commits that are not merged nor the run that the next one goes on with', async () => {
    const repository = await makeRepository({ packages: null })
    const run = async (name: string, result: string | null, old: boolean, more: object = {}) => {
      const dir = join(repository.dir, '.agent', 'runs', name)
      await mkdir(dir, { recursive: true })
      const end = result === null ? '' : `${JSON.stringify({ v: 1, t: 1, type: 'run.result', status: result })}\n`
      await writeFile(
        join(dir, 'run.json'),
        JSON.stringify({ version: 4, wanted: {}, settings: {}, branch: 'refs/heads/main', ...more }),
      )
      await writeFile(join(dir, 'events.jsonl'), end)
      if (old)
        for (const path of [join(dir, 'run.json'), join(dir, 'events.jsonl'), dir])
          await utimes(path, MONTH_AGO, MONTH_AGO)
      return dir
    }
    const old = await run('20260101T000000-aaaaaa', 'verified', true)
    const young = await run('20260102T000000-bbbbbb', 'verified', false)
    // What the first of a chain was answered, its last run has from there.
    const chain = [
      await run('20260103T000000-cccccc', 'provider', true),
      await run('20260104T000000-dddddd', 'budget', true, { resumes: '20260103T000000-cccccc' }),
      await run('20260105T000000-eeeeee', null, true, { resumes: '20260104T000000-dddddd' }),
    ]
    const commit = await repository.git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'limits: waits (task 1)')
    await repository.git('branch', 'specproof/limits--1', commit)
    await repository.git('branch', 'specproof/limits--2', 'HEAD')

    const dry = await start(repository, ['clean', '--dry-run'])
    expect(dry.code, dry.stderr).toBe(0)
    const told = JSON.parse(dry.stdout)
    expect(told).toMatchObject({ dryRun: true, removed: [{ path: old, why: 'older than 14 days' }] })
    expect(existsSync(old)).toBe(true)

    const lock = await lockRepository(join(repository.dir, '.git'), 'the first')
    expect((await start(repository, ['clean'])).code).toBe(9)
    await lock.release()

    const clean = await start(repository, ['clean'])
    expect(clean.code, clean.stderr).toBe(0)
    const cleaned = JSON.parse(clean.stdout)
    expect([old, young, ...chain].map((dir) => existsSync(dir))).toEqual([false, true, true, true, true])
    const needed = 'the next run goes on with it'
    expect(cleaned.kept.runs).toMatchObject([{ path: young }, ...chain.map((path) => ({ path, needed }))])
    expect(cleaned.unmerged).toEqual([{ branch: 'specproof/limits--1', commit, subject: 'limits: waits (task 1)' }])
    // What had landed is part of HEAD.
    expect(cleaned.recovered).toEqual(['branch specproof/limits--2 removed: its commit had landed'])
    expect(await repository.git('branch', '--format=%(refname:short)')).toBe('main\nspecproof/limits--1')
  })
})
