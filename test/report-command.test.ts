import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { EVENT_VERSION } from '../src/core/event-version.ts'
import { resultWithoutRun } from '../src/core/result.ts'
import { next, start } from './support/agent.ts'
import { AUTHOR, RIGHT, WRONG } from './support/clamp.ts'
import { holdRepository } from './support/hold.ts'
import { elementsOf } from './support/markup.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'

/** What people read, line by line. */
async function textOf({ dir, env }: Awaited<ReturnType<typeof makeRepository>>, args: string[]): Promise<string[]> {
  const agent = join(import.meta.dirname, '../bin/agent.js')
  const { stdout } = await promisify(execFile)(process.execPath, [agent, '--cwd', dir, ...args], { env })
  return stdout.split('\n')
}

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
    const [run1, outcome, blank, where, ...more] = await textOf(repository, ['report', '--html', page])
    expect([run1, outcome]).toEqual([expect.stringMatching(/^Run /), expect.stringMatching(/outcome +verified/)])
    expect([blank, where, ...more]).toEqual(['', `Written: ${page}`, ''])
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
    expect(unknown.stderr).toContain(
      `There is no journal of a run "yesterday". There are: ${id}; \`agent report --list\` tells of all.`,
    )
  })

  it('means the last run that did something, as replay does, and lists all of them', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    const idOf = (run: { result: { journal: string | null } }) => run.result.journal!.split('/').at(-1)!
    const first = await next(repository, model)
    // A run of an older version, which made one of nothing, too.
    const second = '29981231T235959-abcdef'
    const result = { v: 1, t: 9, ...resultWithoutRun('nothing', 'Nothing is left to do.') }
    await repository.write({ [`.agent/runs/${second}/events.jsonl`]: `${JSON.stringify(result)}\n` })
    const replay = await start(repository, ['replay', 'last'])
    expect(replay.stderr).toContain(`The replay of ${idOf(first)} decided the same`)
    expect(JSON.parse((await start(repository, ['report'])).stdout).run.run).toBe(idOf(first))
    // A run that was killed.
    await repository.write({
      '.agent/runs/29991231T235959-abcdef/events.jsonl': `${JSON.stringify(first.events.find(({ type }) => type === 'task.selected'))}\n`,
    })

    const { code, stdout } = await start(repository, ['report', '--list'])

    expect(code).toBe(0)
    const { runs, ...rest } = JSON.parse(stdout)
    expect(rest).toEqual({ type: 'report.runs' })
    const task = { spec: 'limits', task: '1' }
    expect(runs).toMatchObject([
      { run: idOf(first), status: 'verified', exitCode: 0, tasks: [{ ...task, status: 'verified' }], replays: null },
      { status: 'verified', replays: idOf(first) },
      { run: second, status: 'nothing', exitCode: 0, tasks: [], replays: null },
      { began: '2999-12-31T23:59:59Z', status: 'killed', exitCode: null, tasks: [{ ...task, status: null }] },
    ])
    const lines = await textOf(repository, ['report', '--list'])
    expect(lines).toHaveLength(6)
    expect(lines[1]).toMatch(/^\S+ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}verified {2}limits\/1$/)
    expect(lines[2]).toMatch(new RegExp(`  replay of ${idOf(first)}: limits/1$`))
    expect(lines[4]).toMatch(/ {2}2999-12-31 23:59:59 {2}killed {4}limits\/1$/)
    expect(await start(repository, ['report', 'last', '--list'])).toMatchObject({ code: 2, stdout: '' })
  })

  it('tells of a run at work how long it has been since its start, whatever its last event says', async () => {
    const repository = await makeRepository()
    const run = '20200101T000000-abcdef'
    const began = {
      ...{ v: EVENT_VERSION, t: 1_000, type: 'run.started', run, model: 'none', base: 'a'.repeat(40) },
      ...{ branch: 'refs/heads/main', journal: `.agent/runs/${run}`, note: null },
    }
    await repository.write({ [`.agent/runs/${run}/events.jsonl`]: `${JSON.stringify(began)}\n` })
    const told = async () => JSON.parse((await start(repository, ['report', run])).stdout)
    // Killed: nothing tells how long it went on.
    expect(await told()).toMatchObject({ atWork: false, ms: 1_000 })
    await holdRepository(join(repository.dir, '.git'), run)
    const { atWork, ms } = await told()
    expect(atWork).toBe(true)
    expect(ms).toBeGreaterThan(Date.parse('2026-01-01') - Date.parse('2020-01-01'))
    expect((await textOf(repository, ['report', run])).find((line) => /^ *time /.test(line))).toMatch(
      / [\d,]{5,} h \d\d min$/,
    )
  })

  it('writes a page of .agent/ to the top of the repository, from whatever folder, and makes its folder', async () => {
    const repository = await makeRepository({ files: { 'deep/er/here.txt': 'here\n' } })
    const model = await scriptModel({ author: [AUTHOR], implementer: [RIGHT] })
    expect((await next(repository, model)).code).toBe(0)
    const cwd = join(repository.dir, 'deep', 'er')
    const top = join(repository.dir, '.agent')

    const written = async (...args: string[]) => {
      const { code, stderr, stdout } = await start(repository, args, { cwd })
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout).html
    }
    expect(await written('report', '--html', '.agent/report.html')).toBe(join(top, 'report.html'))
    expect(await written('report', '--html', './.agent/pages/one.html')).toBe(join(top, 'pages', 'one.html'))
    expect(await written('report', '--html', '.agent/../one.html')).toBe(join(cwd, 'one.html'))
    expect(await written('report', '--html', '.agents.html')).toBe(join(cwd, '.agents.html'))
    await rm(top, { recursive: true })
    await rm(join(repository.dir, '.git', 'info', 'exclude'))
    await written('trace', '--html', '.agent/trace.html')

    expect(await readdir(top)).toEqual(['trace.html'])
    expect(await repository.git('status', '--porcelain')).toBe('?? deep/er/.agents.html\n?? deep/er/one.html')
    const elsewhere = await start(repository, ['report', '--html', 'pages/one.html'], { cwd })
    expect(elsewhere).toMatchObject({ code: 2, stdout: '' })
    const help = (await textOf(repository, ['report', '--help'])).join(' ').replace(/\s+/g, ' ')
    expect(help).toContain('.agent/FILE lies at the top of the repository')
  })

  it('says what to do where there has been no run', async () => {
    const repository = await makeRepository()
    expect((await textOf(repository, ['report', '--list'])).join('')).toContain('`agent next` writes the first.')
    const { code, stderr } = await start(repository, ['report'])
    expect(code).toBe(2)
    expect(stderr).toContain('There is none in this repository: `agent next` writes the first.')
  })
})
