import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plainText } from '../src/ui/line.ts'
import { type RunAtWork, statusLines } from '../src/ui/status.ts'
import { start } from './support/agent.ts'
import { AUTHOR, CLAMP_REQUIREMENTS, CLAMP_RIGHT, CLAMP_SPEC, CLAMP_TASKS, CLAMP_TEST, RIGHT } from './support/clamp.ts'
import { holdRepository } from './support/hold.ts'
import { landed } from './support/landed.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'
import { HAS_TMUX, openTerminal } from './support/terminal.ts'
import { twoAttempts } from './ui/fixture.ts'

const TICKED = CLAMP_TASKS.replace('[ ]', '[x]')
const CLAMPED = { 'specs/limits/tasks.md': TICKED, 'src/clamp.ts': CLAMP_RIGHT, 'test/clamp.test.ts': CLAMP_TEST }

async function status(repository: TestRepository) {
  const { code, stdout, stderr } = await start(repository, ['status'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as { specs: Record<string, unknown>[] }
}

describe('agent status', () => {
  it('tells of each spec what is done, what is next and why nothing else is', async () => {
    const repository = await makeRepository({
      files: {
        ...Object.fromEntries(Object.entries(CLAMP_SPEC).map(([path, text]) => [`.kiro/${path}`, text])),
        '.kiro/specs/login/tasks.md': '- [x] 1. A\n- [!] 2. B\n- [ ] 3. C\n- [ ]* 4. D\n',
      },
    })
    const { specs } = await status(repository)
    expect(specs).toMatchObject([
      { id: '.kiro/specs/limits', dir: '.kiro/specs/limits', dialect: 'kiro', next: '1', waiting: [], stale: [] },
      {
        ...{ id: 'login', dir: '.kiro/specs/login', next: null },
        tasks: { total: 4, done: 1, open: 2, blocked: 1 },
        waiting: [{ id: '2', why: 'is marked as blocked [!]' }, { id: '3' }, { id: '4' }],
      },
      { id: 'specs/limits', dir: 'specs/limits', dialect: 'specproof', next: '1' },
    ])
    for (const { id, lint } of specs) {
      const { stdout } = await start(repository, ['lint', id as string])
      const { error, warning } = (JSON.parse(stdout) as { counts: Record<string, number> }).counts
      expect(lint).toEqual({ error, warning })
    }
  })

  it('tells of one spec where it is named, with the last commit of that one', async () => {
    const repository = await makeRepository()
    const commit = await landed(repository, CLAMPED)
    await repository.commit({ 'specs/login/tasks.md': '- [ ] 1. A\n' })
    for (const args of [['limits'], ['specs/limits/'], ['--spec', 'limits']]) {
      const { code, stdout } = await start(repository, ['status', ...args])
      expect({ code, told: JSON.parse(stdout) }).toMatchObject({
        code: 0,
        told: { specs: [{ id: 'limits' }], last: { commit } },
      })
    }
    const { stdout } = await start(repository, ['status', 'login'])
    expect(JSON.parse(stdout)).toMatchObject({ specs: [{ id: 'login', next: '1' }], last: null })
    const { code, stderr } = await start(repository, ['status', 'logn'])
    expect(`${code} ${stderr}`).toContain(
      '2 agent: There is no spec "logn" at HEAD; there are: limits, login. Did you mean "login"?',
    )
  })

  it('names a spec that is only in the checkout', async () => {
    const nothing = Object.fromEntries(Object.keys(CLAMP_SPEC).map((path) => [path, null]))
    const repository = await makeRepository({ files: nothing })
    expect(await status(repository)).toMatchObject({ specs: [], uncommitted: [] })
    await repository.write(CLAMP_SPEC)
    const there = { specs: [], withoutTasks: [], uncommitted: ['specs/limits'] }
    expect(await status(repository)).toMatchObject(there)
    const [line] = statusLines(there, { width: null, unicode: false }, new Date())
    expect(line?.spans.map(({ text }) => text).join('')).toMatch(/^No spec at HEAD: commit specs\/limits, since/)
  })

  it('tells of a run that was cut short where the next one goes on', async () => {
    const repository = await makeRepository()
    const events = [
      { type: 'task.selected', spec: 'limits', task: '1' },
      { type: 'check.started', stage: 'teeth' },
      { type: 'check.progress', stage: 'teeth' },
    ]
    const write = (lines: object[]) =>
      repository.write({
        '.agent/runs/20260114-1/run.json': '{"wanted":{}}',
        '.agent/runs/20260114-1/events.jsonl': `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`,
      })
    const told = async () => (await status(repository)) as unknown as Parameters<typeof statusLines>[0]
    expect((await told()).unfinished).toBe(null)
    await write(events)
    const cut = { run: '20260114-1', how: 'was killed', task: 'limits/1', stage: 'teeth' }
    expect((await told()).unfinished).toEqual(cut)
    await write([...events, { type: 'run.result', status: 'interrupted', tasks: [] }])
    const unfinished = { ...cut, how: 'was interrupted' }
    expect((await told()).unfinished).toEqual(unfinished)
    const spec = {
      ...{ id: 'limits', dialect: 'specproof', tasks: { total: 1, done: 0, blocked: 0 }, next: null },
      title: () => '',
    }
    const specs = [{ ...spec, waiting: [], lint: { error: 0, warning: 0 }, branches: [], stale: [] }]
    const lines = statusLines(
      { unfinished, specs, uncommitted: [], withoutTasks: [] },
      { width: null, unicode: true },
      new Date(),
    )
    expect(lines.at(-1)?.spans[0]?.text).toBe(
      'Run 20260114-1 was interrupted at teeth of limits/1; the next one with the same settings goes on from there.',
    )
    await write([...events, { type: 'run.result', status: 'verified', tasks: [] }])
    expect((await told()).unfinished).toBe(null)
  })

  it('tells of a run at work, and of none that was killed', async () => {
    const repository = await makeRepository()
    const run = '20260114-101502-7f3a'
    // Up to the second attempt of its task.
    const begun = twoAttempts.slice(0, twoAttempts.findIndex((one) => one.type === 'verdict') + 4)
    await repository.write({
      [`.agent/runs/${run}/run.json`]: '{"wanted":{}}',
      [`.agent/runs/${run}/events.jsonl`]: begun.map((one) => `${JSON.stringify(one)}\n`).join(''),
    })
    const child = await holdRepository(join(repository.dir, '.git'), run)
    const told = (await status(repository)) as unknown as Parameters<typeof statusLines>[0]
    expect(told).toMatchObject({
      unfinished: null,
      atWork: { run, host: null, tasks: [{ task: 'job-queue/2', attempt: 2, stage: 'implementer' }] },
    })
    const { stdout: traced } = await start(repository, ['trace'])
    expect(JSON.parse(traced)).toMatchObject({ atWork: { run } })
    const { stdout: running } = await start(repository, ['report'])
    expect(JSON.parse(running)).toMatchObject({ atWork: true, result: null })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await status(repository)).toMatchObject({ atWork: null, unfinished: { run, how: 'was killed' } })
    const { stdout: killed } = await start(repository, ['report'])
    expect(JSON.parse(killed)).toMatchObject({ atWork: false, result: null })
  })

  it('says it in a line for each task, and marks the next one as taken', () => {
    const now = new Date(2026, 0, 14, 12, 30)
    const at = (hours: number, minutes: number, day = 14) => new Date(2026, 0, day, hours, minutes).toISOString()
    const spec = {
      ...{ id: 'first', dialect: 'specproof', tasks: { total: 2, done: 0, blocked: 0 }, next: '1', waiting: [] },
      ...{ lint: { error: 0, warning: 0 }, branches: [], stale: [], title: () => 'Slugs' },
    }
    const shown = (atWork: RunAtWork | null) =>
      statusLines({ atWork, specs: [spec], uncommitted: [], withoutTasks: [] }, { width: null, unicode: true }, now)
        .map(plainText)
        .join('\n')
    const task = { task: 'first/1', since: at(12, 3), attempt: 2, stage: 'tests' }
    expect(shown({ run: 'R', host: null, since: at(12, 0), tasks: [task] })).toBe(
      'first  0 of 2 tasks done\n  at work  1  Slugs\n\nfirst/1  at work since 12:03, attempt 2, tests (run R)',
    )
    expect(shown({ run: 'R', host: null, since: at(23, 9, 13), tasks: [] })).toMatch(
      /\n {2}next {2}1 {2}Slugs\n\nRun R is at work since 2026-01-13 23:09$/,
    )
    const elsewhere = { run: 'R', host: 'box', since: at(12, 0), tasks: [{ ...task, attempt: 0, stage: 'author' }] }
    expect(shown(elsewhere)).toMatch(
      /since 12:03, author \(run R on box, where nobody here can look whether it still lives\)$/,
    )
    expect(shown(null)).toMatch(/Slugs$/)
    const last = { spec: 'first', task: '2', verdict: 'verified', commit: '4f2a1bc0000000000000000000000000000000aa' }
    const lines = statusLines(
      { last, specs: [spec], uncommitted: [], withoutTasks: [] },
      { width: 80, unicode: true },
      now,
    )
    expect(lines.map(plainText).at(-1)).toBe('Last verified: first/2, commit 4f2a1bc')
  })

  it('tells of commits that wait on branches, and of evidence for words that have changed', async () => {
    const repository = await makeRepository()
    const commit = await landed(repository, CLAMPED)
    const last = { spec: 'limits', task: '1', verdict: 'verified', commit }
    expect(await status(repository)).toMatchObject({ specs: [{ next: null, branches: [], stale: [] }], last })
    await repository.commit({ 'specs/limits/requirements.md': CLAMP_REQUIREMENTS.replaceAll('limit', 'bound') })
    expect(await status(repository)).toMatchObject({ specs: [{ stale: ['1'] }] })
    await repository.git('branch', 'specproof/limits--1', commit)
    await repository.git('reset', '--quiet', '--hard', `${commit}~1`)
    const branch = 'specproof/limits--1'
    expect(await status(repository)).toMatchObject({
      specs: [{ next: '1', branches: [{ branch, task: '1', commit }], stale: [] }],
      last: null,
    })
  })
})

const BIN = join(import.meta.dirname, '..', 'bin', 'agent.js')

if (!HAS_TMUX) console.warn('not tried: agent status --watch in a real terminal, as this machine has no tmux')

describe('agent status --watch', () => {
  it('needs a terminal, and says so in one sentence', async () => {
    const repository = await makeRepository()
    const { code, stdout, stderr } = await start(repository, ['status', '--watch'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')[0]).toMatch(/^agent: --watch needs a terminal: /)
  })

  it.skipIf(!HAS_TMUX)('follows commits, edits and the run at work, and gives the screen back', async () => {
    const repository = await makeRepository()
    const model = await scriptModel({ author: [AUTHOR], implementer: [{ text: RIGHT, hangAfterChars: 40 }] })
    const env = Object.entries({ ...repository.env, TERM: 'tmux-256color' }).map(
      ([name, value]) => `${name}='${value}'`,
    )
    const command = `echo before; env -i ${env.join(' ')} '${process.execPath}' '${BIN}' --cwd '${repository.dir}' status --watch`
    const size = { columns: 80, rows: 30 }
    const terminal = await openTerminal(repository.around, `${command}; echo "code $?"; exec cat`, size)
    await terminal.until((screen) => screen.includes('0 of 1 task done'))
    await repository.write({ 'specs/limits/design.md': '# Other\n' })
    await terminal.until((screen) => screen.includes('Not committed'))
    await repository.git('checkout', '--quiet', '--', 'specs')
    await terminal.until((screen) => !screen.includes('Not committed'))
    await terminal.press('m')
    await terminal.until((screen) => screen.includes('no run is at work here'))

    const begun = Promise.withResolvers<ChildProcess>()
    const ended = start(repository, ['next', ...model.args], { model, onStart: begun.resolve })
    const working = await terminal.until((screen) => /attempt 1 of 3 {2}implementer {2}\d+ s/.test(screen))
    expect(working).toContain('0 of 1 task done')
    expect(working).toContain('limits/1  Implement clamping')
    await terminal.press('m')
    await terminal.until((screen) => screen.includes('Prompt for the implementer, attempt 1, round 1'))
    await terminal.press('Escape')
    await terminal.until((screen) => !screen.includes('Prompt for') && screen.includes('0 of 1 task done'))
    const agent = await begun.promise
    agent.kill('SIGINT')
    expect((await ended).code).toBe(130)
    await terminal.until((screen) => !screen.includes('implementer'))
    await repository.commit(CLAMPED)
    await terminal.until((screen) => screen.includes('1 of 1 task done'))
    await terminal.press('q')
    expect(await terminal.until((screen) => screen.includes('code '))).toMatch(/^before\n+code 0\n/)
  })

  it.skipIf(!HAS_TMUX)('says it line by line where it is read aloud, and ends with Ctrl-C', async () => {
    const repository = await makeRepository()
    const env = Object.entries(repository.env).map(([name, value]) => `${name}='${value}'`)
    const command = `env -i ${env.join(' ')} TERM=xterm ACCESSIBLE=1 '${process.execPath}' '${BIN}' --cwd '${repository.dir}' status --watch`
    const size = { columns: 80, rows: 30 }
    const terminal = await openTerminal(repository.around, `${command}; echo "code $?"; exec cat`, size)
    await terminal.until((screen) => screen.includes('0 of 1 task done'))
    await repository.commit(CLAMPED)
    const both = await terminal.until((screen) => screen.includes('1 of 1 task done'))
    expect(both).toContain('0 of 1 task done')
    await terminal.press('C-c')
    await terminal.until((screen) => screen.includes('code 0'))
  })
})
