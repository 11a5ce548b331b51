import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { start } from './support/agent.ts'
import { CLAMP_REQUIREMENTS, CLAMP_RIGHT, CLAMP_SPEC, CLAMP_TASKS, CLAMP_TEST } from './support/clamp.ts'
import { landed } from './support/landed.ts'
import { makeRepository, type TestRepository } from './support/repository.ts'

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

  it('tells of commits that wait on branches, and of evidence for words that have changed', async () => {
    const repository = await makeRepository()
    const commit = await landed(repository, CLAMPED)
    expect(await status(repository)).toMatchObject({ specs: [{ next: null, branches: [], stale: [] }] })
    await repository.commit({ 'specs/limits/requirements.md': CLAMP_REQUIREMENTS.replaceAll('limit', 'bound') })
    expect(await status(repository)).toMatchObject({ specs: [{ stale: ['1'] }] })
    await repository.git('branch', 'specproof/limits--1', commit)
    await repository.git('reset', '--quiet', '--hard', `${commit}~1`)
    const branch = 'specproof/limits--1'
    expect(await status(repository)).toMatchObject({
      specs: [{ next: '1', branches: [{ branch, task: '1', commit }], stale: [] }],
    })
  })
})

const BIN = join(import.meta.dirname, '..', 'bin', 'agent.js')

describe('agent status --watch', () => {
  it('needs a terminal, and says so in one sentence', async () => {
    const repository = await makeRepository()
    const { code, stdout, stderr } = await start(repository, ['status', '--watch'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')[0]).toMatch(/^agent: --watch needs a terminal: /)
  })

  it.skipIf(!existsSync('/usr/bin/script'))('follows commits and edits, and ends with Ctrl-C', async () => {
    const repository = await makeRepository()
    const command = `stty cols 80 rows 24; exec '${process.execPath}' '${BIN}' --cwd '${repository.dir}' status --watch`
    const child = spawn('/usr/bin/script', ['-qfec', command, '/dev/null'], {
      env: { ...repository.env, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const screen = () => shown.slice(shown.lastIndexOf('\x1b[2J'))
    await expect.poll(screen, { timeout: 30_000 }).toContain('0 of 1 task done')
    await repository.commit(CLAMPED)
    await expect.poll(screen, { timeout: 30_000 }).toContain('1 of 1 task done')
    await repository.write({ 'specs/limits/design.md': '# Other\n' })
    await expect.poll(screen, { timeout: 30_000 }).toContain('Not committed')
    child.stdin.write('\x03')
    expect(await ended).toBe(0)
  })
})
